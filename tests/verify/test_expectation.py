from __future__ import annotations

from typing import Any

import pytest

from edgee_py.pinterest.normalise import hashed
from edgee_py.verify.expectation import Expectation

ORDER: dict[str, Any] = {
    "event_name": "checkout",
    "event_id": "e-1",
    "opt_out": False,
    "user_data": {
        "em": [hashed("em", "jane@example.com")],
        "external_id": [hashed("external_id", "u-1")],
        "country": [hashed("country", "PT")],
        "click_id": "dj0",
    },
    "custom_data": {
        "value": "59.9",
        "order_id": "1001",
        "num_items": 2,
        "content_ids": ["a", "b"],
        "contents": [{"id": "a", "item_price": "29.95", "quantity": 2}],
    },
}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"value": "59.90"},
        {"value": 59.9, "num_items": "2"},
        {"event_id": "e-1", "click_id": "dj0", "opt_out": False},
        {"email": " Jane@Example.com", "user_id": "u-1", "country": "Portugal"},
        {"em": hashed("em", "jane@example.com")},
        {"content_ids": ["a", "b"], "contents": [{"id": "a", "item_price": 29.95}]},
    ],
)
def test_what_meets_it(fields: dict[str, Any]) -> None:
    assert Expectation("checkout", fields).is_met(ORDER)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"value": "59.91"}, "value is '59.9', not '59.91'"),
        ({"currency": "EUR"}, "currency is missing"),
        ({"content_ids": ["a"]}, "content_ids is ['a', 'b'], not ['a']"),
        ({"opt_out": 0}, "opt_out is False, not 0"),
        ({"email": "john@example.com"}, "email is another's"),
        ({"email": "nobody"}, "email is another's"),
        ({"phone": "+351 912 345 678"}, "phone is missing"),
        ({"order_id": "NaN"}, "order_id is '1001', not 'NaN'"),
        ({"revenue": 5}, "revenue is no field of Pinterest's: it is value there"),
        ({"colour": "red"}, "colour is no field of Pinterest's"),
    ],
)
def test_what_does_not_says_why_and_nothing_personal(fields: dict[str, Any], said: str) -> None:
    assert Expectation("checkout", fields).differences(ORDER) == [said]


def test_a_tracked_name_is_found_in_a_custom_event() -> None:
    tracked = {"event_name": "custom", "custom_data": {"content_name": "Lamp opened"}}
    assert Expectation("Lamp opened").is_met(tracked)
    assert Expectation("custom", {"content_name": "Lamp opened"}).is_met(tracked)
    assert not Expectation("Lamp closed").is_met(tracked)
    assert not Expectation("Lamp opened").is_met({"event_name": "custom"})


def test_the_nearest_is_the_one_with_the_fewest_differences() -> None:
    expected = Expectation("checkout", {"order_id": "1001", "value": "1"})
    other = {"event_name": "checkout", "custom_data": {}}
    assert expected.nearest([other, ORDER, {"event_name": "page_visit"}]) == [
        "value is '59.9', not '1'"
    ]
    assert expected.nearest([]) == []


def test_its_text_holds_nothing_personal() -> None:
    text = str(Expectation("checkout", {"value": 1, "email": "jane@example.com"}))
    assert text == '"checkout", value=1, email=…'


def test_an_event_under_its_other_name_is_told() -> None:
    track = {"event_name": "custom", "custom_data": {"content_name": "Order Completed"}}
    visit = {"event_name": "page_visit"}
    assert Expectation("checkout").misnamed([visit, track]) == (
        'The track "Order Completed" is a custom event here; with event_names = "standard" it is checkout'
    )
    assert Expectation("Order Completed").misnamed([visit, ORDER]) == (
        '"Order Completed" is checkout here: expect that'
    )
    assert Expectation("signup").misnamed([visit, track, ORDER]) == ""
    assert Expectation("Newsletter opened").misnamed([visit, track, ORDER]) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("chekout", 'Perhaps "checkout" is meant'),
        ("Quiz Done", 'Perhaps "Quiz done" is meant'),
        ("Newsletter", ""),
        ("signup", ""),
    ],
)
def test_a_name_that_nearly_is_one_is_guessed(name: str, said: str) -> None:
    quiz = {"event_name": "custom", "custom_data": {"content_name": "Quiz done"}}
    assert Expectation(name).misnamed([ORDER, quiz]) == said
