"""Which destinations an event is for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from edgee_py.components import enabled, read_components
from edgee_py.refusal import Reason

from . import strategies
from .visitor import Visitor, data_layer

NAMES = ["pinterest_capi", "edgee/pinterest-capi"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("everybody", [True, False, None])
@pytest.mark.parametrize("us", [True, False])
def test_our_name_either_way_beats_all(name: str, everybody: bool | None, us: bool) -> None:
    said = {name: us} if everybody is None else {"all": everybody, name: us}
    assert enabled(read_components(said)) is us


@pytest.mark.parametrize(
    ("components", "is_sent"),
    [
        (None, True),
        ({}, True),
        ({"edgee/google-analytics": False}, True),
        ({"edgee/google-analytics": True}, True),
        ({"all": True}, True),
        ({"all": False}, False),
        ({"all": False, "edgee/google-analytics": True}, False),
        ({"all": "false"}, False),
        ({"pinterest_capi": "true", "all": False}, True),
        ({"all": "off"}, True),
        ({"pinterest_capi": 0}, True),
        ("none", True),
        ([{"all": False}], True),
    ],
)
def test_what_a_call_says_of_components(components: Any, is_sent: bool) -> None:
    visitor = Visitor()
    visitor.call("track", "x", components)
    assert bool(visitor.events) is is_sent
    assert visitor.reasons == ([] if is_sent else [Reason.COMPONENT_DISABLED])


@pytest.mark.parametrize(
    ("page_says", "call_says", "is_sent"),
    [
        ({"all": False}, {"pinterest_capi": True}, True),
        ({"all": False}, {"other": True}, False),
        ({"all": False}, {"all": True}, True),
        ({"pinterest_capi": False}, {"edgee/pinterest-capi": True}, True),
        ({"pinterest_capi": False}, {"all": True}, False),
        ({"edgee/pinterest-capi": False}, {}, False),
    ],
)
def test_a_calls_components_are_merged_over_the_pages(
    page_says: Any, call_says: Any, is_sent: bool
) -> None:
    visitor = Visitor()
    visitor.visit(data_layer=data_layer(components=page_says))
    assert bool(visitor.call("page", {}, call_says)) is is_sent


@pytest.mark.parametrize(
    ("entry", "is_sent"),
    [
        ({}, False),
        ({"components": None}, False),
        ({"components": "junk"}, False),
        ({"components": {"other": True}}, True),
        ({"components": {}}, True),
    ],
)
def test_a_declared_events_components_replace_the_pages(
    entry: dict[str, Any], is_sent: bool
) -> None:
    layer = data_layer(components={"all": False}, events=[{"type": "page", **entry}])
    assert bool(Visitor().visit(data_layer=layer)) is is_sent


def test_the_automatic_page_event_obeys_the_pages_components() -> None:
    visitor = Visitor()
    visitor.visit(data_layer=data_layer(components={"pinterest_capi": False}))
    assert visitor.reasons == [Reason.COMPONENT_DISABLED]


@given(strategies.json_values)
def test_only_switches_are_read(value: Any) -> None:
    assert all(type(switch) is bool for switch in read_components(value).values())
