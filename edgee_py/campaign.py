"""Where a visit came from: Edgee's seven UTM keys and Pinterest's click id, out of a URL's query."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

#: Query key → field of `context.campaign` (Edgee's documentation lists these seven).
UTM_FIELDS: dict[str, str] = {
    "utm_campaign": "name",
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_term": "term",
    "utm_content": "content",
    "utm_creative_format": "creative_format",
    "utm_marketing_tactic": "marketing_tactic",
}
CAMPAIGN_FIELDS: tuple[str, ...] = tuple(UTM_FIELDS.values())

#: Longest value kept of any one of them, in characters.
MAX_LENGTH = 1024
_MAX_QUERY = 16_384


def query_of(url: str) -> str:
    """The query of a URL without its question mark; "" where the URL cannot be read."""
    try:
        return urlsplit(url).query
    except ValueError:
        return ""


def read_query(query: str) -> dict[str, str]:
    """The query's non-empty parameters: the first of a name counts, `+` is a space, bad `%` stays as it is."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query.removeprefix("?")[:_MAX_QUERY], errors="replace"):
        if value and name not in found:
            found[name] = value[:MAX_LENGTH]
    return found


def campaign_of(parameters: Mapping[str, str]) -> dict[str, str]:
    """`context.campaign` as the UTM parameters give it."""
    return {field: parameters[key] for key, field in UTM_FIELDS.items() if key in parameters}


def epik_of(parameters: Mapping[str, str]) -> str:
    """Pinterest's click id of a landing from an ad (`?epik=`), or ""."""
    return parameters.get("epik", "")
