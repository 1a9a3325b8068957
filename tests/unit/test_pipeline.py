"""What each call becomes while consent is granted; consent itself is in test_consent_flow."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edgee_py.call import METHODS, Method, Page
from edgee_py.pinterest.mapping import map_event
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.refusal import Reason

from . import strategies
from .visitor import NOW, SECOND, Visitor, data_layer

CALLS: list[Method] = ["page", "track", "user"]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((), None),
        ((None,), None),
        (("Home",), "Home"),
        (({"name": "Home"},), "Home"),
        (({},), None),
    ],
)
def test_the_forms_of_page(arguments: tuple[Any, ...], name: str | None) -> None:
    event = Visitor().one("page", *arguments)
    assert (event.type, event.data.get("name")) == ("page", name)
    assert event.data["url"] == "https://shop.example/"


@pytest.mark.parametrize(
    ("arguments", "data"),
    [
        (("Signup",), {"name": "Signup"}),
        (({"name": "Signup"},), {"name": "Signup"}),
        (({"name": "Signup", "properties": {"a": 1}},), {"name": "Signup", "properties": {"a": 1}}),
        (("Signup", {"all": True}, "a third"), {"name": "Signup"}),
    ],
)
def test_the_forms_of_track(arguments: tuple[Any, ...], data: dict[str, Any]) -> None:
    event = Visitor().one("track", *arguments)
    assert (event.type, event.data) == ("track", data)


@pytest.mark.parametrize(
    ("arguments", "user_id"),
    [((), None), (("u-1",), "u-1"), (({"user_id": "u-1"},), "u-1"), (({"user_id": 1},), "1")],
)
def test_the_forms_of_user(arguments: tuple[Any, ...], user_id: str | None) -> None:
    event = Visitor().one("user", *arguments)
    assert (event.type, event.data.get("user_id")) == ("user", user_id)


@pytest.mark.parametrize("arguments", [(), (None,), ("",), (" ",), ({},), ({"name": ""},)])
def test_a_track_needs_a_name(arguments: tuple[Any, ...]) -> None:
    assert Visitor().refused("track", *arguments).reason is Reason.MISSING_NAME


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize(
    ("junk", "said"), [(5, "a number"), (1.5, "a number"), (True, "a boolean"), ([1], "an array")]
)
def test_an_argument_that_means_nothing_is_refused_in_the_pages_words(
    method: Method, junk: Any, said: str
) -> None:
    refusal = Visitor().refused(method, junk)
    assert refusal.reason is Reason.INVALID_CALL
    assert refusal.message.endswith(f"edgee.{method}() takes an object or a string, not {said}.")


def test_a_refused_call_leaves_no_trace_of_a_visit() -> None:
    visitor = Visitor()
    visitor.refused("track")
    assert visitor.state.write() == {"_edgee": None, "_edgee_user": None}


def test_an_event_has_its_calls_id_and_time() -> None:
    event = Visitor().one("track", "x")
    assert (event.uuid, event.timestamp) == ("call-1", NOW + SECOND)


def test_a_page_that_declares_nothing_gets_one_page_event() -> None:
    (event,) = Visitor().visit()
    assert (event.type, event.uuid) == ("page", "call-1")


@pytest.mark.parametrize("events", [None, []])
def test_an_empty_list_declares_nothing(events: Any) -> None:
    assert len(Visitor().visit(data_layer=data_layer(events=events))) == 1


def test_declared_events_come_in_order_with_numbered_ids_and_no_page_event() -> None:
    events = [{"type": "track", "data": {"name": "Seen"}}, {"type": "user", "data": "u-1"}]
    made = Visitor().visit(data_layer=data_layer(events=events))
    assert [(event.uuid, event.type) for event in made] == [
        ("call-1-1", "track"),
        ("call-1-2", "user"),
    ]


def test_a_declared_page_event_is_filled_from_the_page() -> None:
    events = [{"type": "page"}, {"type": "page", "data": {"title": "Own"}}]
    made = Visitor().visit(title="Shop", data_layer=data_layer(events=events))
    assert [event.data["title"] for event in made] == ["Shop", "Own"]


def test_a_declared_event_that_is_refused_does_not_take_its_siblings_along() -> None:
    events = [
        {"type": "track"},
        {"type": "track", "data": {"properties": {"a": 1}}},
        {"type": "page", "consent": "denied"},
        {"type": "page", "consent": "pending"},
        {"type": "page", "consent": "granted"},
        {"type": "page", "components": {"pinterest_capi": False}},
    ]
    visitor = Visitor()
    made = visitor.visit(data_layer=data_layer(events=events))
    assert [event.uuid for event in made] == ["call-1-5"]
    assert [(refusal.id, refusal.reason) for refusal in visitor.refusals] == [
        ("call-1-1", Reason.MISSING_NAME),
        ("call-1-2", Reason.MISSING_NAME),
        ("call-1-3", Reason.CONSENT_DENIED),
        ("call-1-4", Reason.CONSENT_DENIED),
        ("call-1-6", Reason.COMPONENT_DISABLED),
    ]


def test_what_a_page_declares_surrounds_its_methods_calls_too() -> None:
    visitor = Visitor()
    layer = data_layer(
        context={"page": {"category": "Shoes"}, "campaign": {"source": "declared"}},
        events=[{"type": "page"}],
    )
    visitor.visit(data_layer=layer)
    context = visitor.one("track", "x").context
    assert context.page["category"] == "Shoes"
    assert context.campaign == {"source": "declared"}


def call_of(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> tuple[Method, list[Any]]:
    method = draw(st.sampled_from(METHODS))
    return method, draw(st.lists(values, max_size=3))


@st.composite
def calls(draw: st.DrawFn) -> list[tuple[Method, list[Any]]]:
    argument = st.one_of(strategies.json_values, strategies.users, strategies.words)
    return [call_of(draw, argument) for _ in range(draw(st.integers(0, 6)))]


@given(calls(), st.one_of(strategies.documents(), strategies.json_values), strategies.words)
def test_no_call_raises_and_each_ends_once(
    made: list[tuple[Method, list[Any]]], document: Any, default: Any
) -> None:
    visitor = Visitor(
        Page(url="https://shop.example/?utm_source=x", data_layer=json.dumps(document)),
        default_consent=default if default in ("pending", "denied") else "granted",
    )
    for method, arguments in made:
        visitor.call(method, *arguments)
        visitor.later(SECOND)
    visitor.call("consent", "granted")
    held = sum(outcome.held is not None for outcome in visitor.outcomes)
    assert len(visitor.outcomes) == len(made) + 1 + held
    assert visitor.state.held == ()
    times = [event.timestamp for event in visitor.events]
    assert times == sorted(times)
    for event in visitor.events:
        json.dumps(event.to_json())
        map_event(event, PinterestSettings())


@given(st.emails(), st.sampled_from(CALLS), st.sampled_from(["email", "Email", "user_email"]))
@example("'@A.aC", "page", "email")
@example("jane@localhost", "user", "email")
def test_no_address_given_as_one_leaves_the_pipeline(
    address: str, method: Method, name: str
) -> None:
    properties = {name: address, "items": [{name: [address]}], "customer": {name: address}}
    data = {"name": "x", "user_id": address, "properties": properties}
    layer = data_layer(
        context={"user": data, "page": {"properties": properties}},
        events=[{"type": method, "data": data}],
    )
    visitor = Visitor(Page(data_layer=layer))
    visitor.call("consent", "pending")
    visitor.call("load")
    visitor.call(method, data)
    assert address not in json.dumps([call.to_json() for call in visitor.state.held])
    visitor.call("consent", "granted")
    assert len(visitor.events) == 2
    assert address not in json.dumps([event.to_json() for event in visitor.events])
    assert address not in visitor.stored


def test_taking_and_mapping_a_call_takes_far_less_than_a_millisecond() -> None:
    visitor = Visitor()
    products = [{"sku": f"A-{n}", "price": 9.99, "quantity": n} for n in range(1, 6)]
    user = {"user_id": "u-1", "properties": {"email": "jane@example.com", "city": "Paris"}}
    layer = data_layer(context={"user": user, "page": {"category": "Shoes"}})
    visitor.visit("https://shop.example/shoes?utm_source=x", data_layer=layer)

    def once() -> float:
        start = time.perf_counter()
        for event in visitor.call("track", {"name": "x", "properties": {"products": products}}):
            map_event(event, PinterestSettings())
        return time.perf_counter() - start

    assert min(once() for _ in range(50)) < 0.001
