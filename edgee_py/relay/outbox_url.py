"""Which outbox a setting names: `sqlite:///path/to/outbox.db`, a plain path, or `nats://host:4222`."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay.outbox import Outbox

_NATS_SCHEMES = ("nats", "tls")
_NATS_OPTIONS = ("name", "replicas", "dedupe_hours", "credentials")

#: A journal replays a call for seven days; nothing comes later.
_MOST_HOURS = 8 * 24


class Login(NamedTuple):
    """What stands before a server's name: a user and a password, or a token alone."""

    user: str | None = None
    password: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class NatsAddress:
    """A NATS cluster, and what the outbox is called in it. servers may hold a password.

    name: tells the outboxes of one cluster apart; letters, digits, `_` and `-`.
    replicas: on how many servers each event is kept.
    dedupe_hours: how long ids are remembered; the server needs about 500 bytes of memory for each.
    credentials: a file of NATS credentials, or "".
    """

    servers: tuple[str, ...]
    name: str = "edgee"
    replicas: int = 1
    dedupe_hours: int = 48
    credentials: str = ""

    @property
    def login(self) -> Login:
        """Who signs in, to all servers: those that only the others tell of have it in no address."""
        for each in self.servers:
            parts = urlsplit(each)
            if parts.username and parts.password is not None:
                return Login(unquote(parts.username), unquote(parts.password))
            if parts.username:
                return Login(token=unquote(parts.username))
        return Login()

    def __repr__(self) -> str:
        return f"NatsAddress({self})"

    def __str__(self) -> str:
        hosts = ",".join(each.rpartition("://")[2].rpartition("@")[2] for each in self.servers)
        return f"nats://{hosts}/?name={self.name}"


def open_outbox(url: str) -> Outbox:
    """The outbox at a URL.

    Raises:
        InvalidSettings: for a URL that names none.
        OutboxUnavailable: where it cannot be opened.
    """
    place = parse_outbox_url(url)
    if isinstance(place, NatsAddress):
        from edgee_py.relay.nats_outbox import NatsOutbox

        return NatsOutbox(place)
    from edgee_py.relay.sqlite_outbox import SqliteOutbox

    return SqliteOutbox.open(place)


def parse_outbox_url(url: str) -> Path | NatsAddress:
    """The file or the cluster that an outbox's URL names.

    Raises:
        InvalidSettings: where it names none; the text repeats no password.
    """
    scheme, separator, rest = url.partition(":")
    if not separator or len(scheme) == 1:  # a plain path, perhaps with a Windows drive
        scheme, rest = "sqlite", url
    if scheme in _NATS_SCHEMES:
        return _nats_address(url)
    path = sqlite_path(rest) if scheme == "sqlite" else ""
    if not Path(path).name or Path(path).is_dir():
        shown = url.rpartition("@")[2][:80]
        raise InvalidSettings(
            f"outbox: {shown!r} names no file; write it as sqlite:///path/to/outbox.db"
            " or nats://host:4222"
        )
    return Path(path)


def sqlite_path(rest: str) -> str:
    """The file of a `sqlite:` URL: `///var/x` and `////var/x` are /var/x; `x`, `///./x` relative."""
    if not rest.startswith("//"):
        return rest
    path = rest[2:].partition("?")[0]
    if path.startswith("//"):
        return path[1:]
    if path.startswith("/./") or path[2:3] == ":":
        return path[1:]
    return path


def _nats_address(url: str) -> NatsAddress:
    """`nats://[user:password@]host[:port][,host…][/?name=…&replicas=…&dedupe_hours=…&credentials=…]`."""
    if importlib.util.find_spec("nats") is None:
        raise InvalidSettings("outbox: nats:// needs the nats extra: pip install 'edgee-py[nats]'")
    scheme = url.partition("://")[0]
    parts = urlsplit(url.replace(f",{scheme}://", ","))
    options = parse_qs(parts.query, keep_blank_values=True)
    given = {name: values[-1] for name, values in options.items()}
    name, replicas = given.get("name", "edgee"), given.get("replicas", "1")
    hours = given.get("dedupe_hours", "48")
    servers = tuple(f"{scheme}://{each}" for each in parts.netloc.split(","))
    for unknown in set(given) - set(_NATS_OPTIONS):
        raise InvalidSettings(
            f"outbox: {unknown[:40]!r} is no option of nats://; there are {', '.join(_NATS_OPTIONS)}"
        )
    if not all(_is_server(each) for each in servers) or parts.path not in ("", "/"):
        raise InvalidSettings(
            "outbox: write NATS servers as nats://host:4222 or nats://one:4222,two:4222/?replicas=3"
        )
    if not name or not (name.isascii() and name.replace("_", "").replace("-", "").isalnum()):
        raise InvalidSettings("outbox: name must consist of letters, digits, _ and -")
    if replicas not in ("1", "2", "3", "4", "5"):
        raise InvalidSettings("outbox: replicas must be a number from 1 to 5")
    if not (hours.isascii() and hours.isdigit() and 0 < int(hours) <= _MOST_HOURS):
        raise InvalidSettings(f"outbox: dedupe_hours must be a number from 1 to {_MOST_HOURS}")
    return NatsAddress(servers, name, int(replicas), int(hours), given.get("credentials", ""))


def _is_server(server: str) -> bool:
    try:
        parts = urlsplit(server)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
