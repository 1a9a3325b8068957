"""Who may post: the browser's Origin against the list, or against the relay's own address."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: A host has at most 253 characters (RFC 1035); there are a scheme, a port and some blanks besides.
_LONGEST = 300


class InvalidOrigin(ValueError):
    """The text is no origin."""


def normalise_origin(text: str) -> str:
    """`scheme://host[:port]` in lower case, without the scheme's own port (RFC 6454).

    Raises:
        InvalidOrigin: for anything else, `null` included.
    """
    if len(text) > _LONGEST:
        raise InvalidOrigin(text)
    return _normalised(text)


@lru_cache(maxsize=1024)
def _normalised(text: str) -> str:
    try:
        parts = urlsplit(text.strip().lower())
        port = parts.port
    except ValueError:
        raise InvalidOrigin(text) from None
    host = parts.hostname or ""
    extra = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in _DEFAULT_PORTS or not host or extra:
        raise InvalidOrigin(text)
    if any(character in host for character in " *,\\"):
        raise InvalidOrigin(text)
    host = f"[{host}]" if ":" in host else host
    if port is None or port == _DEFAULT_PORTS[parts.scheme]:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def may_post(origin: str | None, site: str | None, own: str, allowed: Collection[str]) -> bool:
    """Whether a request from this origin may post.

    origin: the Origin header; browsers send it with every POST, servers and curl do not.
    site: Sec-Fetch-Site, which scripts in a page cannot set. own: the relay's origin as its
    visitors see it. allowed: the configured origins; empty means the relay's own only.
    """
    if origin is None:
        return site in (None, "none", "same-origin")
    try:
        given = normalise_origin(origin)
    except InvalidOrigin:
        return False
    if allowed:
        return given in allowed
    # Behind a proxy that hides the scheme or the host, the browser itself still knows.
    return given == own or site == "same-origin"
