"""Edgee's collector format: what its own SDK posts, and what whoever means harm may."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

from edgee_py.consent import Consent
from edgee_py.pinterest.normalise import hashed
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.refusal import Reason
from edgee_py.wire import MAX_EVENTS, Received, Reception, WireError, receive

from . import strategies
from .visitor import NOW

RECEIVED = Received(
    now=NOW, ip="203.0.113.7", user_agent="Mozilla/5.0", accept_language="fr-FR,fr;q=0.9"
)

#: Edgee's SDK 1.2.0 in first-party mode, as it was seen to post a track call.
SDK_BODY: dict[str, Any] = {
    "data_collection": {
        "events": [
            {
                "type": "track",
                "data": {"name": "Signup", "properties": {"value": 3}},
                "components": {"all": True},
            }
        ],
        "context": {
            "client": {
                "timezone": "Europe/Paris",
                "screen_width": 1512,
                "screen_height": 982,
                "screen_density": 2,
                "user_agent_architecture": "arm",
                "user_agent_bitness": "64",
                "user_agent_model": "",
                "user_agent_platform": "15.1.1",
                "user_agent_full_version_list": "Chromium;131.0.6778.109|Not_A Brand;24.0.0.0",
            },
            "campaign": {"name": "spring"},
            "page": {
                "url": "https://shop.example/signup",
                "path": "/signup",
                "search": "?utm_source=pinterest",
                "title": "Sign up",
            },
            "user": {"user_id": "u-1"},
        },
        "components": {},
    }
}


def posted(
    body: Any, received: Received = RECEIVED, default_consent: Consent = "granted"
) -> Reception:
    return receive(
        body,
        received,
        PinterestSettings(),
        default_consent=default_consent,
        new_id=lambda: "made",
    )


def collection(**parts: Any) -> dict[str, Any]:
    return {"data_collection": parts}


def test_the_body_of_edgees_sdk_becomes_pinterests_event() -> None:
    (event,) = posted(SDK_BODY).events
    assert event == {
        "event_name": "custom",
        "action_source": "web",
        "event_time": NOW // 1000,
        "event_id": "made-1",
        "user_data": {
            "external_id": [hashed("external_id", "u-1")],
            "client_ip_address": "203.0.113.7",
            "client_user_agent": "Mozilla/5.0",
        },
        "event_source_url": "https://shop.example/signup?utm_source=pinterest",
        "custom_data": {"content_name": "Signup", "value": "3"},
        "language": "fr",
    }


@pytest.mark.parametrize(
    ("data", "content_name"),
    [("Sign-up page", "Sign-up page"), ({"name": "Own"}, "Own"), (None, "Sign up"), (5, "Sign up")],
)
def test_the_forms_of_page_in_which_edgees_sdk_posts(data: Any, content_name: str) -> None:
    context = SDK_BODY["data_collection"]["context"]
    (event,) = posted(collection(events=[{"type": "page", "data": data}], context=context)).events
    assert event["custom_data"]["content_name"] == content_name
    assert event["event_source_url"] == "https://shop.example/signup?utm_source=pinterest"


def test_a_click_id_is_found_in_an_address_without_its_own_search() -> None:
    page = {"url": "https://shop.example/?epik=click-1&utm_source=pins"}
    (event,) = posted(collection(events=[{"type": "page"}], context={"page": page})).events
    assert event["user_data"]["click_id"] == "click-1"


def test_what_means_nothing_in_an_event_that_is_taken_is_no_refusal() -> None:
    stray = {"type": "track", "data": {"name": "a", "x": 1}, "components": {"other": "on"}}
    reception = posted(collection(events=[stray], components={"another": "on"}))
    assert len(reception.events) == 1 and reception.refusals == []
    assert [each["outcome"] for each in reception.told] == ["problem"] * 3


def test_several_events_of_a_body_share_its_identity() -> None:
    jane = {"user_id": "jane", "properties": {"email": "jane@example.com"}}
    body = collection(events=[{"type": "page"}, {"type": "user", "data": jane}])
    page, user = posted(body).events
    assert page["user_data"]["em"] == user["user_data"]["em"]
    assert (page["event_id"], user["event_id"]) == ("made-1", "made-2")


def test_a_device_id_made_for_one_request_identifies_nobody() -> None:
    (event,) = posted(collection(events=[{"type": "page"}])).events
    assert "external_id" not in event["user_data"]


def test_the_page_cannot_say_who_sent_it() -> None:
    client = {"ip": "10.0.0.1", "user_agent": "forged"}
    (event,) = posted(collection(events=[{"type": "page"}], context={"client": client})).events
    assert event["user_data"] == {
        "client_ip_address": "203.0.113.7",
        "client_user_agent": "Mozilla/5.0",
    }


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-CH, de;q=0.8", "de"), ("en;q=0.5", "en"), ("*", None), ("", None)],
)
def test_the_language_is_the_first_the_browser_accepts(accepted: str, language: str | None) -> None:
    received = Received(now=NOW, ip="203.0.113.7", accept_language=accepted)
    (event,) = posted(collection(events=[{"type": "page"}]), received).events
    assert event.get("language") == language


# Consent


@pytest.mark.parametrize("word", ["granted", "denied"])
def test_a_consent_alone_is_an_explicit_choice_to_store(word: str) -> None:
    reception = posted(collection(consent=word))
    assert reception.events == [] and reception.refusals == []
    document = json.loads(reception.state["_edgee"] or "")
    assert (document["consent"], document["consent_explicit"]) == (word, True)


def test_a_body_with_nothing_in_it_does_nothing() -> None:
    assert posted(collection()) == posted(collection(events=None)) == posted(collection(events=[]))
    assert posted(collection()) == Reception(state={"_edgee": None, "_edgee_user": None})


@pytest.mark.parametrize("word", ["GRANTED", 1, ["granted"], {}])
def test_a_consent_that_is_none_is_refused_in_words(word: Any) -> None:
    (refusal,) = posted(collection(consent=word)).refusals
    assert refusal.reason is Reason.INVALID_CALL


@pytest.mark.parametrize("word", ["pending", "denied"])
def test_without_consent_a_sender_that_keeps_nothing_is_told_so(word: str) -> None:
    reception = posted(collection(events=[{"type": "page"}], consent=word))
    assert reception.events == [] and reception.held == []
    assert [refusal.reason for refusal in reception.refusals] == [Reason.CONSENT_DENIED]


def test_global_privacy_control_denies() -> None:
    received = Received(now=NOW, ip="203.0.113.7", gpc=True)
    assert posted(collection(events=[{"type": "page"}]), received).events == []


def test_an_unset_consent_means_what_the_relay_says() -> None:
    assert posted(collection(events=[{"type": "page"}]), default_consent="denied").events == []


# Bad bodies


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (None, "The body must be"),
        ([], "The body must be"),
        ("x", "The body must be"),
        ({}, "The body must be"),
        ({"data_collection": []}, "The body must be"),
        (collection(events={}), "data_collection.events must be a list"),
        (collection(events="page"), "data_collection.events must be a list"),
        (collection(events=[{}] * (MAX_EVENTS + 1)), "data_collection.events holds more than 500"),
    ],
)
def test_a_body_that_is_not_edgees_is_refused_in_words(body: Any, said: str) -> None:
    with pytest.raises(WireError, match="^" + said):
        posted(body)


def test_a_body_cannot_stand_for_any_number_of_events() -> None:
    layer = json.dumps(collection(events=[{"type": "page"}] * 100))
    calls = [
        {
            "id": f"c{n}",
            "at": NOW,
            "type": "load",
            "page": {"url": "https://shop.example/", "data_layer": layer},
        }
        for n in range(11)
    ]
    assert len(posted(collection(events=calls[:10])).events) == 1000
    with pytest.raises(WireError, match="more than 1000 events"):
        posted(collection(events=calls))


def test_an_entry_that_is_no_event_is_told_and_loses_none_of_the_others() -> None:
    reception = posted(collection(events=[7, {"type": "screen"}, {"type": "page"}]))
    assert len(reception.events) == 1
    assert [refusal.reason for refusal in reception.refusals] == [Reason.INVALID_CALL] * 2


@given(strategies.anything)
def test_anything_is_received_or_a_wire_error(body: Any) -> None:
    with suppress(WireError):
        posted(body)


@given(strategies.documents(), strategies.json_values, strategies.json_values)
def test_a_hostile_collection_is_received_or_a_wire_error(
    document: dict[str, Any], state: Any, config: Any
) -> None:
    document["data_collection"] |= {"state": state, "config": config}
    with suppress(WireError):
        reception = posted(document)
        json.dumps([reception.events, reception.state, reception.held])
        json.dumps([refusal.to_json() for refusal in reception.refusals])
