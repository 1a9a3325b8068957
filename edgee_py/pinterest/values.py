"""Plain values as Pinterest wants them: text, ids, counts, money, switches.

Each function reads whatever a page may have put into a property and gives the one form Pinterest's
description asks for, or "nothing" (an empty string, None) where the value cannot mean it.
"""

from __future__ import annotations

from decimal import Decimal

from edgee_py.pinterest.contract import MAX_ID, MAX_TEXT
from edgee_py.pinterest.normalise import is_junk

#: Money and counts beyond these are mistakes; they also keep every sum exact.
_MOST_MONEY = 10**12
_MOST_ITEMS = 10**9
_MONEY_DECIMALS = 6
_LONGEST_MONEY = 40

_SPACES = " \u00a0\u2009\u202f'’"
_MINUS = "-−"
_LONGEST_CURRENCY_WORD = 4


def text(value: object, limit: int = MAX_TEXT) -> str:
    """Text or a number as text: trimmed, cut at a limit, lone surrogates replaced."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, (int, float)):
        return _number_text(value)
    return _encodable(value.strip()[:limit]) if isinstance(value, str) else ""


def identifier(value: object, limit: int = MAX_ID) -> str:
    """An id as text. Never cut: half an id is another id, so one over the limit is none at all.

    Neither is `undefined` or `null`: Pinterest would take all such orders for one.
    """
    whole = text(value, limit + 1)
    return "" if len(whole) > limit or is_junk(whole) else whole


def _number_text(number: float) -> str:
    if not abs(number) < 1e18:
        return ""
    return str(int(number)) if number == int(number) else repr(number)


def _encodable(value: str) -> str:
    """The text with halves of surrogate pairs joined, and those without a partner replaced."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def count(value: object) -> int | None:
    """A whole number of things, zero or more."""
    if isinstance(value, str):
        digits = value.strip()
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 10):
            return None
        value = int(digits)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value <= _MOST_ITEMS and value == int(value) else None


def switch(value: object) -> bool | None:
    """A yes or no, also in words and as 1 and 0."""
    if isinstance(value, bool):
        return value
    return _SWITCHES.get(text(value, 8).lower())


_SWITCHES: dict[str, bool] = {
    **dict.fromkeys(("true", "1", "yes", "y", "on"), True),
    **dict.fromkeys(("false", "0", "no", "n", "off"), False),
}


def currency(value: object) -> str:
    """An ISO 4217 code in capitals, judged by its shape."""
    code = text(value, 4).upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""


def language(value: object) -> str:
    """The two-letter ISO 639-1 code of a language or locale (`en-US` → `en`), judged by its shape."""
    code = text(value, 35).lower().replace("_", "-").partition("-")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


def limited_data_processing(value: object) -> str:
    """`LDP` if it is among the comma-separated flags: the only one Pinterest processes.

    Source: Pinterest's page "Use the limited data processing flag".
    """
    flags = text(value).upper().split(",")
    return "LDP" if "LDP" in (flag.strip() for flag in flags) else ""


def money(value: object) -> str:
    """An amount as a plain decimal: no symbol, no grouping, no exponent, at most six decimals.

    Text is read as people and shop systems write it: `$1,299.00`, `59,90 €`, `CHF 1'299.-`. What can
    be read in two ways, such as `1.299 €`, and what is no amount, such as `10 %`, gives nothing.
    """
    if isinstance(value, str):
        return _money_of_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if not abs(value) < _MOST_MONEY:
        return ""
    plain = _plain(Decimal(repr(value)))
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def total(lines: list[tuple[str, int]]) -> str:
    """The sum of price times quantity over lines of `(money, count)`; empty if it is absurd."""
    amount = sum((Decimal(price) * quantity for price, quantity in lines), Decimal(0))
    return _plain(amount) if abs(amount) < _MOST_MONEY else ""


def _plain(amount: Decimal) -> str:
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_MONEY_DECIMALS:
        amount = round(amount, _MONEY_DECIMALS)
    return format(amount if amount else abs(amount), "f")


def _money_of_text(amount: str) -> str:
    places = [i for i, c in enumerate(amount) if c in "0123456789"]
    if not places or len(amount) > _LONGEST_MONEY:
        return ""
    before, number, after = (
        amount[: places[0]],
        amount[places[0] : places[-1] + 1],
        amount[places[-1] + 1 :],
    )
    negative = any(c in _MINUS for c in before)
    before = before.strip(_MINUS + "+" + _SPACES)
    if before in (".", ",") or (before[-1:] == "." and not any(c.isalpha() for c in before)):
        number, before = f"0{before[-1]}{number}", before[:-1]
    if after[:1] in (".", ","):
        after = after[1:].lstrip("-–—")  # "59,-" and "59.–" are whole amounts
    if not (_is_currency(before) and _is_currency(after)):
        return ""
    digits = _ungrouped(number, formatted=bool(before or after))
    if not digits:
        return ""
    parsed = Decimal(digits)
    return _plain(-parsed if negative else parsed) if parsed < _MOST_MONEY else ""


def _is_currency(affix: str) -> bool:
    """Whether what stands beside a number can be a currency: a symbol, a code, a short word."""
    letters = sum(c.isalpha() for c in affix)
    others = (c for c in affix if not (c.isalpha() or c in _CURRENCY_SYMBOLS or c in f".{_SPACES}"))
    return letters <= _LONGEST_CURRENCY_WORD and not any(others)


_CURRENCY_SYMBOLS = "$£¥€₹₩₽₺₴₪₫₱₦฿₡₲₵₸₼₾₿"


def _ungrouped(number: str, *, formatted: bool) -> str:
    """Digits with a point for the decimals; empty where the grouping is none or could mean two things."""
    for space in _SPACES:
        number = number.replace(space, "_")
    mark = _decimal_mark(number, formatted)
    if mark is None:
        return ""
    whole, _, fraction = number.partition(mark) if mark else (number, "", "")
    groups = whole.replace(",", "_").replace(".", "_").split("_")
    if (mark and mark in fraction) or not all(g.isdecimal() and g.isascii() for g in groups):
        return ""
    if len(groups) > 1 and not _is_grouping(groups):
        return ""
    if fraction and not (fraction.isdecimal() and fraction.isascii()):
        return ""
    return "".join(groups) + (f".{fraction}" if fraction else "")


def _decimal_mark(number: str, formatted: bool) -> str | None:
    """`.`, `,`, an empty string for a whole number, or None where nobody can tell."""
    marks = [c for c in number if c in ".,"]
    if not marks:
        return ""
    last = marks[-1]
    if len(marks) > 1:
        return "" if marks.count(last) == len(marks) else last
    whole, _, fraction = number.partition(last)
    if len(fraction) != 3 or whole == "0" or "_" in whole or len(whole) > 3:
        return last
    if last == ",":
        return ""
    return None if formatted else last


def _is_grouping(groups: list[str]) -> bool:
    """Thousands, or lakhs and crores (`1,00,000`)."""
    first, *middle, last = groups
    return 1 <= len(first) <= 3 and len(last) == 3 and all(len(g) in (2, 3) for g in middle)
