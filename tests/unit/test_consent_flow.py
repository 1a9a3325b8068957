"""What consent does to calls: let go, hold, drop; and what the device may store meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.call import Call
from edgee_py.consent import CONSENTS, Consent
from edgee_py.pinterest.normalise import hash_email
from edgee_py.pipeline import consent_of
from edgee_py.refusal import Reason

from .visitor import NOW, Visitor, data_layer

JANE = {"user_id": "jane", "properties": {"email": "jane@example.com"}}
EMAIL = hash_email("jane@example.com")


def pending() -> Visitor:
    return Visitor(default_consent="pending")


def kept(visitor: Visitor) -> str:
    """All that is on the device: the state, and the held calls in the journal."""
    return visitor.stored + json.dumps([call.to_json() for call in visitor.state.held])


@pytest.mark.parametrize("default", CONSENTS)
def test_an_unset_consent_means_the_default(default: Consent) -> None:
    visitor = Visitor(default_consent=default)
    visitor.call("track", "x")
    assert bool(visitor.events) is (default == "granted")
    assert bool(visitor.state.held) is (default == "pending")
    assert visitor.reasons == ([Reason.CONSENT_DENIED] if default == "denied" else [])


def test_global_privacy_control_denies_what_nobody_granted() -> None:
    visitor = Visitor(gpc=True)
    assert visitor.refused("track", "x").reason is Reason.CONSENT_DENIED
    visitor.call("consent", "granted")
    visitor.one("track", "x")


def test_the_data_layers_word_beats_global_privacy_control_and_default() -> None:
    visitor = Visitor(gpc=True, default_consent="denied")
    visitor.visit(data_layer=data_layer(consent="granted"))
    assert len(visitor.events) == 1


def test_the_data_layers_word_lasts_until_another_page_says_otherwise() -> None:
    visitor = Visitor()
    visitor.visit(data_layer=data_layer(consent="denied"))
    visitor.visit()
    assert visitor.events == []
    visitor.visit(data_layer=data_layer(consent="granted"))
    assert len(visitor.events) == 1


@pytest.mark.parametrize("declared", CONSENTS)
@pytest.mark.parametrize("chosen", CONSENTS)
def test_no_data_layer_undoes_an_explicit_choice(declared: Consent, chosen: Consent) -> None:
    visitor = Visitor()
    visitor.call("consent", chosen)
    visitor.visit(data_layer=data_layer(consent=declared))
    assert consent_of(visitor.state, visitor.around) == chosen


@pytest.mark.parametrize("arguments", [(), ("yes",), ("GRANTED",), (True,), (None,), ([],), ({},)])
def test_a_word_that_is_no_consent_changes_nothing(arguments: tuple[Any, ...]) -> None:
    visitor = pending()
    refusal = visitor.refused("consent", *arguments)
    assert refusal.reason is Reason.INVALID_CALL
    assert refusal.message.endswith('Consent is "pending", "denied", "granted".')
    visitor.call("track", "x")
    assert len(visitor.state.held) == 1


def test_a_grant_lets_what_was_held_go_in_order_as_if_it_had_never_waited() -> None:
    def make_calls(visitor: Visitor) -> None:
        visitor.visit("https://shop.example/?utm_source=x", data_layer=data_layer(events=[]))
        visitor.call("track", "before")
        visitor.call("user", JANE)
        visitor.call("track", {"name": "after", "properties": {"value": 3}}, {"all": True})
        visitor.visit("https://shop.example/next")

    waited, freely = pending(), Visitor()
    make_calls(waited)
    make_calls(freely)
    assert waited.events == []
    waited.call("consent", "granted")
    assert waited.events == freely.events
    names = [(event.type, event.context.user.get("user_id")) for event in waited.events]
    assert names == [
        ("page", None),
        ("track", None),
        ("user", "jane"),
        ("track", "jane"),
        ("page", "jane"),
    ]


def test_what_was_held_has_the_page_and_time_of_its_call() -> None:
    visitor = pending()
    visitor.visit("https://shop.example/cart")
    visitor.visit("https://shop.example/", data_layer=data_layer(consent="granted"))
    first = visitor.events[0]
    assert (first.timestamp, first.data["path"]) == (NOW + 1000, "/cart")


def test_a_held_log_out_keeps_its_place() -> None:
    visitor = pending()
    visitor.call("user", JANE)
    visitor.call("reset")
    visitor.call("track", "x")
    visitor.call("consent", "granted")
    assert "user_id" not in visitor.events[-1].context.user


def test_a_denial_drops_what_was_held_and_counts_it() -> None:
    visitor = pending()
    visitor.visit()
    visitor.call("track", "x")
    visitor.call("consent", "denied")
    assert [(each.id, each.reason) for each in visitor.refusals] == [
        ("call-1", Reason.CONSENT_DENIED),
        ("call-2", Reason.CONSENT_DENIED),
    ]
    visitor.call("consent", "granted")
    assert visitor.events == []


def test_a_call_refused_for_itself_is_not_held() -> None:
    visitor = pending()
    assert visitor.refused("track").reason is Reason.MISSING_NAME
    assert visitor.state.held == ()


@pytest.mark.parametrize("word", ["pending", "denied"])
def test_a_withdrawal_wipes_the_visitor_from_the_device(word: Consent) -> None:
    visitor = Visitor()
    visitor.visit("https://shop.example/?utm_source=x&epik=dj0x")
    visitor.call("user", JANE)
    visitor.call("consent", word)
    document = json.loads(visitor.state.write()["_edgee"] or "")
    assert set(document) == {"v", "consent", "consent_explicit", "consent_at"}
    assert visitor.state.write()["_edgee_user"] is None


@pytest.mark.parametrize("default", ["pending", "denied"])
def test_without_consent_nothing_that_identifies_is_stored(default: Consent) -> None:
    visitor = Visitor(default_consent=default)
    layer = data_layer(context={"user": JANE}, events=[{"type": "user", "data": JANE}])
    visitor.visit("https://shop.example/?epik=dj0x&utm_source=x", data_layer=layer)
    visitor.call("user", JANE)
    visitor.call("reset")
    visitor.call("page")
    assert visitor.state.write() == {"_edgee": None, "_edgee_user": None}


def test_what_is_held_keeps_hashes_in_place_of_personal_data() -> None:
    visitor = pending()
    layer = data_layer(context={"user": JANE}, events=[{"type": "user", "data": JANE}])
    visitor.visit(data_layer=layer)
    visitor.call("user", JANE)
    visitor.call("user", "jane@example.com")
    visitor.call("track", {"name": "x", "properties": {"email": "jane@example.com"}})
    visitor.call("page", {"name": "x", "properties": {"email": "jane@example.com"}})
    assert "jane@example.com" not in kept(visitor)
    assert kept(visitor).count(EMAIL) >= 6


def test_a_held_call_goes_through_the_journal_unchanged() -> None:
    visitor = pending()
    visitor.visit(data_layer=data_layer(context={"user": JANE}))
    (held,) = visitor.state.held
    assert Call.from_json(json.loads(json.dumps(held.to_json()))) == held


def test_the_consent_of_the_moment_decides_call_by_call() -> None:
    visitor = Visitor()
    words: list[Consent] = ["granted", "denied", "granted", "pending", "granted"]
    for word in words:
        visitor.call("consent", word)
        visitor.call("track", word)
    assert [event.data["name"] for event in visitor.events] == [
        "granted",
        "granted",
        "pending",
        "granted",
    ]
    assert visitor.reasons == [Reason.CONSENT_DENIED]


@given(st.lists(st.sampled_from(["x", *CONSENTS]), max_size=12), st.sampled_from(CONSENTS))
def test_every_call_is_sent_once_refused_once_or_still_held(
    steps: list[str], default: Consent
) -> None:
    visitor = Visitor(default_consent=default)
    for step in steps:
        if step == "x":
            visitor.call("track", "x")
        else:
            visitor.call("consent", step)
    ended = [event.uuid for event in visitor.events] + [each.id for each in visitor.refusals]
    waiting = [call.id for call in visitor.state.held]
    tracks = [f"call-{number}" for number, step in enumerate(steps, 1) if step == "x"]
    assert sorted(ended + waiting) == sorted(tracks)
    assert not (waiting and consent_of(visitor.state, visitor.around) != "pending")
