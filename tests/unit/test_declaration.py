"""What an event is declared to be, in all the forms a page may use."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from edgee_py.declaration import Declaration, as_search, read_page, read_track, split_keywords

from . import strategies


@pytest.mark.parametrize(
    ("given_page", "page"),
    [
        ("Home", {"name": "Home"}),
        ({"name": "Home", "title": 7, "unknown": "x"}, {"name": "Home", "title": "7"}),
        ({"keywords": "a, b ,,c"}, {"keywords": ["a", "b", "c"]}),
        ({"keywords": ["a", 1, None, "b"]}, {"keywords": ["a", "b"]}),
        ({"keywords": {"a": 1}}, {}),
        ({"search": "q=1"}, {"search": "?q=1"}),
        ({"search": "?"}, {"search": ""}),
        ({"url": None, "path": False, "referrer": []}, {}),
        ({"properties": {"a": [1, {"b": 2}]}}, {"properties": {"a": [1, {"b": 2}]}}),
        ({"properties": "x"}, {}),
        (None, {}),
        (5, {}),
    ],
)
def test_a_page(given_page: Any, page: dict[str, Any]) -> None:
    assert read_page(given_page) == page


@pytest.mark.parametrize(
    ("given_track", "track"),
    [
        ("Signup", {"name": "Signup"}),
        ({"name": "Signup", "other": 1}, {"name": "Signup"}),
        ({"name": 404}, {"name": "404"}),
        ({"name": True}, {}),
        ({"name": "x", "properties": {"value": 9.5}}, {"name": "x", "properties": {"value": 9.5}}),
        ({"name": "x", "properties": [1]}, {"name": "x"}),
        ([], {}),
        (None, {}),
    ],
)
def test_a_track(given_track: Any, track: dict[str, Any]) -> None:
    assert read_track(given_track) == track


def test_properties_keep_their_types_and_products_arrive() -> None:
    products = [{"sku": "A-1", "price": 9.99, "quantity": 2, "gift": True, "note": None}]
    properties = {"products": products, "value": 19.98, "city": "Paris"}
    assert read_track({"name": "x", "properties": properties})["properties"] == properties


def test_personal_data_in_a_track_is_hashed_wherever_it_stands() -> None:
    properties = {"email": "jane@example.com", "customer": {"phone": "+33 1 23 45 67 89"}}
    read = str(read_track({"name": "x", "properties": properties}))
    assert "jane" not in read and "23 45" not in read


@pytest.mark.parametrize(
    ("text", "words"), [("", []), (" , ,", []), ("a", ["a"]), (" a b , c", ["a b", "c"])]
)
def test_keywords_are_parted_by_commas(text: str, words: list[str]) -> None:
    assert split_keywords(text) == words


@pytest.mark.parametrize(("query", "search"), [("", ""), ("?", ""), ("a=1", "?a=1"), ("?a", "?a")])
def test_a_query_has_its_question_mark(query: str, search: str) -> None:
    assert as_search(query) == search


@given(strategies.anything)
def test_any_entry_is_read_or_left_out(value: Any) -> None:
    assert Declaration.from_json(value) is None or value["type"] in ("page", "track", "user")


@given(strategies.json_values, strategies.json_values)
def test_an_entry_is_read_as_it_was_written(data: Any, components: Any) -> None:
    for type_ in ("page", "track", "user"):
        entry = {"type": type_, "data": data, "components": components, "consent": "pending"}
        declared = Declaration.from_json(entry)
        assert declared is not None
        assert Declaration.from_json(declared.to_json()) == declared
