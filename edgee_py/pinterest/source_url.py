"""The address an event happened at, as Pinterest may have it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeGuard

from edgee_py.pinterest import values
from edgee_py.pinterest.addresses import decoded, holds_address
from edgee_py.pinterest.contract import MAX_URL
from edgee_py.pinterest.personal import personal_field

#: An address without anything to mend before its query, and all of whose characters mean themselves.
_PLAIN = re.compile(r"""https?://[!"$&-.0->A-~]+(?:/[!"$&->A-~]*)?(?:\?([!"$&-?A-~]+))?""")
_CONTROLS = re.compile(r"[\x00-\x20]")
#: Pinterest's short names (`st`, `em` …) are ordinary parameters of other people's URLs.
_SHORTEST_PERSONAL_PARAMETER = 3
#: No name of personal data is longer, however it is spelled.
_LONGEST_NAME = 64


def source_url(url: object, search: object = "") -> str:
    """The `event_source_url` for a page's url and its query; empty where it is no web address.

    A query in the url stays, else `search` is added: Edgee's component adds it always and so doubles
    it. The fragment, a user name with password, and parameters that hold personal data are left out;
    a query that makes the address too long is too. An e-mail address in the path becomes `email`.
    """
    return url if _is_plain(url, search) else _mended(url, search)


def _is_plain(url: object, search: object) -> TypeGuard[str]:
    """Whether an address can stay as it is, as most can; `_mended` would come to the same."""
    if not isinstance(url, str) or len(url) > MAX_URL:
        return False
    plain = _PLAIN.fullmatch(url)
    if plain is None:
        return False
    query = plain[1]
    return query == _without_personal_data(query) if query else not search


def _mended(url: object, search: object) -> str:
    address = values.text(url, MAX_URL * 4).partition("#")[0]
    address = _CONTROLS.sub("", address.replace(" ", "%20"))
    scheme, _, rest = address.partition("://")
    if scheme.lower() not in ("http", "https"):
        return ""
    location, _, query = rest.partition("?")
    host, slash, path = location.partition("/")
    host = host.rpartition("@")[2]
    if not host:
        return ""
    query = query or values.text(search, MAX_URL * 4).partition("#")[0].removeprefix("?")
    if holds_address(path):
        path = "/".join("email" if holds_address(each) else each for each in path.split("/"))
    public = f"{scheme.lower()}://{host}{slash}{path}"
    if query := _without_personal_data(query.replace(" ", "%20")):
        with_query = f"{public}?{query}"
        public = with_query if len(with_query) <= MAX_URL else public
    return public if len(public) <= MAX_URL else ""


def _without_personal_data(query: str) -> str:
    return "&".join([each for each in query.split("&") if each and not _is_personal(each)])


def _is_personal(parameter: str) -> bool:
    name, _, value = decoded(parameter).partition("=")
    return "@" in value or _is_personal_name(name[:_LONGEST_NAME])


@lru_cache(maxsize=1024)
def _is_personal_name(name: str) -> bool:
    """Sites have few parameters, and every event of theirs has some."""
    return len(name) >= _SHORTEST_PERSONAL_PARAMETER and (
        personal_field(name, ambiguous=False) is not None
    )
