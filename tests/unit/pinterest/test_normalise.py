"""Vectors: Pinterest's field texts, its peers' tests, and the rows in which the peers disagree."""

from __future__ import annotations

from hashlib import sha256
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.pinterest.normalise import (
    Field,
    are_hashes,
    hash_email,
    hashed,
    hashes,
    is_hash,
    normalise,
)
from tests.unit.pinterest.strategies import json_values, texts

FIELDS: tuple[Field, ...] = get_args(Field)
COUNTRIES = ("", "us", "gb", "ca", "de", "fr")


@pytest.mark.parametrize(
    ("field", "value", "digest"),
    [
        (
            "em",
            "  Example@PostHog.com ",
            "3d4eee8538a4bbbe2ef7912f90ee494c1280f74dd7fd81232e58deb9cb9997e3",
        ),
        (
            "ph",
            "+1 (234) 567-890",
            "c775e7b757ede630cd0aa1113bd102661ab38829ca52a6422ab782862f268646",
        ),
        (
            "ph",
            "05498715647",
            "e4f58a691bee8faf9dc22248488acf7020338802d68348bb865bbe855dca3686",
        ),
        ("ge", "female", "252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111"),
        ("ge", "F", "252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111"),
        (
            "db",
            "1996-02-01",
            "46a7c6b9e0c25062a3405d5a63510115055ed93bd8fc4ed4fdd227f18d360171",
        ),
        ("fn", "Zoë", "2752b88686847fa5c86f47b94ce652b7b3f22a91c37617d451a4db9afa431450"),
        (
            "ct",
            "San Francisco",
            "1a6bd4d9d79dc0a79b53795c70d3349fa9e38968a3fbefbfe8783efb1d2b6aac",
        ),
        ("zp", "99999", "fd5f56b40a79a385708428e7b32ab996a681080a166a2206e750eb4819186145"),
        ("country", "US", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
    ],
)
def test_published_hashes(field: Field, value: str, digest: str) -> None:
    assert hashed(field, value) == digest


@pytest.mark.parametrize(
    ("field", "value", "country", "normal"),
    [
        ("ph", "0044/20.7946 0958", "", "442079460958"),
        ("ph", "+44 20 7946 0958 ext. 12", "", "442079460958"),
        ("ph", "+44 20 7946 0958 x12", "", "442079460958"),
        ("ph", "+44 20 7946 0958;ext=12", "", "442079460958"),
        ("ph", "+44 (0)20 7946 0958", "", "442079460958"),
        ("ph", "0044 (0)20 7946 0958", "", "442079460958"),
        ("ph", "tel:+1-201-555-0123", "", "12015550123"),
        ("ph", "fax +1 201 555 0123", "", "12015550123"),
        ("ph", 12015550123, "", "12015550123"),
        ("ph", "+١ ٢٠١ ٥٥٥ ٠١٢٣", "", "12015550123"),
        ("fn", "Mary  Ann", "", "mary ann"),
        ("ln", "O'Neil-Smith", "", "o'neil-smith"),
        ("fn", "Zoe\u0308", "", "zoë"),
        ("ct", "New York", "", "newyork"),
        ("ct", "St. John's", "", "stjohns"),
        ("ct", "São Paulo", "", "sãopaulo"),
        ("ct", "नई दिल्ली", "", "नईदिल्ली"),
        ("st", "California", "", "ca"),
        ("st", "CA", "us", "ca"),
        ("st", "US-CA", "us", "ca"),
        ("st", "Québec", "ca", "qc"),
        ("st", "Victoria", "au", "vic"),
        ("country", "United States", "", "us"),
        ("country", "USA", "", "us"),
        ("country", "Deutschland", "", "de"),
        ("country", "Côte d’Ivoire", "", "ci"),
        ("zp", "94105-1234", "us", "941051234"),
        ("zp", "94105-1234", "", "941051234"),
        ("zp", "SW1A 1AA", "gb", "sw1a1aa"),
        ("zp", "SW1A 1AA", "", "sw1a1aa"),
        ("zp", "CA 94105", "us", "94105"),
        ("zp", "94105 USA", "us", "94105"),
        ("zp", "SW1A 1AA", "us", "sw1a1aa"),
        ("zp", "1010", "us", "1010"),
        ("zp", "K1A 0B1", "us", "k1a0b1"),
        ("zp", "〒100-0001", "jp", "1000001"),
        ("ph", "020 7946 0958", "gb", "442079460958"),
        ("external_id", " User 42 ", "", "User 42"),
        ("external_id", 42, "", "42"),
        (
            "hashed_maids",
            "CDDA802E-FB9C-47AD-9866-0794D394C912",
            "",
            "cdda802e-fb9c-47ad-9866-0794d394c912",
        ),
        ("ge", "Male", "", "m"),
        ("ge", "non-binary", "", "n"),
        ("em", "jane@example.com.", "", "jane@example.com"),
        ("em", "jane@example.com;", "", "jane@example.com"),
        ("em", "mailto:a@b.co", "", "a@b.co"),
        ("em", "MAILTO:a@b.co?subject=hi", "", "a@b.co"),
        ("em", "Jane <jane@example.com>", "", "jane@example.com"),
        ("em", '"Doe, Jane" <mailto:jane@example.com>', "", "jane@example.com"),
        ("em", "'jane@example.com'", "", "jane@example.com"),
        ("em", "jane.@docomo.example", "", "jane.@docomo.example"),
        ("em", "josé@müller.example", "", "josé@müller.example"),
        ("em", "\ufeffJane.Doe+x@Example.COM\u00a0", "", "jane.doe+x@example.com"),
    ],
)
def test_normal_form(field: Field, value: object, country: str, normal: str) -> None:
    assert normalise(field, value, country) == normal
    assert hashed(field, value, country) == sha256(normal.encode()).hexdigest()


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "junk",
    [
        "",
        " \t",
        "null",
        "Undefined",
        "N/A",
        "[object Object]",
        None,
        True,
        False,
        1.5,
        float("nan"),
        float("inf"),
        10**400,
        {},
        {"email": "a@b.example"},
        [],
        [None, ""],
        [["a@b.example"]],
        "\ud800@example.com",
        "x" * 5000,
    ],
)
def test_junk_is_never_hashed(field: Field, junk: object) -> None:
    assert hashes(field, junk) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("em", "jane"),
        ("em", "jane doe@example.com"),
        ("em", "a@b@example.com"),
        ("em", "@example.com"),
        ("em", "undefined@undefined"),
        ("em", "none@none"),
        ("em", "none@none.com"),
        ("em", "jane@localhost"),
        ("em", "jane@example..com"),
        ("em", "jane@.com"),
        ("em", "jane@127.0.0.1"),
        ("em", "jane@example.c"),
        ("em", "ja\x00ne@example.com"),
        ("em", "jane@exam\x1fple.com"),
        ("em", "ja\u200bne@example.com"),
        ("em", "a@b.example, c@d.example"),
        ("em", "<>"),
        ("ph", "12"),
        ("ph", "000000000"),
        ("ph", "+1 xxx xxx 0123"),
        ("ph", "1" * 16),
        ("fn", "-"),
        ("ct", "..."),
        ("ge", "prefer not to say"),
        ("country", "Narnia"),
        ("st", "Bohemia-on-Sea"),
        ("zp", "---"),
        ("zp", "11"),
        ("zp", "a1"),
        ("zp", "00000"),
        ("hashed_maids", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_what_cannot_be_what_the_field_means(field: Field, value: str) -> None:
    assert hashes(field, value) == []


def test_a_hash_is_taken_as_it_is_in_lower_case() -> None:
    given_hash = hash_email("example@posthog.com")
    assert hashed("em", given_hash.upper()) == given_hash
    assert hashed("ph", f" {given_hash} ") == given_hash


def test_a_hash_of_junk_is_junk() -> None:
    for junk in ("", "null", "undefined"):
        assert hashed("em", sha256(junk.encode()).hexdigest()) == ""


def test_lists_stay_lists_without_repetition_in_order_and_bounded() -> None:
    first, second = hash_email("a@example.com"), hash_email("b@example.com")
    assert hashes("em", ["A@example.com", "b@example.com", None, "a@example.com"]) == [
        first,
        second,
    ]
    assert len(hashes("em", [f"{n}@example.com" for n in range(1000)])) == 20


@given(st.sampled_from(FIELDS), texts, st.sampled_from(COUNTRIES))
def test_normalising_twice_changes_nothing(field: Field, value: str, country: str) -> None:
    country = "" if field == "ph" else country  # a number without its `+` may be a national one
    once = normalise(field, value, country)
    assert normalise(field, once, country) == once


@given(st.sampled_from(FIELDS), json_values, st.sampled_from(COUNTRIES))
def test_whatever_comes_only_hashes_leave(field: Field, value: object, country: str) -> None:
    found = hashes(field, value, country)
    assert all(is_hash(each) and each == each.lower() for each in found)
    assert hashes(field, found, country) == found


HASHED = sha256(b"jane@example.com").hexdigest()
OF_NOTHING = sha256(b"").hexdigest()


@given(
    st.lists(
        st.one_of(
            st.sampled_from([HASHED, HASHED.upper(), OF_NOTHING, f"{HASHED}\n", f" {HASHED}", "x"]),
            st.integers(0, 30).map(lambda n: sha256(str(n).encode()).hexdigest()),
            texts,
        ),
        max_size=25,
    ),
    st.sampled_from(FIELDS),
)
def test_what_are_hashes_already_stay_what_they_are(values: list[str], field: Field) -> None:
    if are_hashes(values):
        assert hashes(field, values) == values


@pytest.mark.parametrize("values", [[HASHED], [HASHED, "0" * 64]])
def test_hashes_are_known(values: list[str]) -> None:
    assert are_hashes(values)


@pytest.mark.parametrize(
    "values",
    [[OF_NOTHING], [HASHED.upper()], [HASHED, HASHED], [f"{HASHED}\n"], ["jane@example.com"]],
)
def test_what_is_to_be_mended_is_not_taken_for_hashes(values: list[str]) -> None:
    assert not are_hashes(values)
