"""Names of countries and states, and the codes Pinterest wants for them.

Source: the texts of `country` and `st` in Pinterest's OpenAPI description, which want ISO 3166-1 alpha-2
and two-letter state codes. Names are those of `country_names` and `state_names`, in the usual variants.
"""

from __future__ import annotations

from functools import cache

from edgee_py.pinterest.country_names import COUNTRIES
from edgee_py.pinterest.state_names import STATES
from edgee_py.pinterest.text_forms import fold, words

#: Without a meaning of their own within a name.
_SMALL = ("the", "of", "and")
_SHORT = {"st": "saint", "rep": "republic", "dem": "democratic", "is": "islands"}

#: `Federal Republic of Germany` is Germany: what such a word, `of` and the name make is the name.
_FORMS = (
    "republic",
    "kingdom",
    "state",
    "states",
    "commonwealth",
    "federation",
    "principality",
    "sultanate",
    "duchy",
    "union",
)

#: Names of several countries; what stands beside them in brackets must tell which.
_SHARED = ("congo", "guinea", "korea", "micronesia", "saintmartin", "samoa", "virginislands")

#: Around a state's name, folded.
_STATE_FORMS_BEFORE = (
    "stateof",
    "commonwealthof",
    "provinceof",
    "territoryof",
    "provincede",
    "estadode",
    "estadodo",
    "estadoda",
    "freistaat",
    "bundesland",
    "land",
)
_STATE_FORMS_AFTER = ("state", "province", "territory", "usa")


def country_code(text: str) -> str:
    """The lower-case ISO 3166-1 alpha-2 code of a country's code (two or three letters) or name.

    Accents, case and punctuation do not matter, nor do `the`, `Republic of` and the like, words in
    brackets that tell no other country, and the order in `Korea, South`. Empty where it names none.
    """
    return next(filter(None, map(_named, _spellings(text))), "")


def country_codes() -> frozenset[str]:
    """The alpha-2 codes of all countries, in lower case."""
    return frozenset(_countries().values())


def _spellings(text: str) -> list[str]:
    """A name as it is, the right way round, without brackets, and what is in them, best first."""
    found = [text]
    head, comma, tail = text.partition(",")
    if comma:
        found.append(f"{tail} {head}")
    head, bracket, tail = text.partition("(")
    if bracket:
        inner = tail.partition(")")[0]
        found.append(f"{inner} {head}")
        if fold(head) not in _SHARED:
            found += [head, inner]
    return found


def _named(text: str) -> str:
    table = _countries()
    if code := table.get(fold(text)):
        return code
    every = words(text)
    if code := table.get(_joined(every)):
        return code
    for at, word in enumerate(every):
        if word == "of" and at and every[at - 1] in _FORMS:
            return table.get(_joined(every[at:]), "")
    return ""


def _joined(every: list[str]) -> str:
    return "".join(_SHORT.get(word, word) for word in every if word not in _SMALL)


def state_code(text: str, country: str = "") -> str:
    """The lower-case postal code of a state or province, given its code or name.

    country is an alpha-2 code or empty; a country after the state, `CA, US`, comes first. In a country
    whose states are not listed here a code of two or three letters stands as it is; where no country is
    known, one of two does. A name that no code is known for gives an empty string: Pinterest matches
    codes, so its hash would tell on a person and match nobody.
    """
    head, _, tail = text.rpartition(",")
    if head.strip() and (named := country_code(tail)) and (code := _state(fold(head), named)):
        return code
    return _state(fold(text.partition("(")[0]), country)


def _state(key: str, country: str) -> str:
    if country in STATES:
        return _state_of(key, country)
    if not country:
        for each in STATES:
            if code := _state_of(key, each):
                return code
    is_code = len(key) in ((2, 3) if country else (2,)) and key.isascii() and key.isalpha()
    return key if is_code else ""


def _state_of(key: str, country: str) -> str:
    """The code for a folded name in one country; empty where it has no such state."""
    table = _states(country)
    if key in table:
        return table[key]
    code = key.removeprefix(country)
    if code != key and code in table.values():
        return code
    bare = [key.removeprefix(form) for form in _STATE_FORMS_BEFORE]
    bare += [key.removesuffix(form) for form in _STATE_FORMS_AFTER]
    return next((table[each] for each in bare if each in table), "")


@cache
def _countries() -> dict[str, str]:
    return _read(COUNTRIES)


@cache
def _states(country: str) -> dict[str, str]:
    return _read(STATES[country])


def _read(rows: str) -> dict[str, str]:
    """A table of rows `code name name …`: every code and name to its code."""
    table: dict[str, str] = {}
    for row in rows.split("\n"):
        code, *names = row.split()
        for name in (code, *names):
            table.setdefault(name, code)
    return table
