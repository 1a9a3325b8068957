"""A journal record is read strictly, for everything later trusts it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

from edgee_py.call import Call, InvalidCall, Page

from . import strategies

RECORD: dict[str, Any] = {
    "id": "c-1",
    "at": 1_700_000_000_000,
    "method": "track",
    "arguments": ["Order Completed", {"all": True}],
    "page": {"url": "https://shop.example/cart", "title": "Cart", "moved": True},
}


def test_a_record_is_read_and_written_back() -> None:
    call = Call.from_json(RECORD)
    assert call.arguments == ("Order Completed", {"all": True})
    assert call.page == Page(url="https://shop.example/cart", title="Cart", moved=True)
    assert call.to_json() == RECORD


def test_a_held_call_stays_held() -> None:
    assert Call.from_json({**RECORD, "held": True}).to_json()["held"] is True


def test_arguments_may_be_absent() -> None:
    assert Call.from_json({"id": "c", "at": 1, "method": "page"}).arguments == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": ""}, "id must be a string of 1 to 128 characters"),
        ({"id": "x" * 129}, "id must be a string of 1 to 128 characters"),
        ({"id": 7}, "id must be a string of 1 to 128 characters"),
        ({"at": 0}, "at must be a time in milliseconds"),
        ({"at": True}, "at must be a time in milliseconds"),
        ({"at": "now"}, "at must be a time in milliseconds"),
        ({"at": float("nan")}, "at must be a time in milliseconds"),
        ({"at": 1e15}, "at must be a time in milliseconds"),
        (
            {"method": "jane@example.com"},
            "There is no such method: .* takes page, track, user, consent and reset",
        ),
        (
            {"method": ["track"]},
            "There is no such method: .* takes page, track, user, consent and reset",
        ),
        ({"arguments": {"0": "x"}}, "arguments must be a list"),
        ({"error": "boom"}, "The arguments cannot be read: boom"),
    ],
)
def test_what_is_no_call_is_refused_in_words(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidCall, match="^" + said):
        Call.from_json(RECORD | wrong)


def test_a_refusal_does_not_repeat_what_it_was_given() -> None:
    with pytest.raises(InvalidCall) as refused:
        Call.from_json(RECORD | {"method": "jane@example.com"})
    assert "jane" not in str(refused.value)


@pytest.mark.parametrize("page", [None, 1, "x", [], {"url": 1, "moved": "yes", "title": None}])
def test_a_page_of_wrong_types_is_an_empty_page(page: Any) -> None:
    assert Call.from_json(RECORD | {"page": page}).page == Page()


@given(strategies.anything)
def test_anything_is_a_call_or_an_invalid_call(value: Any) -> None:
    with suppress(InvalidCall):
        Call.from_json(value)
