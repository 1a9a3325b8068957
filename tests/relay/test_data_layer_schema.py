"""GET /_edgee/data-layer.schema.json against the reader of data layers, and against docs/data-layer.md."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from edgee_py.datalayer import MAX_EVENTS, MAX_LENGTH, parse_data_layer, read_data_layer
from edgee_py.plain import as_text
from edgee_py.relay.data_layer_schema import data_layer_schema
from tests.demo_server import ROOT
from tests.readme import MANUAL, blocks, codes, table
from tests.relay.conftest import RelayFactory
from tests.unit import strategies

SCHEMA = data_layer_schema()
VALIDATOR = Draft7Validator(SCHEMA)


def test_it_is_a_schema_and_the_relay_serves_it(relay: RelayFactory) -> None:
    Draft7Validator.check_schema(SCHEMA)
    answer = relay().client.get("/_edgee/data-layer.schema.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == SCHEMA


# What is valid is read whole.

TEXTS = st.one_of(st.text(max_size=5), st.integers(-5, 5), st.just(1.5))
PROPERTIES = st.dictionaries(strategies.names, strategies.json_values, max_size=3)
COMPONENTS = st.dictionaries(
    st.sampled_from(["all", "pinterest_capi", "edgee/pinterest-capi", "other"]), st.booleans()
)
CONSENTS = st.sampled_from(["granted", "pending", "denied"])
NAMES = st.text("ab é", min_size=1, max_size=5).filter(str.strip)


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


#: As react-edgee's and Edgee's documentation have the parts; written without a look at the schema.
PAGES = some(
    **dict.fromkeys(("name", "category", "title", "url", "path", "search", "referrer"), TEXTS),
    keywords=st.one_of(st.lists(st.text(max_size=3), max_size=3), st.just("a, b")),
    properties=PROPERTIES,
)
TRACKS = st.fixed_dictionaries({"name": NAMES}, optional={"properties": PROPERTIES})
USERS = some(user_id=TEXTS, anonymous_id=TEXTS, properties=PROPERTIES)
CLIENTS = some(locale=TEXTS, timezone=TEXTS, os_name=TEXTS, screen_width=st.integers(1, 9999))
CAMPAIGNS = some(name=TEXTS, source=TEXTS, medium=TEXTS)


def event(type_: str, data: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"type": st.just(type_), "data": data},
        optional={"components": COMPONENTS, "consent": CONSENTS},
    )


EVENTS = st.one_of(
    event("page", st.one_of(PAGES, st.text(max_size=3))),
    event("track", st.one_of(TRACKS, NAMES)),
    event("user", st.one_of(USERS, st.text(max_size=3))),
    st.sampled_from([{"type": "page"}, {"type": "user"}]),
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "data_collection": some(
            events=st.lists(EVENTS, max_size=3),
            context=some(page=PAGES, user=USERS, client=CLIENTS, campaign=CAMPAIGNS),
            components=COMPONENTS,
            consent=CONSENTS,
        )
    }
)


@given(st.one_of(DOCUMENTS, strategies.documents()))
def test_of_a_valid_document_nothing_is_left_out(document: dict[str, Any]) -> None:
    if not VALIDATOR.is_valid(document):
        return
    layer = parse_data_layer(json.dumps(document))
    # What personal properties may hold is not the schema's to say.
    remarks = [each for each in layer.remarks if "the value cannot be read" not in each]
    assert (layer.problems, remarks) == ((), [])
    collection = document["data_collection"]
    assert [each.type for each in layer.events] == [
        each["type"] for each in collection.get("events", ())
    ]
    assert not any(each.is_nameless for each in layer.events)
    assert layer.consent == collection.get("consent")
    context = collection.get("context", {})
    for name, value in context.get("campaign", {}).items():
        assert layer.campaign[name] == as_text(value)
    for name in context.get("page", {}):
        assert name in layer.page or not context["page"][name]


@given(DOCUMENTS)
def test_what_edgees_documentation_allows_is_valid(document: dict[str, Any]) -> None:
    VALIDATOR.validate(document)


# What the reader leaves out is not valid.


def whole(**collection: Any) -> dict[str, Any]:
    return {"data_collection": collection}


@pytest.mark.parametrize(
    "document",
    [
        [],
        whole(events={}),
        whole(events=[{"type": "screen"}]),
        whole(events=[{}]),
        whole(events=[{"type": "page"}] * (MAX_EVENTS + 1)),
        whole(events=[{"type": "page", "data": {"titel": "x"}}]),
        whole(events=[{"type": "page", "data": {"title": True}}]),
        whole(events=[{"type": "track", "data": {"name": "x", "value": 1}}]),
        whole(events=[{"type": "track", "data": {"name": "x", "properties": "y"}}]),
        whole(events=[{"type": "user", "data": {"email": "jane@example.com"}}]),
        whole(events=[{"type": "page", "components": {"all": "perhaps"}}]),
        whole(context=[]),
        whole(context={"page": "x"}),
        whole(components=["pinterest_capi"]),
        whole(consent="yes"),
    ],
)
def test_what_the_reader_complains_of_is_not_valid(document: Any) -> None:
    layer = read_data_layer(document)
    assert layer.problems or layer.remarks
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    "document",
    [
        {"data_colection": {}},
        whole(context={"usr": {}}),
        whole(context={"page": {"titel": "x"}}),
        whole(context={"page": {"keywords": [1]}}),
        whole(context={"client": {"ip": "192.0.2.1"}}),
        whole(context={"campaign": {"utm_source": "x"}}),
        whole(events=[{"type": "track"}]),
        whole(events=[{"type": "track", "data": {}}]),
        whole(events=[{"type": "track", "data": " "}]),
    ],
)
def test_what_means_nothing_is_not_valid(document: Any) -> None:
    assert not VALIDATOR.is_valid(document)


# The pages


def test_the_documents_shown_are_valid() -> None:
    [named] = blocks("json", "Schema")
    VALIDATOR.validate(json.loads(named))
    layer = parse_data_layer(named)
    assert (layer.problems, layer.remarks) == ((), ())
    assert layer.events[0].data["name"] == "Product Viewed"
    [html] = blocks("html", "Data layer")
    commented = re.sub(r"</?script[^>]*>|//[^\n]*", "", html)
    VALIDATOR.validate(json.loads(commented))


def fields(name: str) -> list[str]:
    return list(SCHEMA["definitions"][name]["properties"])


def test_the_table_names_all_there_can_be() -> None:
    collection = SCHEMA["properties"]["data_collection"]["properties"]
    events = collection["events"]["items"]["anyOf"]
    rows = {row[0]: codes(row[1]) for row in table("Where", "What there can be")}
    assert list(rows.values()) == [
        list(collection),
        *([list(each["properties"]) for each in events][:1]),
        *map(fields, ("page", "track", "user", "client", "campaign")),
    ]
    assert f"`events` (at most {MAX_EVENTS})" in MANUAL
    assert f"nothing is left out, up to {MAX_LENGTH:,} characters." in MANUAL


@pytest.mark.parametrize("part", ["page", "track", "user"])
def test_the_types_for_typescript_have_the_same_fields(part: str) -> None:
    types = (ROOT / "web/src/edgee.d.ts").read_text()
    [body] = re.findall(rf"interface {part.capitalize()}Event {{(.*?)}}", types, re.DOTALL)
    assert re.findall(r"^  (\w+)\??:", body, re.MULTILINE) == fields(part)
