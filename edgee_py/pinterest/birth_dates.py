"""Dates of birth as Pinterest wants them: `YYYYMMDD`.

Source: the text of `db` in Pinterest's OpenAPI description, "year, month, and day".
"""

from __future__ import annotations

from datetime import date
from functools import cache

from edgee_py.pinterest.text_forms import ascii_digits, fold

_EARLIEST_YEAR = 1900
#: Pinterest's minimum age is 13: nobody born later may be reported before 2039.
_LATEST_YEAR = 2026

#: January to December in English, German, French, Spanish, Italian, Portuguese and Dutch, folded.
_MONTHS = """\
january jan januar janner janvier janv enero ene gennaio gen janeiro januari
february feb februar fevrier fevr fev febrero febbraio fevereiro februari
march mar marz maerz mrz mars marzo marco maart mrt
april apr avril avr abril abr aprile
may mai mayo maggio mag maio mei
june jun juni juin junio giugno giu junho
july jul juli juillet juil julio luglio lug julho
august aug aout agosto ago augustus
september sept sep septembre septiembre set settembre setembro
october oct oktober okt octobre octubre ottobre ott outubro out
november nov novembre noviembre novembro
december dec dezember dez decembre diciembre dic dicembre dezembro"""

#: How weekdays begin in the same languages.
_WEEKDAYS = """\
mon tue wed thu fri sat sun die mit don fre sam son lun mar mer jeu ven dim mie jue vie sab dom gio seg
ter qua qui sex maa din woe vri zat zon""".split()  # noqa: SIM905
_SMALL = ("of", "the", "de", "del", "do", "den", "der", "le", "el", "il", "am", "o")
_ORDINALS = ("", "st", "nd", "rd", "th", "er", "re", "e", "o", "a", "eme", "ste", "de")
_EAST_ASIAN = str.maketrans("年月日년월일", "------")


def birth_date(text: str) -> str:
    """`YYYYMMDD`, from year-month-day in any punctuation, with or without a time, or with a month's name.

    `01.02.1990` has the day first, as everywhere dates are written with points. In other punctuation, and
    without any, day and month first are read only where one of the two cannot be a month (`25/12/1990`)
    or both are equal. Impossible dates, two-digit years and dates no user can be born on are junk.
    """
    text = ascii_digits(text.lower()).translate(_EAST_ASIAN)
    parts = _parts(text)
    if len(parts) != 3:
        return ""
    months = [at for at, part in enumerate(parts) if part in _months()]
    if months:
        return _with_month_name(parts, months[0])
    if not all(part.isdecimal() and part.isascii() for part in parts):
        return ""
    first, second, third = (int(part) for part in parts)
    if len(parts[0]) == 4:
        return _compact(first, second, third)
    if len(parts[2]) != 4:
        return ""
    return _day_or_month_first(first, second, third, day_first=text.count(".") == 2)


def _parts(text: str) -> list[str]:
    """The three parts of a date, folded, a weekday before it and a time after it cut off."""
    if len(text) >= 8 and text[:8].isdecimal() and text[8:9] in ("", "t", " "):
        return _undivided(text[:8])
    if len(text) > 10 and text[10] in "t " and text[:4].isdecimal():
        text = text[:10]
    for separator in "/.-,":
        text = text.replace(separator, " ")
    parts = [part if ":" in part else fold(part) for part in text.split()]
    parts = [part for part in parts if part not in _SMALL]
    if parts and parts[0][:3] in _WEEKDAYS and parts[0] not in _months():
        del parts[0]
    if len(parts) > 3 and ":" in parts[3]:
        parts = parts[:3]
    return parts


def _undivided(digits: str) -> list[str]:
    """`19901225` with the year first or, where that is no date, last: `25121990`."""
    if _EARLIEST_YEAR <= int(digits[:4]) <= _LATEST_YEAR and 1 <= int(digits[4:6]) <= 12:
        return [digits[:4], digits[4:6], digits[6:]]
    return [digits[:2], digits[2:4], digits[4:]]


def _day_or_month_first(first: int, second: int, year: int, *, day_first: bool) -> str:
    if second > 12:
        return _compact(year, first, second)
    is_clear = day_first or first > 12 or first == second
    return _compact(year, second, first) if is_clear else ""


def _with_month_name(parts: list[str], at: int) -> str:
    month = _months()[parts.pop(at)]
    numbers = [_number(part) for part in parts]
    if not all(numbers):
        return ""
    year, day = sorted(numbers, key=len, reverse=True)
    return _compact(int(year), month, int(day)) if len(year) == 4 and len(day) <= 2 else ""


def _number(part: str) -> str:
    """A number's digits without the letters of an ordinal: `1st`, `1er`, `1º`."""
    digits = part.rstrip("abcdefghijklmnopqrstuvwxyz")
    is_number = digits.isdecimal() and digits.isascii() and part.removeprefix(digits) in _ORDINALS
    return digits if is_number else ""


@cache
def _months() -> dict[str, int]:
    rows = enumerate(_MONTHS.split("\n"), 1)
    return {name: number for number, row in rows for name in row.split()}


def _compact(year: int, month: int, day: int) -> str:
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        return ""
    try:
        return date(year, month, day).strftime("%Y%m%d")
    except (ValueError, OverflowError):
        return ""
