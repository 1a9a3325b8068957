"""JSON as pages write it, mended once, so that nothing later can stumble."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.plain import MAX_DEPTH, NotPlain, as_text, clean, cut_nesting, loads

from . import strategies


@pytest.mark.parametrize("text", ["", "{", "undefined", "{'a': 1}", "[1,]", '"\x00"'])
def test_text_that_is_no_json_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotPlain):
        loads(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "1" + "0" * 400])
def test_what_is_no_finite_number_is_nothing(number: str) -> None:
    assert loads(f'{{"value": {number}, "kept": 1}}') == {"value": None, "kept": 1}


def test_a_number_too_long_to_parse_is_no_json() -> None:
    with pytest.raises(NotPlain):
        loads("1" * 5000)


def test_a_whole_number_beyond_64_bits_is_what_a_page_would_read() -> None:
    assert loads("12345678901234567890123") == 1.2345678901234568e22


def test_a_lone_surrogate_is_replaced_in_keys_and_values() -> None:
    mended = loads(r'{"\ud800key": "a\udfffb", "emoji": "\ud83d\ude00"}')
    assert mended == {"\ufffdkey": "a\ufffdb", "emoji": "😀"}
    json.dumps(mended, ensure_ascii=False).encode()


def test_nesting_is_cut_where_no_property_needs_more() -> None:
    value = loads("[" * 40 + "]" * 40)
    depth = 0
    while value:
        (value,) = value
        depth += 1
    assert depth == MAX_DEPTH


@pytest.mark.parametrize("levels", [2_000, 100_000])
def test_nesting_that_no_parser_survives_is_cut_and_the_rest_is_kept(levels: int) -> None:
    bomb = '{"a":' * levels + "1" + "}" * levels
    assert loads(f'{{"bomb": {bomb}, "text": "]]}}", "after": [1]}}')["after"] == [1]


@given(strategies.json_values)
def test_cutting_leaves_shallow_json_alone(value: Any) -> None:
    text = json.dumps(value)
    assert cut_nesting(text) == text


@given(strategies.anything)
def test_whatever_comes_in_json_text_comes_out(value: Any) -> None:
    mended = clean(value)
    assert loads(json.dumps(mended, ensure_ascii=False)) == mended


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12", "12"),
        (12, "12"),
        (12.0, "12"),
        (0.5, "0.5"),
        (-3.0, "-3"),
        (1e21, "1e+21"),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_a_number_becomes_the_text_javascript_makes_of_it(value: Any, text: str | None) -> None:
    assert as_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_numbers_text_is_that_number(number: float) -> None:
    assert float(as_text(number) or "") == number
