"""Names as people spell them: `order_id`, `orderId`, `Order ID` and `ORDER-ID` are one."""

from __future__ import annotations

#: No name read here is longer; a name of kilobytes costs no more than this.
_LONGEST = 64


def folded(name: object) -> str:
    """A property's or an event's name without regard to case, spaces, `_` and `-`."""
    return str(name)[:_LONGEST].casefold().replace("_", "").replace("-", "").replace(" ", "")
