"""What README.md says of the mapping to Pinterest, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from edgee_py.event import Context, Event
from edgee_py.pinterest.contract import EVENT_NAMES
from edgee_py.pinterest.mapping import Mapped, map_event
from edgee_py.pinterest.names import track_event_name
from edgee_py.pinterest.normalise import hashed, normalise
from edgee_py.pinterest.personal import user_data_of
from edgee_py.pinterest.settings import PinterestSettings
from tests.readme import README, code, codes, table


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


@pytest.mark.parametrize(
    ("field", "alias"),
    [
        (code(row[0]), alias)
        for row in table("Pinterest's field", "from the first of these that can be read")
        for alias in codes(row[1])
    ],
)
def test_each_property_gets_to_its_field(field: str, alias: str) -> None:
    given: dict[str, Any] = {
        "value": 1.5,
        "currency": "EUR",
        "content_ids": ["a"],
        "num_items": 3,
        "predicted_ltv": 9.5,
    }
    data = {"name": "x", "properties": {alias: given.get(field, "text")}}
    result = mapped("track", data, event_names="standard", event_map={"x": "checkout"})
    assert field in result.event["custom_data"]
    assert result.dropped == []


def test_the_better_property_comes_first() -> None:
    for field, aliases in table("Pinterest's field", "from the first of these that can be read"):
        if code(field) not in ("content_ids", "currency"):
            properties = {alias: str(n) for n, alias in enumerate(codes(aliases), 1)}
            event: Any = mapped("track", {"name": "x", "properties": properties}).event
            assert str(event["custom_data"][code(field)]).startswith("1"), field


@pytest.mark.parametrize("name", ["products", "contents", "items", "line_items"])
def test_products_become_contents_and_sums(name: str) -> None:
    assert f"`{name}`" in README
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


def test_every_hashed_field_is_shown() -> None:
    settings_of = {code(row[0]) for row in HASHED_TABLE}
    assert settings_of == {
        "em", "ph", "fn", "ln", "ge", "db", "ct", "st", "zp", "country", "hashed_maids", "external_id",
    }  # fmt: skip
