"""The relay's settings, checked however they were made: in code, from edgee.toml, from the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit

from edgee_py.consent import CONSENTS, Consent, parse_consent
from edgee_py.pinterest.settings import InvalidSettings, PinterestSettings
from edgee_py.relay.client_address import Network, parse_networks
from edgee_py.relay.logs import LogFormat
from edgee_py.relay.origins import InvalidOrigin, normalise_origin
from edgee_py.relay.outbox_url import parse_outbox_url
from edgee_py.relay.secret import Secret

BotFilter = Literal["on", "crawlers", "off"]
Switch = Literal["on", "off"]

#: Fewer characters could be guessed.
SHORTEST_SECRET = 16
_OWN_SECRETS = ("inspector_secret", "metrics_secret")

#: More in a minute (a million) is no limit: `off` says so.
_MOST_REQUESTS = 1_000_000

_TOKEN_FILE = "pinterest_access_token_file or PINTEREST_ACCESS_TOKEN_FILE"  # noqa: S105 - a name

PINTEREST_API = "https://api.pinterest.com/v5"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """What the relay needs to know. Names and defaults are those of edgee.toml.

    Attributes:
        pinterest_access_token: Pinterest's conversion access token; a plain string is wrapped.
        pinterest_access_token_file: where the token lies instead; read again when Pinterest refuses it.
        pinterest_ad_account_id: digits, at most 18 (Pinterest's description of the API).
        is_test: Pinterest validates and records nothing (its `?test=true`).
        api_base: Pinterest's API, or a stand-in for it.
        pinterest: how events are mapped.
        origins: who may post, as `https://host[:port]`; empty means the relay's own origin only.
        outbox: `sqlite:///absolute/path`, `sqlite:relative/path`, a plain path, or
            `nats://host:4222[,host…][/?replicas=…&name=…&dedupe_hours=…&credentials=…]`
            (needs the nats extra).
        forward: whether this process forwards, too; without, another one that shares the outbox must, and
            this one needs neither token nor account.
        default_consent: what an unset consent means.
        respect_gpc: Global Privacy Control makes an unset consent mean denied.
        rate_limit: requests a minute for one client address; None for no limit.
        body_limit: the largest body, in bytes.
        bot_filter: "on" refuses crawlers and headless browsers, "crawlers" the former only.
        trusted_proxies: networks whose X-Forwarded-For is believed; "private" (loopback and private
            ranges), "none", or CIDR notations.
        inspector: "on" opens the inspector to everybody who reaches the relay (development).
        inspector_secret: opens it to those who know the secret, at least 16 characters; wins over
            `inspector`.
        metrics_secret: whoever asks for the metrics, or why the relay is not ready, has to send it as a
            bearer token; at least 16 characters. Without one everybody may ask.
        log_format: how a relay that runs by itself logs: "text", or "json" for an object a line.
        assets: the folder of the built browser half; None finds the installed `edgee_runtime`.

    Raises:
        InvalidSettings: for a value that cannot be; the text names the setting.
    """

    pinterest_access_token: Secret | str = field(default_factory=Secret)
    pinterest_access_token_file: Path | None = None
    pinterest_ad_account_id: str = ""
    is_test: bool = False
    api_base: str = PINTEREST_API
    pinterest: PinterestSettings = field(default_factory=PinterestSettings)
    origins: Sequence[str] = ()
    outbox: str = field(default="sqlite:edgee-outbox.db", repr=False)
    forward: bool = True
    default_consent: Consent = "granted"
    respect_gpc: bool = True
    rate_limit: int | None = 600
    body_limit: int = 1 << 20
    bot_filter: BotFilter = "on"
    trusted_proxies: str | Sequence[str] = "private"
    inspector: Switch = "off"
    inspector_secret: Secret | str = field(default_factory=Secret)
    metrics_secret: Secret | str = field(default_factory=Secret)
    log_format: LogFormat = "text"
    assets: Path | None = None

    def __post_init__(self) -> None:
        _one_of("default_consent", self.default_consent, CONSENTS)
        _one_of("bot_filter", self.bot_filter, get_args(BotFilter))
        _one_of("inspector", self.inspector, get_args(Switch))
        _one_of("log_format", self.log_format, get_args(LogFormat))
        _positive("rate_limit", 1 if self.rate_limit is None else self.rate_limit)
        _positive("body_limit", self.body_limit)
        if self.rate_limit is not None and self.rate_limit > _MOST_REQUESTS:
            raise InvalidSettings(f"rate_limit must be at most {_MOST_REQUESTS} a minute, or off")
        for name in ("pinterest_access_token", *_OWN_SECRETS):
            self._set(name, _secret(getattr(self, name), name))
        for name in _OWN_SECRETS:
            _long_enough(name, getattr(self, name))
        self._set("pinterest_ad_account_id", _account(self.pinterest_ad_account_id))
        self._set("api_base", _api_base(self.api_base))
        self._set("origins", tuple(_origin(each) for each in self.origins))
        parse_outbox_url(self.outbox)
        _ = self.trusted_networks

    @classmethod
    def load(cls, file: Path | str | None = None, environ: Mapping[str, str] | None = None) -> Self:
        """Settings from edgee.toml (if given) under the environment, which wins.

        Args:
            file: edgee.toml.
            environ: the environment; None takes the process's own.

        Raises:
            InvalidSettings: where the file cannot be read or a setting is impossible.
        """
        from edgee_py.relay.configuration import read_configuration

        return cls(**read_configuration(file, environ))

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The trusted proxies as networks."""
        try:
            return parse_networks(self.trusted_proxies)
        except ValueError as error:
            raise InvalidSettings(f"trusted_proxies: {error}") from None

    @property
    def consent_default(self) -> Consent:
        """What an unset consent means: the component's word, else the relay's."""
        return parse_consent(self.pinterest.edgee_default_consent) or self.default_consent

    @property
    def is_inspector_open(self) -> bool:
        """Whether everybody who reaches the relay may look at its inspector."""
        return self.inspector == "on" and not _secret(self.inspector_secret, "inspector_secret")

    def read_token(self) -> Secret:
        """The access token as it is now: a token file may have been replaced.

        Raises:
            InvalidSettings: where there is none.
        """
        if self.pinterest_access_token_file is not None:
            return read_token_file(self.pinterest_access_token_file)
        token = _secret(self.pinterest_access_token, "pinterest_access_token")
        if not token:
            raise InvalidSettings(
                "pinterest_access_token is missing: set PINTEREST_ACCESS_TOKEN, or name a file with it"
                " as pinterest_access_token_file in edgee.toml"
            )
        return token

    def require_account(self) -> None:
        """Check that there is a token and an ad account, where they are needed.

        Raises:
            InvalidSettings: naming the one that is missing.
        """
        if not self.forward:
            return
        self.read_token()
        self.require_account_id()

    def require_account_id(self) -> None:
        """Check that there is an ad account.

        Raises:
            InvalidSettings: where there is none.
        """
        if not self.pinterest_ad_account_id:
            raise InvalidSettings(
                "pinterest_ad_account_id is missing: set it in edgee.toml or PINTEREST_AD_ACCOUNT_ID"
            )

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def read_token_file(path: Path) -> Secret:
    """The token in a file, as container platforms hand secrets over.

    Raises:
        InvalidSettings: where the file cannot be read or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(
            f"{_TOKEN_FILE}: {path} cannot be read ({type(error).__name__})"
        ) from None
    token = _secret(text.removeprefix("\ufeff"), f"{_TOKEN_FILE}: {path}")
    if not token:
        raise InvalidSettings(f"{_TOKEN_FILE}: {path} is empty")
    return token


def _secret(value: Secret | str, name: str) -> Secret:
    text = value.reveal() if isinstance(value, Secret) else value.strip()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise InvalidSettings(f"{name} holds a character that no token or secret can have")
    return Secret(text)


def _long_enough(name: str, secret: Secret) -> None:
    if 0 < len(secret.reveal()) < SHORTEST_SECRET:
        raise InvalidSettings(
            f"{name} must have {SHORTEST_SECRET} characters or more; `openssl rand -hex 16` makes one"
        )


def _account(value: str) -> str:
    if value and not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise InvalidSettings(
            "pinterest_ad_account_id must be at most 18 digits, as Ads Manager shows it"
        )
    return value


def _api_base(value: str) -> str:
    import httpx2  # late: commands that reach nobody start faster without

    try:
        parts = urlsplit(value)
        port = parts.port
        clean = value.isascii() and value.isprintable() and " " not in value
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        # Only what the client makes of it counts in the end.
        right = clean and plain and bool(parts.hostname) and httpx2.URL(value).host != ""
    except (ValueError, httpx2.InvalidURL):
        right, port = False, None
    if not right or port == 0 or parts.scheme not in ("http", "https"):
        shown = value.rpartition("@")[2][:80]
        raise InvalidSettings(
            f"PINTEREST_API_BASE must be an http(s) address, https://host[:port]/path, not {shown!r}"
        )
    return value.rstrip("/")


def _origin(value: str) -> str:
    import httpx2

    try:
        # Browsers send an international name in its ASCII form (xn--…).
        return normalise_origin(value if value.isascii() else str(httpx2.URL(value)))
    except (InvalidOrigin, httpx2.InvalidURL):
        raise InvalidSettings(
            f"origins: {value[:80]!r} is no origin; write it as https://shop.example"
        ) from None


def _one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InvalidSettings(
            f"{name} must be one of {', '.join(allowed)}, not {str(value)[:40]!r}"
        )


def _positive(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise InvalidSettings(f"{name} must be a whole number above 0, not {str(value)[:40]!r}")
