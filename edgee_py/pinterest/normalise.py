"""What Pinterest asks of each personal field before it is hashed, and the hash.

Sources: the field texts of `ConversionEventsUserData` in Pinterest's OpenAPI description. Where they
are silent, the docstring of the field's function says what is done and why.

A value that is junk (empty, `null`, `n/a`, a wrong type, something that cannot be what the field
means) is never hashed: its hash would be one identity shared by everybody who left the field empty.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Literal

from edgee_py.pinterest.contract import MAX_VALUES
from edgee_py.pinterest.places import country_code, fold, state_code

Field = Literal[
    "em",
    "ph",
    "fn",
    "ln",
    "ge",
    "db",
    "ct",
    "st",
    "zp",
    "country",
    "external_id",
    "hashed_maids",
]

#: Longer than any real value; also bounds the work a hostile value can cause.
_MAX_LENGTH = 512

#: E.164: at most 15 digits. Shorter than seven is no number with a country code.
_PHONE_DIGITS = range(7, 16)

_EARLIEST_BIRTH_YEAR = 1900
#: Pinterest's minimum age is 13: nobody born later may be reported before 2039.
_LATEST_BIRTH_YEAR = 2026

_JUNK = frozenset(
    [
        "",
        "null",
        "undefined",
        "none",
        "nan",
        "n/a",
        "#n/a",
        "(not set)",
        "not set",
        "(none)",
        "unknown",
        "[object object]",
    ]
)

#: What copying and pasting leaves around a value.
_AROUND = " \t\r\n\u00a0\u3000\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"

_WEEKDAYS = frozenset(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])


def hashes(field: Field, value: object, country: str = "") -> list[str]:
    """The hashes of a field's value or list of values, without repetition, in order, at most 20.

    country is the alpha-2 code of the person's country where known; `st` and `zp` depend on it.
    """
    values = value if isinstance(value, list | tuple) else [value]
    found = (hashed(field, each, country) for each in values)
    return list(dict.fromkeys(filter(None, found)))[:MAX_VALUES]


def hashed(field: Field, value: object, country: str = "") -> str:
    """The lower-case hex SHA-256 of one normalised value; empty where the value is junk.

    64 hex digits are taken for a hash already made and are only lower-cased.
    """
    text = clean(value)
    if is_hash(text):
        text = text.lower()
        return "" if text in _junk_hashes() else text
    normal = _normalise(field, text, country)
    return sha256(normal.encode()).hexdigest() if normal else ""


def hash_email(value: object) -> str:
    """The hash of an e-mail address; empty where the value is none."""
    return hashed("em", value)


def hash_text(value: object) -> str:
    """The hash of a personal text Pinterest has no field for, lower-cased; empty where it is junk."""
    return hashed("fn", value)


def normalise(field: Field, value: object, country: str = "") -> str:
    """The text that is hashed for a value; empty where the value is junk.

    >>> normalise("ph", "+44 (0)20 7946 0958 ext. 12")
    '442079460958'
    """
    return _normalise(field, clean(value), country)


def _normalise(field: Field, text: str, country: str) -> str:
    if not text:
        return ""
    if field == "st":
        normal = state_code(text, country)
    elif field == "zp":
        normal = postcode(text, country)
    else:
        normal = _BY_FIELD[field](text)
    return "" if is_junk(normal) else normal


def is_hash(text: str) -> bool:
    """Whether a text is 64 hex digits: a SHA-256 that somebody made already."""
    return len(text) == 64 and text.isascii() and all(c in "0123456789abcdefABCDEF" for c in text)


def clean(value: object) -> str:
    """A value as trimmed text in Unicode's composed form (NFC); empty where it is junk.

    Text and whole numbers say something; booleans, fractions, objects, text with lone surrogates and
    text of absurd length do not.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value) if abs(value) < 1e15 else ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**20 else ""
    if not isinstance(value, str) or len(value) > _MAX_LENGTH:
        return ""
    if not value.isascii():
        if not _is_encodable(value):
            return ""
        value = unicodedata.normalize("NFC", value)
    value = value.strip(_AROUND).strip()
    return "" if is_junk(value) else value


def is_junk(text: str) -> bool:
    """Whether a text is what programs write where they have no value: `undefined`, `n/a` …"""
    return text.lower() in _JUNK


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def _junk_hashes() -> frozenset[str]:
    """Hashes of junk, as sites send them that hash whatever they have."""
    return frozenset(sha256(junk.encode()).hexdigest() for junk in _JUNK)


def email(text: str) -> str:
    """Lower case. One `@` with something on either side and no space within, or it is junk."""
    lowered = _nfc(text.lower())
    local, _, domain = lowered.partition("@")
    has_space = any(c.isspace() for c in lowered)
    return lowered if local and domain and "@" not in domain and not has_space else ""


def phone(text: str) -> str:
    """Digits only: country code, area code, number, without leading zeros.

    Pinterest's text says no word of extensions and of the trunk zero many write in brackets after the
    country code, `+44 (0)20 …`; neither is part of the international number, so both are left out.
    """
    text = _ascii_digits(text)
    if text.startswith(("+", "00")):
        text = text.replace("(0)", "", 1)
    digits = ""
    for c in text:
        if c in "0123456789":
            digits += c
        elif c in "xX#;," and digits:
            break  # an extension follows: "ext. 12", "x12", "#12", ";ext=12", ",12"
    digits = digits.lstrip("0")
    return digits if len(digits) in _PHONE_DIGITS else ""


def name(text: str) -> str:
    """Lower case; runs of white space are one space, everything else stays (`mary ann`, `o'neil`)."""
    lowered = _nfc(" ".join(text.lower().split()))
    return lowered if any(c.isalnum() for c in lowered) else ""


def city(text: str) -> str:
    """Lower case without spaces or punctuation; letters keep their marks (`sãopaulo`)."""
    kept = (c for c in _nfc(text.lower()) if c.isalnum() or unicodedata.category(c)[0] == "M")
    return _nfc("".join(kept))


def postcode(text: str, country: str = "") -> str:
    """Digits only in the United States, ZIP+4 included: `94105-1234` → `941051234`.

    Pinterest's rule, "only digits", is one for ZIP codes. Elsewhere it would make every postcode of
    London `11`; there letters stay, in lower case.
    """
    kept = (c for c in _ascii_digits(text).lower() if c.isascii() and c.isalnum())
    return "".join(c for c in kept if c.isdigit() or country != "us")


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _ascii_digits(text: str) -> str:
    """Full-width characters and other scripts' digits in their ASCII form."""
    if text.isascii():
        return text
    wide = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in wide)


def gender(text: str) -> str:
    """`f`, `m`, or `n` for non-binary, from the usual words; anything else is junk."""
    return _GENDERS.get(fold(text), "")


_GENDERS: dict[str, str] = {
    **dict.fromkeys(("f", "female", "woman", "girl", "w", "weiblich", "femme", "mujer"), "f"),
    **dict.fromkeys(("m", "male", "man", "boy", "maennlich", "mannlich", "homme", "hombre"), "m"),
    **dict.fromkeys(("n", "nonbinary", "nb", "enby", "x", "d", "diverse", "divers", "other"), "n"),
}


def external_id(text: str) -> str:
    """As it is: the advertiser's own id may tell apart `User42` and `user42`."""
    return text


def advertising_id(text: str) -> str:
    """A GAID or IDFA in lower case. All zeros mean that the device's owner refused tracking: junk."""
    return text.lower() if any(c.isalnum() and c != "0" for c in text) else ""


def birth_date(text: str) -> str:
    """`YYYYMMDD`, from year-month-day in any punctuation, with or without a time, or with a month's name.

    Day and month first are read only where one of the two cannot be a month (`25/12/1990`) or both
    are equal. Impossible dates, two-digit years and dates no user can be born on are junk.
    """
    parts = _date_parts(text.lower())
    if len(parts) != 3:
        return ""
    months = [i for i, part in enumerate(parts) if part in _MONTHS]
    if months:
        return _with_month_name(parts, months[0])
    if not all(part.isdecimal() and part.isascii() for part in parts):
        return ""
    first, second, third = (int(part) for part in parts)
    if len(parts[0]) == 4:
        return _compact(first, second, third)
    if len(parts[2]) != 4:
        return ""
    if first == second or second > 12:
        return _compact(third, first, second)
    return _compact(third, second, first) if first > 12 else ""


def _date_parts(text: str) -> list[str]:
    """The three parts of a date, a time after it cut off."""
    if len(text) >= 8 and text[:8].isdecimal() and text.isascii() and text[8:9] in ("", "t", " "):
        return [text[:4], text[4:6], text[6:8]]
    if len(text) > 10 and text[10] in "t " and text[:4].isdecimal():
        text = text[:10]
    for separator in "/.-,":
        text = text.replace(separator, " ")
    parts = text.split()
    if parts and parts[0][:3] in _WEEKDAYS:
        del parts[0]
    if len(parts) > 3 and ":" in parts[3]:
        parts = parts[:3]
    return parts


def _with_month_name(parts: list[str], at: int) -> str:
    month = _MONTHS[parts.pop(at)]
    numbers = [part.rstrip("stndrh") for part in parts]
    if not all(number.isdecimal() and number.isascii() for number in numbers):
        return ""
    year, day = sorted(numbers, key=len, reverse=True)
    return _compact(int(year), month, int(day)) if len(year) == 4 else ""


_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS: dict[str, int] = {
    spelling: number
    for number, month in enumerate(_MONTH_NAMES.split(), 1)
    for spelling in (month, month[:3])
}


def _compact(year: int, month: int, day: int) -> str:
    if not _EARLIEST_BIRTH_YEAR <= year <= _LATEST_BIRTH_YEAR:
        return ""
    try:
        return date(year, month, day).strftime("%Y%m%d")
    except (ValueError, OverflowError):
        return ""


_BY_FIELD: dict[str, Callable[[str], str]] = {
    "em": email,
    "ph": phone,
    "fn": name,
    "ln": name,
    "ge": gender,
    "db": birth_date,
    "ct": city,
    "country": country_code,
    "external_id": external_id,
    "hashed_maids": advertising_id,
}
