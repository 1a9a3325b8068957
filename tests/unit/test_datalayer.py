"""The data layer document: a site owner's hand-written JSON, which can stop nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.datalayer import (
    MAX_EVENTS,
    DataLayer,
    parse_data_layer,
    read_client,
    read_data_layer,
    strip_comments,
)
from edgee_py.event import EVENT_TYPES

from . import strategies
from .visitor import Visitor, data_layer

COMMENTED = """
\ufeff{ // what the template knows
  "data_collection": {
    /* one page,
       "seen" from the CMS */
    "context": {"page": {"title": "50 // off", "url": "https://shop.example/a/*b*/c",}},
    "events": [{"type": "page"}, /* and */ {"type": "track", "data": {"name": "x\\"//"}},],
  }, // the end
}
"""


def test_comments_trailing_commas_and_a_byte_order_mark_are_allowed() -> None:
    layer = parse_data_layer(COMMENTED)
    assert layer.problems == ()
    assert layer.page == {"title": "50 // off", "url": "https://shop.example/a/*b*/c"}
    assert [event.data for event in layer.events] == [{}, {"name": 'x"//'}]


@pytest.mark.parametrize(
    "escaped",
    [
        "{&quot;data_collection&quot;: {&quot;context&quot;: {&quot;page&quot;: {&quot;title&quot;: &quot;R&amp;B &lt;3&quot;}}}}",
        "{&#34;data_collection&#34;: {&#34;context&#34;: {&#34;page&#34;: {&#34;title&#34;: &#34;R&amp;B &lt;3&#34;}}}}",
        '{"data_collection": {"context": {"page": {"title": "R&B <3"}}}}',
    ],
)
def test_a_document_that_a_template_has_escaped_as_html_is_read(escaped: str) -> None:
    layer = parse_data_layer(escaped)
    assert layer.problems == ()
    assert layer.page == {"title": "R&B <3"}


def test_json_with_html_in_its_texts_stays_as_it_is() -> None:
    layer = parse_data_layer(data_layer(context={"page": {"title": "&quot;Tom&quot; &amp; <b>"}}))
    assert layer.page == {"title": "&quot;Tom&quot; &amp; <b>"}


def test_an_address_escaped_as_in_html_is_the_address() -> None:
    page = {"url": "https://shop.example/?a=1&amp;b=2", "search": "?a=1&amp;b=2"}
    layer = parse_data_layer(data_layer(context={"page": page}))
    assert layer.page == {"url": "https://shop.example/?a=1&b=2", "search": "?a=1&b=2"}


@pytest.mark.parametrize("text", ["", "  \n", "\ufeff", "{}", '{"data_collection": {}}', "null {"])
def test_a_page_with_nothing_declared_gets_its_page_event(text: str) -> None:
    assert [event.type for event in Visitor().visit(data_layer=text)] == ["page"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{'data_collection': {}}", "The data layer is not JSON and was left out: "),
        ('{"data_collection": {', "The data layer is not JSON and was left out: "),
        ('{"a": "unterminated', "The data layer is not JSON and was left out: "),
        ("/* never closed", "The data layer is not JSON and was left out: "),
        ('{"a": "' + "long" * 20_000, "The data layer is not JSON and was left out: only 64 KiB"),
        ("[]", "The data layer must be a JSON object and was left out."),
        ('"text"', "The data layer must be a JSON object and was left out."),
        ("null", "The data layer must be a JSON object and was left out."),
        (data_layer(events={"type": "page"}), "events must be a list; it was left out."),
        (data_layer(context=[]), "context must be an object; it was left out."),
        (data_layer(context={"page": "x"}), "page must be an object; it was left out."),
        (
            data_layer(components=["all"]),
            "components must be an object of true and false; it was left out.",
        ),
        (data_layer(events=[{"type": "screen"}]), 'Event 1 has no type "page", "track" or "user"'),
        (data_layer(events=[None]), 'Event 1 has no type "page", "track" or "user"'),
        ('{"data_collection": 1}', "data_collection must be an object; it was left out."),
    ],
)
def test_what_cannot_be_read_is_said_once_and_stops_nothing(text: str, said: str) -> None:
    visitor = Visitor()
    assert [event.type for event in visitor.visit(data_layer=text)] == ["page"]
    (problem,) = visitor.problems
    assert problem.startswith(said)
    visitor.one("track", "later")
    assert len(visitor.problems) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"events": [], "consent": "denied"}',
            "Outside data_collection nothing is read from events, consent.",
        ),
        (data_layer(event=[]), "In data_collection nothing is read from event."),
        (data_layer(context={"usr": {}}), "In context nothing is read from usr."),
        (
            data_layer(context={"page": {"titel": "x"}}),
            "In context.page nothing is read from titel.",
        ),
        (
            data_layer(context={"user": {"email": "x"}}),
            "In context.user nothing is read from email.",
        ),
        (
            data_layer(context={"campaign": {"utm_term": "x"}}),
            "In context.campaign nothing is read from utm_term.",
        ),
    ],
)
def test_a_name_that_means_nothing_where_it_stands_is_said_once(text: str, said: str) -> None:
    visitor = Visitor()
    visitor.visit(data_layer=text)
    visitor.one("track", "later")
    assert visitor.problems == [said]


@pytest.mark.parametrize("word", ["yes", "Denied", True, False, 0, {}, []])
def test_a_word_of_consent_that_is_none_holds_calls_back(word: object) -> None:
    visitor = Visitor()
    assert visitor.visit(data_layer=data_layer(consent=word)) == []
    assert visitor.problems == [
        'consent must be "pending", "denied" or "granted"; it counts as "pending".'
    ]
    layer = parse_data_layer(data_layer(events=[{"type": "page", "consent": word}]))
    assert layer.events[0].is_withheld


@pytest.mark.parametrize("word", [None, ""])
def test_an_empty_word_of_consent_says_nothing(word: object) -> None:
    layer = parse_data_layer(data_layer(consent=word, events=[{"type": "page", "consent": word}]))
    assert (layer.consent, layer.problems) == (None, ())
    assert not layer.events[0].is_withheld


def test_a_bad_entry_loses_none_of_the_others() -> None:
    layer = parse_data_layer(data_layer(events=[7, {"type": "page"}, {"type": ["track"]}]))
    assert [event.type for event in layer.events] == ["page"]
    assert len(layer.problems) == 2


def test_more_events_than_any_page_declares_are_not_read() -> None:
    layer = parse_data_layer(data_layer(events=[{"type": "page"}] * (MAX_EVENTS + 1)))
    assert len(layer.events) == MAX_EVENTS
    assert layer.problems == (f"Only the first {MAX_EVENTS} events are read.",)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"data_collection":' * 50_000 + "}" * 50_000])
def test_nesting_without_end_stops_nothing(text: str) -> None:
    assert isinstance(parse_data_layer(text), DataLayer)


def test_a_comma_before_a_bracket_goes_whatever_lies_between() -> None:
    assert strip_comments("[1,\n  /* two */ // three\n ]") == "[1\n   \n ]"


@given(strategies.json_values)
def test_json_is_the_same_without_its_comments(value: Any) -> None:
    assert json.loads(strip_comments(json.dumps(value))) == value


@given(st.text(alphabet='{}[]",/*\\\n a1:'))
def test_no_text_is_too_strange_to_read(text: str) -> None:
    assert isinstance(parse_data_layer(text), DataLayer)


@given(strategies.json_values)
def test_no_document_is_too_strange_to_read(value: Any) -> None:
    layer = read_data_layer(value)
    assert all(event.type in EVENT_TYPES for event in layer.events)


@given(strategies.documents())
def test_what_is_kept_of_a_document_reads_the_same(document: dict[str, Any]) -> None:
    layer = read_data_layer(document)
    again = parse_data_layer(layer.write())
    assert (again.events, again.user, again.user_digest) == (
        layer.events,
        layer.user,
        layer.user_digest,
    )
    assert (again.page, again.client, again.campaign) == (layer.page, layer.client, layer.campaign)
    assert (again.components, again.consent) == (layer.components, layer.consent)


@given(st.emails())
def test_no_address_stays_in_what_is_kept_of_a_document(address: str) -> None:
    user = {"user_id": address, "properties": {"email": address}}
    layer = data_layer(context={"user": user}, events=[{"type": "user", "data": user}])
    assert json.dumps(address)[1:-1] not in parse_data_layer(layer).write()


def test_the_client_is_what_edgees_schema_lets_a_page_say() -> None:
    assert read_client(
        {
            "timezone": "Europe/Paris",
            "locale": "fr",
            "screen_width": 1512,
            "screen_density": 1.5,
            "screen_height": "982",
            "user_agent_model": "",
            "ip": "10.0.0.1",
            "user_agent": "forged",
            "accept_language": "fr",
        }
    ) == {"timezone": "Europe/Paris", "locale": "fr", "screen_width": 1512, "screen_density": 1.5}


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ({"user_agent_platform": "15.1.1"}, "15.1.1"),
        ({"user_agent_platform": "15.1.1", "os_version": "15.2"}, "15.2"),
    ],
)
def test_the_platform_of_edgees_sdk_is_the_systems_version(said: Any, version: str) -> None:
    assert read_client(said) == {"os_version": version}
