"""Names as people spell them: `order_id`, `orderId`, `Order ID` and `ORDER-ID` are one."""

from __future__ import annotations

from functools import lru_cache

#: No name read here is longer; a name of kilobytes costs no more than this.
_LONGEST = 64


def folded(name: object) -> str:
    """A property's or an event's name without regard to case, spaces, `_` and `-`."""
    return _folded(str(name)[:_LONGEST])


@lru_cache(2048)
def _folded(name: str) -> str:
    """Every event's names are looked up many times, and are those of the event before."""
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")
