"""Times in HTTP's headers."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# By hand, for `email.utils` brings the whole of `email` into a visitor's browser.
_DATE = re.compile(r"\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def http_date(text: str) -> int | None:
    """A date in HTTP's preferred form (RFC 9110, 5.6.7) as Unix ms; None for anything else."""
    date = _DATE.fullmatch(text.strip())
    if not date or date[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = map(int, date.group(1, 3, 4, 5, 6))
    try:
        at = datetime(year, _MONTHS.index(date[2]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return int(at.timestamp() * 1000)


def retry_after(text: str, now: int) -> int:
    """The ms that a Retry-After asks to wait, be it seconds or a date (RFC 9110, 10.2.3); 0 for none.

    now is Unix ms.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9]) * 1000
    at = http_date(text)
    return max(0, at - now) if at is not None else 0
