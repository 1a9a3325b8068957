from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.pinterest import values
from tests.unit.pinterest.strategies import json_values


@pytest.mark.parametrize(
    ("given_value", "amount"),
    [
        ("59.90", "59.90"),
        (59.9, "59.9"),
        (59, "59"),
        (100.0, "100"),
        (0, "0"),
        (-5, "-5"),
        ("-5.50", "-5.50"),
        (0.1 + 0.2, "0.3"),
        (119.80000000000001, "119.8"),
        (1e5, "100000"),
        (1e-5, "0.00001"),
        (-0.0, "0"),
        ("-0.00", "0.00"),
        ("007", "7"),
        (".5", "0.5"),
        ("$.50", "0.50"),
        ("59,90 €", "59.90"),
        ("59,90\u00a0€", "59.90"),
        ("€ 12", "12"),
        ("$1,299.00", "1299.00"),
        ("1,299", "1299"),
        ("1.299", "1.299"),
        ("0,999", "0.999"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1 299,00 kr", "1299.00"),
        ("CHF 1’299.–", "1299"),
        ("59,-", "59"),
        ("Rs. 500", "500"),
        ("Rs.1,00,000.00", "100000.00"),
        ("USD 20", "20"),
        ("59.90 Euro", "59.90"),
        ("0.30000000000000004", "0.300000"),
    ],
)
def test_money(given_value: object, amount: str) -> None:
    assert values.money(given_value) == amount


@pytest.mark.parametrize(
    "value",
    [
        "",
        "free",
        "NaN",
        "Infinity",
        float("nan"),
        float("inf"),
        10**400,
        1e300,
        True,
        None,
        [],
        {"amount": 5},
        "1e5",
        "0x10",
        "10 %",
        "1.299 €",
        "5 items",
        "12-34",
        "2024.01.05",
        "1,2,3",
        "1.2.3",
        "10.000.00",
        "9" * 41,
        "9" * 13,
        "١٢",
    ],
)
def test_no_money(value: object) -> None:
    assert values.money(value) == ""


@given(json_values | st.text(alphabet="0123456789.,-+ €$e'", max_size=20))
def test_money_is_always_a_plain_decimal(value: object) -> None:
    amount = values.money(value)
    if amount:
        assert set(amount) <= set("0123456789.-")
        assert values.money(amount) == amount
        assert not (amount.startswith("-") and Decimal(amount) == 0)


@given(st.decimals(0, 10**9, places=2))
def test_money_survives_its_notations(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    swiss = english.replace(",", "'")
    for notation in (str(amount), f"${english}", f"{german} €", f"CHF {swiss}"):
        assert values.money(notation) == f"{amount:.2f}"


def test_total_is_exact() -> None:
    assert values.total([("0.10", 3), ("19.99", 2)]) == "40.28"
    assert values.total([("999999999999", 1000000000)]) == ""


@pytest.mark.parametrize(
    ("value", "count"),
    [(2, 2), ("2", 2), (" 12 ", 12), (2.0, 2), (0, 0)],
)
def test_count(value: object, count: int) -> None:
    found = values.count(value)
    assert found == count
    assert type(found) is int


@pytest.mark.parametrize(
    "value", [True, -1, 1.5, "1e5", "two", "", None, [], 10**30, float("nan"), float("inf"), "٢"]
)
def test_no_count(value: object) -> None:
    assert values.count(value) is None


def test_text_keeps_what_was_written() -> None:
    assert values.text("007") == "007"
    assert values.text("1e5") == "1e5"
    assert values.text(42) == "42"
    assert values.text(42.0) == "42"
    assert values.text(" a ") == "a"
    assert values.text(True) == values.text(None) == values.text({}) == ""
    assert values.text("x" * 5000, 10) == "x" * 10


def test_lone_surrogates_are_replaced_and_split_pairs_joined() -> None:
    assert values.text("a\ud800b") == "a\ufffdb"
    assert values.text("\ud83d\ude00") == "😀"


def test_an_id_is_never_cut_and_never_undefined() -> None:
    assert values.identifier("x" * 256) == "x" * 256
    assert values.identifier("x" * 257) == ""
    assert values.identifier("undefined") == values.identifier("null") == ""
    assert values.identifier("00123") == "00123"


@pytest.mark.parametrize(
    ("value", "said"),
    [(True, True), ("true", True), (1, True), ("Yes", True), ("0", False), (0, False), ("x", None)],
)
def test_switch(value: object, said: bool | None) -> None:
    assert values.switch(value) is said


def test_currency() -> None:
    assert values.currency(" eur ") == "EUR"
    assert values.currency("€") == values.currency("EURO") == values.currency("ÄÖÜ") == ""


def test_language() -> None:
    assert values.language("en-US") == values.language("EN_gb") == values.language("en") == "en"
    assert values.language("English") == values.language("fil-PH") == values.language(None) == ""


def test_limited_data_processing_is_the_only_flag() -> None:
    assert values.limited_data_processing("ldp, other") == "LDP"
    assert values.limited_data_processing("OTHER") == values.limited_data_processing(True) == ""
