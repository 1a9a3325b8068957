"""docs/mapping.md against the code, row by row: it names all that the mapping reads, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from edgee_py.event import Context, Event
from edgee_py.pinterest import contract, custom_data, names, personal
from edgee_py.pinterest.contract import EVENT_NAMES
from edgee_py.pinterest.mapping import Mapped, map_event
from edgee_py.pinterest.names import track_event_name
from edgee_py.pinterest.normalise import hashed, normalise
from edgee_py.pinterest.personal import user_data_of
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.pinterest.spelling import folded
from tests.readme import MANUAL, SENTENCES, code, codes, table


def mapped(type_: Any, data: dict[str, Any], **settings: Any) -> Mapped:
    event = Event("id", 1_700_000_000_000, type_, data, Context())
    result = map_event(event, PinterestSettings(**settings))
    assert isinstance(result, Mapped)
    return result


def test_calls_become_these_events() -> None:
    for call, event, standard in table("Call", "Event", 'with `event_names = "standard"`'):
        data = {"name": "Something else"} if call == "track" else {"user_id": "u"}
        assert mapped(call, data).event["event_name"] == codes(event)[0]
        unknown = mapped(call, data, event_names="standard").event["event_name"]
        assert unknown == (codes(event)[0] if standard == "the same" else codes(standard)[-1])
    tracked = mapped("track", {"name": "Lamp dimmed"}).event
    assert tracked["custom_data"]["content_name"] == "Lamp dimmed"


def test_the_standard_names_are_all_there_and_aliases_mean_them() -> None:
    rows = table("Event", "also written")
    assert sorted(name for row in rows for name in codes(row[0])) == sorted(EVENT_NAMES)
    standard = PinterestSettings(event_names="standard")
    for events, aliases in rows:
        for alias in codes(aliases):
            assert track_event_name(alias, standard) == code(events)


def test_all_names_of_events_are_shown() -> None:
    shown = {code(row[0]): codes(row[1]) for row in table("Event", "also written") if row[1]}
    assert shown == {name: list(aliases) for name, aliases in names._ALIASES.items()}


FIELD_TABLE = table("Pinterest's field", "from the first of these that can be read", "in this form")
PRODUCT_TABLE = table("Product's field", "from the first of these that can be read", "in this form")


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        (FIELD_TABLE, custom_data._FIELDS),
        (PRODUCT_TABLE, custom_data._PRODUCT_FIELDS),
    ],
)
def test_all_names_of_properties_are_shown_the_better_first(rows: Any, read: Any) -> None:
    shown = {code(field): tuple(map(folded, codes(aliases))) for field, aliases, _ in rows}
    assert shown == {field: aliases for field, (_, aliases) in read.items()}


#: A value for each form, and what Pinterest gets of it.
FORMS: dict[str, tuple[Any, Any]] = {
    "three letters, as in ISO 4217": (" eur", "EUR"),
    "an amount": ("59,90 €", "59.90"),
    "a list of ids, each once": (["a", 7, "a"], ["a", "7"]),
    "text": ("  Lamps ", "Lamps"),
    "a whole number": ("3", 3),
    "an id": (1001, "1001"),
    "`LDP`, the only flag Pinterest processes": ("CCPA, ldp", "LDP"),
}


@pytest.mark.parametrize(("field", "form"), [(code(row[0]), row[2]) for row in FIELD_TABLE])
def test_each_field_has_the_form_that_is_said(field: str, form: str) -> None:
    given, sent = FORMS[form]
    custom: Any = mapped("track", {"name": "x", "properties": {field: given}}).event["custom_data"]
    assert custom[field] == sent


@pytest.mark.parametrize(("field", "form"), [(code(row[0]), row[2]) for row in PRODUCT_TABLE])
def test_each_field_of_a_product_has_the_form_that_is_said(field: str, form: str) -> None:
    given, sent = FORMS[form]
    track = {"name": "x", "properties": {"products": [{field: given}]}}
    custom: Any = mapped("track", track).event["custom_data"]
    assert custom["contents"] == [{field: sent}]


def test_the_limits_are_the_codes() -> None:
    assert f"one over {contract.MAX_ID} characters" in SENTENCES
    assert f"cut at {contract.MAX_TEXT} characters" in SENTENCES
    assert f"become `contents`, at most {contract.MAX_CONTENTS}" in SENTENCES


def test_the_names_of_content_are_all_shown() -> None:
    [sentence] = [line for line in SENTENCES.split(". ") if "is its `content_name`" in line]
    shown = codes(sentence.partition("own events, ")[2])[:-1]
    assert tuple(map(folded, shown)) == custom_data._NAMES


@pytest.mark.parametrize(
    ("field", "alias"),
    [(code(row[0]), alias) for row in FIELD_TABLE for alias in codes(row[1])],
)
def test_each_property_gets_to_its_field(field: str, alias: str) -> None:
    given: dict[str, Any] = {
        "value": 1.5,
        "currency": "EUR",
        "content_ids": ["a"],
        "num_items": 3,
        "predicted_ltv": 9.5,
        "opt_out_type": "LDP",
        "external_measurement_vendor_id": 3,
    }
    data = {"name": "x", "properties": {alias: given.get(field, "text")}}
    result = mapped("track", data, event_names="standard", event_map={"x": "checkout"})
    assert field in result.event["custom_data"]
    assert result.dropped == []


def test_the_better_property_comes_first() -> None:
    for field, aliases, _ in FIELD_TABLE:
        if len(codes(aliases)) > 1 and code(field) not in ("content_ids", "currency"):
            properties = {alias: str(n) for n, alias in enumerate(codes(aliases), 1)}
            event: Any = mapped("track", {"name": "x", "properties": properties}).event
            assert str(event["custom_data"][code(field)]).startswith("1"), field


@pytest.mark.parametrize("name", ["products", "contents", "items", "line_items"])
def test_products_become_contents_and_sums(name: str) -> None:
    assert f"`{name}`" in MANUAL
    products = [{"sku": "a", "price": 2, "quantity": 2}, {"sku": "b", "price": 1.5}]
    custom = mapped("track", {"name": "x", "properties": {name: products}}).event["custom_data"]
    assert len(custom["contents"]) == 2
    assert (custom["content_ids"], custom["num_items"]) == (["a", "b"], 3)
    assert float(custom["value"]) == 5.5


HASHED_TABLE = table("Field", "from a user's properties", "for example", "becomes, before hashing")


@pytest.mark.parametrize(("field", "aliases", "example", "normal"), HASHED_TABLE)
def test_personal_data_is_normalised_as_shown(
    field: str, aliases: str, example: str, normal: str
) -> None:
    name: Any = code(field)
    country = "gb" if name == "zp" else "us"
    assert normalise(name, code(example), country) == code(normal)
    for alias in codes(aliases)[: 1 if name == "external_id" else None]:
        beside = {} if name == "country" else {"country": country}
        found: Any = user_data_of({alias: code(example), **beside})
        assert found[name] == [hashed(name, code(normal), country)]


def test_all_names_of_personal_fields_are_shown() -> None:
    read: dict[str, set[str]] = {}
    for name, field in {**personal._CLEAR, **personal._AMBIGUOUS}.items():
        read.setdefault(field, set()).add(name)
    shown = {code(row[0]): set(map(folded, codes(row[1]))) for row in HASHED_TABLE}
    shown["external_id"] = {"externalid"}  # its other cells are ids beside the properties
    assert shown == read


def test_what_is_a_persons_only_among_a_persons_properties_is_said() -> None:
    [sentence] = [
        line for line in SENTENCES.split(". ") if "track's or a page's properties `" in line
    ]
    assert set(map(folded, codes(sentence))) == set(personal._AMBIGUOUS)


#: An event in which everything is said that the last table tells of.
SAID: dict[str, Any] = {
    "event_id": "order-1", "language": "pt-PT", "opt_out": "true", "click_id": "c", "value": 1,
}  # fmt: skip


def test_the_rest_of_an_event_is_shown() -> None:
    rows = table("Field", "Where it comes from")
    context = Context(
        page={"url": "https://shop.example/"},
        user={"properties": {"partner_id": "p"}},
        client={"ip": "192.0.2.1", "user_agent": "x"},
    )
    event = Event("id", 1_700_000_000_000, "track", {"name": "x", "properties": SAID}, context)
    result = map_event(event, PinterestSettings(partner_name="ss-shop"))
    assert isinstance(result, Mapped)
    sent: Any = dict(result.event)
    user_data = {f"user_data.{name}" for name in sent.pop("user_data")}
    del sent["event_name"], sent["custom_data"]  # they have tables of their own
    shown = {name for row in rows for name in codes(row[0])}
    assert shown == {*sent, *user_data}
    assert (sent["event_id"], sent["event_time"], sent["action_source"], sent["language"]) == (
        *("order-1", 1_700_000_000, "web", "pt"),
    )


def test_every_hashed_field_is_shown() -> None:
    settings_of = {code(row[0]) for row in HASHED_TABLE}
    assert settings_of == {
        "em", "ph", "fn", "ln", "ge", "db", "ct", "st", "zp", "country", "hashed_maids", "external_id",
    }  # fmt: skip
