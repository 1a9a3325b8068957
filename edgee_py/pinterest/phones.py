"""Telephone numbers as Pinterest wants them: country code, area code and number, digits only.

Source: the text of `ph` in Pinterest's OpenAPI description: no symbols, letters, spaces and leading
zeros. It says no word of extensions, of the trunk prefix that is dialled within a country only, and of
numbers written without a country code. None of them is part of the international number (ITU-T E.164).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from edgee_py.pinterest.calling_codes import CALLING_CODES
from edgee_py.pinterest.text_forms import ascii_digits

#: E.164: at most 15 digits. Shorter than seven is no number with a country code.
_DIGITS = range(7, 16)

#: What is dialled before a country code where that is not `00` or Australia's `0011`.
_EXIT_CODES: dict[str, str] = {
    **dict.fromkeys(("us", "ca", "pr", "do", "jm"), "011"),
    **dict.fromkeys(("ru", "kz", "by"), "810"),
    "jp": "010",
}

#: Where the zero before an area code is dialled from abroad too.
_KEEP_ZERO = "39"


class _Plan(NamedTuple):
    """How a country's numbers are written."""

    code: str
    trunk: str
    lengths: range | tuple[int, ...]

    def has(self, number: str) -> bool:
        """Whether a number without country code and trunk prefix can be one of the country's."""
        return len(number) in self.lengths


def phone(text: str, country: str = "") -> str:
    """Digits only: country code, area code, number; empty where it is no number.

    country is the alpha-2 code of the country a number without a country code belongs to, if known.

    >>> phone("020 7946 0958", "gb")
    '442079460958'
    """
    number = _digits(_without_bracket(ascii_digits(text)))
    if number.startswith("+"):
        found = _without_trunk(number[1:].lstrip("0"))
    elif dialled := _after_exit_code(number, country):
        found = _without_trunk(dialled)
    else:
        found = _international(number, country)
    found = found.lstrip("0")
    return found if len(found) in _DIGITS else ""


def _digits(text: str) -> str:
    """A number's digits, after a `+` if there is one.

    A letter, `#`, `;` or `,` after the first digit begins an extension: `ext. 12`, `x12`, `poste 99`,
    `Durchwahl 5`, `;ext=12`. So a number written in letters is none.
    """
    digits = ""
    for c in text:
        if c in "0123456789" or (c == "+" and not digits):
            digits += c
        elif digits.strip("+") and (c in "#;," or c.isalpha()):
            break
    return digits


def _without_bracket(text: str) -> str:
    """`44 (0)20 …` as `+44 20 …`: who brackets the zero has written the country code before it."""
    head, bracket, rest = text.partition("(0")
    before = _digits(head) if bracket else ""
    code = before.lstrip("+0")
    plan = _by_code().get(code)
    if not plan and not (code and len(code) <= 3 and before.startswith(("+", "00"))):
        return text
    is_needed = plan and (code == _KEEP_ZERO or len(plan.trunk) > 1)
    return f"+{code}{'0' if is_needed else ''}{rest}"


def _after_exit_code(number: str, country: str) -> str:
    """What follows the code for dialling abroad; empty where there is none.

    Where the country is unknown, `011` is North America's only before a known country code and more
    digits than Turin's or Buenos Aires' numbers have, which begin so too.
    """
    for code in (_EXIT_CODES.get(country, ""), "0011", "00"):  # no number abroad begins with 11
        if code and number.startswith(code):
            return number.removeprefix(code)
    rest = number.removeprefix("011")
    is_long = len(rest) > 10 and rest != number
    return rest if not country and is_long and _plan_of(rest) else ""


def _without_trunk(number: str) -> str:
    """An international number without the zero some write after the country code: `+44 (0)20 …`."""
    plan = _plan_of(number)
    if not plan or plan.code == _KEEP_ZERO or not plan.trunk.startswith("0"):
        return number
    rest = number.removeprefix(plan.code)
    return plan.code + rest.removeprefix(plan.trunk).lstrip("0")


def _international(number: str, country: str) -> str:
    """A number without `+`: national if it can be one of the country's, else as it is."""
    plan = _plans().get(country)
    if not plan:
        return number
    if plan.code == _KEEP_ZERO and number.startswith("0") and len(number) in range(6, 12):
        return plan.code + number
    at_home = number.removeprefix(plan.trunk)
    if at_home != number and plan.has(at_home):
        return plan.code + at_home
    if number.startswith(plan.code) and plan.has(number.removeprefix(plan.code)):
        return number
    is_bare = plan.has(number) and not number.startswith("0") and isinstance(plan.lengths, tuple)
    return plan.code + number if is_bare else number


def _plan_of(number: str) -> _Plan | None:
    """The plan of the country an international number belongs to."""
    plans = _by_code()
    return next((plans[number[:n]] for n in (1, 2, 3) if number[:n] in plans), None)


@cache
def _plans() -> dict[str, _Plan]:
    """Every country's plan, by alpha-2 code."""
    plans: dict[str, _Plan] = {}
    for row in CALLING_CODES.split("\n"):
        country, code, trunk, lengths = row.split()
        first, _, last = lengths.partition("-")
        known = range(int(first), int(last) + 1) if last else tuple(map(int, first.split(",")))
        plans[country] = _Plan(code, trunk.strip("-"), known)
    return plans


@cache
def _by_code() -> dict[str, _Plan]:
    return {plan.code: plan for plan in _plans().values()}
