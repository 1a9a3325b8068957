"""What Pinterest asks of each personal field before it is hashed, and the hash.

Sources: the field texts of `ConversionEventsUserData` in Pinterest's OpenAPI description. Where they
are silent, the docstring of the field's function says what is done and why.

A value that is junk (empty, `null`, `n/a`, a wrong type, something that cannot be what the field
means) is never hashed: its hash would be one identity shared by everybody who left the field empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from typing import Literal

from edgee_py.pinterest.birth_dates import birth_date
from edgee_py.pinterest.contract import MAX_VALUES
from edgee_py.pinterest.genders import gender
from edgee_py.pinterest.phones import phone
from edgee_py.pinterest.places import country_code, state_code
from edgee_py.pinterest.text_forms import ascii_digits, composed

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

_HASH = re.compile("[0-9a-fA-F]{64}")
_LOWER_HASH = re.compile("[0-9a-f]{64}")
#: Longer than any real value; also bounds the work a hostile value can cause.
_MAX_LENGTH = 512

_SHORTEST_POSTCODE = 3

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
_AROUND_EMAIL = _AROUND + "<>()[]\"',;:."
#: Letters a mailbox can have in quotation marks only, which are read by nobody.
_NOT_IN_EMAIL = ' <>()[]"\\,;:'


def hashes(field: Field, value: object, country: str = "") -> list[str]:
    """The hashes of a field's value or list of values, without repetition, in order, at most 20.

    country is the alpha-2 code of the person's country where known; `ph`, `st` and `zp` depend on it.
    """
    if not isinstance(value, (list, tuple)):
        found = hashed(field, value, country)
        return [found] if found else []
    several = (hashed(field, each, country) for each in value)
    return list(dict.fromkeys(filter(None, several)))[:MAX_VALUES]


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


def are_hashes(values: Sequence[str]) -> bool:
    """Whether `hashes` has nothing to do: a few different lower-case hashes, none of them of junk."""
    junk = _junk_hashes()
    for value in values:
        if value in junk or _LOWER_HASH.fullmatch(value) is None:
            return False
    return len(values) == 1 or len(set(values)) == len(values) <= MAX_VALUES


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
    of_country = BY_COUNTRY.get(field)
    normal = of_country(text, country) if of_country else _BY_FIELD[field](text)
    return "" if is_junk(normal) else normal


def is_hash(text: str) -> bool:
    """Whether a text is 64 hex digits: a SHA-256 that somebody made already."""
    return _HASH.fullmatch(text) is not None


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
        value = composed(value)
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
    """Lower case, without what stands around an address: `Jane <jane@example.com>`, `mailto:`, `;`.

    One `@`, a name before it and a domain with a dot behind, or it is junk: `jane@localhost` is one
    identity shared by all who have it, and so is `none@none.com`. Spaces and control characters are in
    no address.
    """
    text = text.rpartition("<")[2].partition(">")[0].strip(_AROUND_EMAIL)
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0].strip(_AROUND_EMAIL)
    lowered = composed(text.lower())
    local, _, domain = lowered.partition("@")
    is_local = bool(local) and local.isprintable() and not any(c in _NOT_IN_EMAIL for c in local)
    is_placeholder = is_junk(local) and domain.startswith(f"{local}.")
    return lowered if is_local and _is_domain(domain) and not is_placeholder else ""


def _is_domain(text: str) -> bool:
    """Whether a text is a domain below a top level one; its letters may be of any script."""
    labels = text.split(".")
    is_top = len(labels[-1]) > 1 and not labels[-1].isdecimal()
    letters = (c for c in text if c not in "-.")
    return len(labels) > 1 and is_top and all(labels) and all(map(_is_letter, letters))


def _is_letter(c: str) -> bool:
    """Whether a character is a letter, a digit or a mark on one."""
    return c.isalnum() or unicodedata.category(c)[0] == "M"


def name(text: str) -> str:
    """Lower case; runs of white space are one space, everything else stays (`mary ann`, `o'neil`)."""
    lowered = composed(" ".join(text.lower().split()))
    return lowered if any(c.isalnum() for c in lowered) else ""


def city(text: str) -> str:
    """Lower case without spaces or punctuation; letters keep their marks (`sãopaulo`)."""
    return composed("".join(filter(_is_letter, composed(text.lower()))))


def postcode(text: str, country: str = "") -> str:
    """Digits only for a ZIP code, ZIP+4 included: `94105-1234` → `941051234`; else letters stay too.

    Pinterest's rule, "only digits", is one for ZIP codes: it would make every postcode of London `11`.
    So where the country is the United States, five or nine digits are a ZIP code, letters around them
    left out; anything else, and every postcode elsewhere, keeps its letters, in lower case. Fewer than
    three letters and digits, and nothing but zeros, are junk.
    """
    kept = "".join(c for c in ascii_digits(text).lower() if c.isascii() and c.isalnum())
    digits = kept.strip("abcdefghijklmnopqrstuvwxyz")
    if country == "us" and digits.isdecimal() and len(digits) in (5, 9):
        kept = digits
    return kept if len(kept) >= _SHORTEST_POSTCODE and kept.strip("0") else ""


def external_id(text: str) -> str:
    """As it is: the advertiser's own id may tell apart `User42` and `user42`."""
    return text


def advertising_id(text: str) -> str:
    """A GAID or IDFA in lower case. All zeros mean that the device's owner refused tracking: junk."""
    return text.lower() if any(c.isalnum() and c != "0" for c in text) else ""


#: Fields that mean something else from country to country.
BY_COUNTRY: dict[Field, Callable[[str, str], str]] = {
    "st": state_code,
    "zp": postcode,
    "ph": phone,
}

_BY_FIELD: dict[str, Callable[[str], str]] = {
    "em": email,
    "fn": name,
    "ln": name,
    "ge": gender,
    "db": birth_date,
    "ct": city,
    "country": country_code,
    "external_id": external_id,
    "hashed_maids": advertising_id,
}
