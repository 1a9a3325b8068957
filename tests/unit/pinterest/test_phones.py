from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.pinterest.calling_codes import CALLING_CODES
from edgee_py.pinterest.normalise import hashed, normalise
from edgee_py.pinterest.phones import phone
from edgee_py.pinterest.places import country_codes
from tests.unit.pinterest.strategies import texts

COUNTRIES = [row.split()[0] for row in CALLING_CODES.split("\n")]


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("020 7946 0958", "gb", "442079460958"),
        ("(020) 7946 0958", "gb", "442079460958"),
        ("tel. 020 7946 0958", "gb", "442079460958"),
        ("7700900123", "gb", "447700900123"),
        ("(415) 555-2671", "us", "14155552671"),
        ("1 415 555 2671", "us", "14155552671"),
        ("415 555 2671", "ca", "14155552671"),
        ("612 345 678", "es", "34612345678"),
        ("06 1234567", "it", "39061234567"),
        ("347 123 4567", "it", "393471234567"),
        ("030 123456", "de", "4930123456"),
        ("06 12 34 56 78", "fr", "33612345678"),
        ("8 (495) 123-45-67", "ru", "74951234567"),
        ("812 123-45-67", "ru", "78121234567"),
        ("06 1 234 5678", "hu", "3612345678"),
        ("010-1234-5678", "kr", "821012345678"),
        ("138 0013 8000", "cn", "8613800138000"),
        ("9123456789", "in", "919123456789"),
        ("(11) 91234-5678", "br", "5511912345678"),
        ("0412 345 678", "au", "61412345678"),
        ("01 55 1234 5678", "mx", "525512345678"),
    ],
)
def test_national_numbers(text: str, country: str, normal: str) -> None:
    assert phone(text, country) == normal


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("+33 6 12 34 56 78", "us", "33612345678"),
        ("0033 6 12 34 56 78", "gb", "33612345678"),
        ("442079460958", "us", "442079460958"),
        ("442079460958", "gb", "442079460958"),
        ("919123456789", "in", "919123456789"),
        ("33612345678", "de", "33612345678"),
        ("011 44 20 7946 0958", "us", "442079460958"),
        ("011 44 20 7946 0958", "", "442079460958"),
        ("0011 44 20 7946 0958", "au", "442079460958"),
        ("8 10 44 20 7946 0958", "ru", "442079460958"),
        ("44 (0)20 7946 0958", "", "442079460958"),
        ("44 (0)20 7946 0958", "us", "442079460958"),
        ("+44 (020) 7946 0958", "", "442079460958"),
        ("+44 07700 900123", "", "447700900123"),
        ("+256 (0)772 123456", "", "256772123456"),
        ("+36 (06) 1 234 5678", "", "3612345678"),
        ("+39 06 1234567", "", "39061234567"),
        ("+39 (0)6 1234567", "", "39061234567"),
    ],
)
def test_international_numbers(text: str, country: str, normal: str) -> None:
    assert phone(text, country) == normal


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("05498715647", "", "5498715647"),
        ("011 1234567", "", "111234567"),
        ("555-2671", "us", "5552671"),
        ("020 7946 0958", "fj", "2079460958"),
    ],
)
def test_what_nobody_can_complete_stays(text: str, country: str, normal: str) -> None:
    assert phone(text, country) == normal


@pytest.mark.parametrize(
    "extension",
    [
        "ext. 12",
        "ext 12",
        "x12",
        "X 12",
        "poste 99",
        "Durchwahl 5",
        "#12",
        ";ext=12",
        ",12",
        "доб. 3",
    ],
)
def test_extensions(extension: str) -> None:
    assert phone(f"+44 20 7946 0958 {extension}") == "442079460958"
    assert phone(f"020 7946 0958{extension}", "gb") == "442079460958"


@pytest.mark.parametrize("text", ["+1 800 FLOWERS", "+1 201 xxx 0123", "(0)", "+", "+44 (0)"])
def test_what_is_no_number(text: str) -> None:
    assert phone(text) == ""


def test_the_table_is_of_countries() -> None:
    assert set(COUNTRIES) <= country_codes()
    assert len(COUNTRIES) == len(set(COUNTRIES))


@given(st.sampled_from(COUNTRIES), st.from_regex(r"[2-9][0-9]{8,9}", fullmatch=True))
def test_whichever_way_a_number_is_written_it_is_one(country: str, number: str) -> None:
    """At home, without the trunk prefix, and with the country code after its plus."""
    row = next(row for row in CALLING_CODES.split("\n") if row.startswith(f"{country} "))
    _, code, trunk, _ = row.split()
    national = phone(trunk.strip("-") + number, country)
    if national.startswith(code) and len(national) == len(code) + len(number):
        assert phone(f"+{national}", country) == national
        assert phone(f"00{national}") == national


@given(st.text("0123456789+()x# -", max_size=24) | texts, st.sampled_from(["", *COUNTRIES]))
def test_only_digits_leave(text: str, country: str) -> None:
    found = phone(text, country)
    assert found == "" or (found.isdecimal() and 7 <= len(found) <= 15 and found[0] != "0")


@given(st.text("0123456789+()x# -", max_size=24), st.sampled_from(["", *COUNTRIES]))
def test_hashing_a_hash_changes_nothing(text: str, country: str) -> None:
    once = hashed("ph", text, country)
    assert hashed("ph", once, country) == once


@given(st.from_regex(r"\+[1-9]{4}[0-9]{4,10}", fullmatch=True), st.sampled_from(" -./()"))
def test_punctuation_in_a_phone_number_does_not_matter(number: str, mark: str) -> None:
    spread = number[:3] + mark + number[3:6] + mark + number[6:]
    assert normalise("ph", spread) == number[1:]
