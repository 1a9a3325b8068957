"""From an Edgee event to Pinterest's, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from edgee_py.event import Context, Event, EventType
from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.mapping import Mapped, identified, map_event, remarks
from edgee_py.pinterest.normalise import hash_email, hashed
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.refusal import Reason, Refusal
from tests.unit.pinterest import strategies

STANDARD = PinterestSettings(event_names="standard")


def make(type_: EventType, data: dict[str, Any], **context: dict[str, Any]) -> Event:
    return Event("call-1", 1_700_000_000_999, type_, data, Context(**context))


def track(event_name: str = "My event", /, **properties: Any) -> Event:
    return make("track", {"name": event_name, "properties": properties})


def mapped(event: Event, settings: PinterestSettings = PinterestSettings()) -> Mapped:  # noqa: B008
    result = map_event(event, settings)
    assert isinstance(result, Mapped), result
    return result


def sent(event: Event, settings: PinterestSettings = PinterestSettings()) -> ConversionEvent:  # noqa: B008
    return mapped(event, settings).event


def custom_data(event: Event, settings: PinterestSettings = STANDARD) -> dict[str, Any]:
    return dict(sent(event, settings).get("custom_data", {}))


def test_the_least_event() -> None:
    assert sent(make("page", {})) == {
        "event_name": "page_visit",
        "action_source": "web",
        "event_time": 1_700_000_000,
        "event_id": "call-1",
        "user_data": {},
    }


def test_edgees_table_is_the_default() -> None:
    assert sent(make("page", {}))["event_name"] == "page_visit"
    assert sent(track("checkout"))["event_name"] == "custom"
    assert sent(make("user", {}))["event_name"] == "lead"


def test_standard_names() -> None:
    assert sent(track("Order Completed"), STANDARD)["event_name"] == "checkout"
    assert sent(track("Button Clicked"), STANDARD)["event_name"] == "custom"
    assert sent(make("page", {"name": "checkout"}), STANDARD)["event_name"] == "page_visit"


@pytest.mark.parametrize("type_", ["page", "track", "user"])
def test_a_type_can_be_switched_off(type_: EventType) -> None:
    settings = PinterestSettings(**{f"edgee_{type_}_event_enabled": False})  # type: ignore[arg-type]
    refusal = map_event(make(type_, {"name": "x"}), settings)
    assert isinstance(refusal, Refusal)
    assert (refusal.id, refusal.reason) == ("call-1", Reason.EVENT_DISABLED)
    assert f"edgee_{type_}_event_enabled" in refusal.message


def test_a_track_needs_a_name() -> None:
    refusal = map_event(make("track", {"name": " "}), PinterestSettings())
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.MISSING_NAME


def test_a_map_to_no_event_of_pinterests_is_refused() -> None:
    refusal = map_event(track("a"), PinterestSettings(event_map={"a": "buy"}))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.INVALID_EVENT


def test_an_address_is_no_event_id() -> None:
    assert sent(track(event_id="jane@example.com"))["event_id"] == "call-1"


@pytest.mark.parametrize(
    ("given_id", "event_id"),
    [("tag-7", "tag-7"), (7, "7"), ("", "call-1"), (None, "call-1"), ("undefined", "call-1")],
)
def test_an_event_id_of_the_pages_wins(given_id: object, event_id: str) -> None:
    assert sent(track(event_id=given_id))["event_id"] == event_id
    assert sent(track(eventID=given_id))["event_id"] == event_id


class TestUserData:
    def test_the_events_own_fields_beat_the_stored_ones_one_by_one(self) -> None:
        event = make(
            "track",
            {"name": "x", "properties": {"email": "new@example.com"}},
            user={"properties": {"email": hash_email("old@example.com"), "city": "Boston"}},
        )
        user_data = sent(event)["user_data"]
        assert user_data["em"] == [hash_email("new@example.com")]
        assert user_data["ct"] == [hashed("ct", "boston")]

    def test_a_tracks_city_and_country_are_not_the_visitors(self) -> None:
        assert sent(track(city="Paris", country="France", state="x"))["user_data"] == {}

    def test_an_address_and_the_clear_names_are(self) -> None:
        user_data = sent(track(phone="+12015550123", address={"city": "Paris"}))["user_data"]
        assert user_data == {"ph": [hashed("ph", "12015550123")], "ct": [hashed("ct", "paris")]}

    def test_external_id_is_the_best_id_there_is(self) -> None:
        ids = {"user_id": "u", "anonymous_id": "a", "edgee_id": "e"}
        for name, best in list(ids.items()):
            user_data = sent(make("page", {}, user=dict(ids)))["user_data"]
            assert user_data["external_id"] == [hashed("external_id", best)]
            ids[name] = ""

    def test_a_user_events_own_id_comes_first(self) -> None:
        event = make("user", {"user_id": "new"}, user={"user_id": "old"})
        assert sent(event)["user_data"]["external_id"] == [hashed("external_id", "new")]

    def test_an_external_id_given_as_such_wins(self) -> None:
        event = make("user", {"user_id": "u", "properties": {"external_id": "crm-1"}})
        assert sent(event)["user_data"]["external_id"] == [hashed("external_id", "crm-1")]

    def test_the_click_id_of_the_event_beats_the_campaigns(self) -> None:
        event = make("track", {"name": "x", "properties": {}}, campaign={"epik": "dj0camp"})
        assert sent(event)["user_data"]["click_id"] == "dj0camp"
        event.data["properties"] = {"click_id": "dj0own"}
        assert sent(event)["user_data"]["click_id"] == "dj0own"
        event.data["properties"] = {"epik": "dj0epik"}
        assert sent(event)["user_data"]["click_id"] == "dj0epik"

    def test_address_and_browser_only_where_they_are_known(self) -> None:
        client = {"ip": "203.0.113.9", "user_agent": "Mozilla/5.0"}
        user_data = sent(make("page", {}, client=client))["user_data"]
        assert user_data["client_ip_address"] == "203.0.113.9"
        assert user_data["client_user_agent"] == "Mozilla/5.0"
        assert sent(make("page", {}, client={"ip": "", "user_agent": ""}))["user_data"] == {}

    def test_email_as_the_only_identification(self) -> None:
        settings = PinterestSettings(identification="email")
        refusal = map_event(track(), settings)
        assert isinstance(refusal, Refusal)
        assert refusal.reason == Reason.NO_IDENTIFIER
        assert sent(track(email="a@example.com"), settings)["user_data"]["em"]

    def test_pinterests_own_rule_is_asked_by_the_relay(self) -> None:
        assert identified({"em": ["0" * 64]})
        assert identified({"hashed_maids": ["0" * 64]})
        assert identified({"client_ip_address": "::1", "client_user_agent": "x"})
        assert not identified({})
        assert not identified({"em": []})
        assert not identified({"client_ip_address": "::1"})
        assert not identified({"ph": ["0" * 64], "external_id": ["0" * 64]})


class TestCustomData:
    def test_only_what_has_a_place_is_sent_and_the_rest_is_named(self) -> None:
        result = mapped(track("x", value=5, color="red", page_title="t", email="a@example.com"))
        assert result.event["custom_data"] == {"value": "5", "content_name": "x"}
        assert result.dropped == ["color", "page_title"]

    def test_ids_that_look_like_numbers_stay_as_written(self) -> None:
        assert custom_data(track("checkout", order_id="00123"))["order_id"] == "00123"
        assert custom_data(track("checkout", order_id="1e5"))["order_id"] == "1e5"
        assert custom_data(track("checkout", order_id=123))["order_id"] == "123"
        assert "order_id" not in custom_data(track("checkout", order_id={"id": 1}))

    def test_segments_products(self) -> None:
        event = track(
            "Order Completed",
            order_id="50314b8e",
            revenue=25.0,
            total=27.5,
            currency="usd",
            products=[
                {
                    "product_id": "507f1f77",
                    "sku": "45790-32",
                    "name": "Monopoly",
                    "brand": "Hasbro",
                    "price": "19",
                    "quantity": "2",
                    "category": "Games",
                    "image_url": "https://…",
                },
                {"product_id": "505bd76785", "name": "Uno", "price": 3, "quantity": 1},
            ],
        )
        result = mapped(event, STANDARD)
        assert result.event["custom_data"] == {
            "currency": "USD",
            "value": "25",
            "order_id": "50314b8e",
            "contents": [
                {
                    "id": "507f1f77",
                    "item_name": "Monopoly",
                    "item_category": "Games",
                    "item_brand": "Hasbro",
                    "item_price": "19",
                    "quantity": 2,
                },
                {"id": "505bd76785", "item_name": "Uno", "item_price": "3", "quantity": 1},
            ],
            "content_ids": ["507f1f77", "505bd76785"],
            "num_items": 3,
        }
        assert result.dropped == ["total", "products[].sku", "products[].image_url"]

    def test_ga4s_items(self) -> None:
        items = [{"item_id": "S1", "item_name": "Shirt", "item_brand": "B", "price": 9.99}]
        data = custom_data(track("purchase", transaction_id="T1", items=items))
        assert data["order_id"] == "T1"
        assert data["contents"] == [
            {"id": "S1", "item_name": "Shirt", "item_brand": "B", "item_price": "9.99"}
        ]
        assert (data["num_items"], data["value"]) == (1, "9.99")

    def test_edgees_products(self) -> None:
        products = [{"sku": "A", "name": "Hat", "price": "19,90 €", "quantity": 2}]
        data = custom_data(track("x", products=products))
        assert data["content_ids"] == ["A"]
        assert data["value"] == "39.80"

    def test_pinterest_tags_line_items(self) -> None:
        line_items = [{"product_id": "P", "product_price": "2.00", "product_quantity": "3"}]
        data = custom_data(track("Checkout", order_quantity=3, line_items=line_items))
        assert data["contents"] == [{"id": "P", "item_price": "2.00", "quantity": 3}]
        assert (data["num_items"], data["value"]) == (3, "6.00")

    def test_a_product_in_the_properties_themselves(self) -> None:
        event = track("Product Added", product_id="P", name="Hat", price=5.5, quantity=2)
        assert custom_data(event) == {
            "content_name": "Hat",
            "contents": [{"id": "P", "item_name": "Hat", "item_price": "5.5", "quantity": 2}],
            "content_ids": ["P"],
            "num_items": 2,
            "value": "11.0",
        }
        assert mapped(event, STANDARD).dropped == []

    def test_a_value_is_not_made_up_where_a_price_is_missing(self) -> None:
        data = custom_data(track("x", products=[{"sku": "A", "price": 1}, {"sku": "B"}]))
        assert "value" not in data
        data = custom_data(track("x", products=[{"sku": "A", "price": 1, "quantity": "some"}]))
        assert "value" not in data
        assert "num_items" not in data

    def test_what_is_said_beats_what_is_summed(self) -> None:
        products = [{"sku": "A", "price": 1, "quantity": 2}]
        data = custom_data(track("x", value=9, num_items=7, content_ids=["Z"], products=products))
        assert (data["value"], data["num_items"], data["content_ids"]) == ("9", 7, ["Z"])

    def test_unreadable_money_is_left_out_and_named(self) -> None:
        result = mapped(track("x", value="NaN", products=[{"sku": "A", "price": 2}]))
        assert result.event["custom_data"]["value"] == "2"
        assert result.dropped == ["value"]

    def test_what_cannot_be_read_is_told_apart_from_what_has_no_place(self) -> None:
        products = [{"sku": "A", "price": "10 %", "colour": "red"}]
        given = {"value": "1.299 €", "order_id": "n" * 257, "plan": "gold", "products": products}
        assert remarks([mapped(track("x", **given))]) == [
            "Pinterest has no place for: plan, products[].colour.",
            "Left out, as the value cannot be read: value, order_id, products[].price.",
        ]
        assert remarks([mapped(track("x", value="9", total="1.299 €"))]) == [
            "Pinterest has no place for: total."
        ]

    def test_strange_products_do_no_harm(self) -> None:
        result = mapped(track("x", products=[None, "A", 7, [], {"color": "red"}, {"sku": "B"}]))
        data = result.event["custom_data"]
        assert data["contents"] == [{"id": "A"}, {"id": "7"}, {"id": "B"}]
        assert "products[]" in result.dropped
        assert "num_items" not in data
        assert "contents" not in custom_data(track("x", items=3))

    def test_many_products_are_bounded_but_all_counted(self) -> None:
        products = [{"sku": str(n), "price": "0.10"} for n in range(2000)]
        data = custom_data(track("x", products=products))
        assert len(data["contents"]) == len(data["content_ids"]) == 500
        assert (data["num_items"], data["value"]) == (2000, "200.00")

    def test_search(self) -> None:
        assert custom_data(track("Products Searched", query="hats"))["search_string"] == "hats"
        assert custom_data(track("search", search_term="hats"))["search_string"] == "hats"

    def test_a_custom_tracks_name_is_its_content_name(self) -> None:
        assert custom_data(track("Quiz done")) == {"content_name": "Quiz done"}
        assert custom_data(track("Quiz done", content_name="Hats")) == {"content_name": "Hats"}
        assert custom_data(track("checkout")) == {}

    def test_a_page_tells_its_name_or_title_and_category(self) -> None:
        page = {"name": "Hats", "title": "Hats | Shop", "category": "Fashion"}
        expected = {"content_name": "Hats", "content_category": "Fashion"}
        assert custom_data(make("page", page)) == expected
        assert custom_data(make("page", {"title": "Hats"})) == {"content_name": "Hats"}

    def test_a_users_properties_are_not_a_purchase(self) -> None:
        event = make("user", {"properties": {"value": 5, "plan": "gold", "predicted_ltv": 99.5}})
        result = mapped(event)
        assert result.event["custom_data"] == {"predicted_ltv": "99.5"}
        assert result.dropped == ["value", "plan"]

    def test_pinterests_internal_field_is_not_for_everybody(self) -> None:
        assert mapped(track("checkout", np="net price"), STANDARD).dropped == ["np"]

    def test_long_and_broken_text(self) -> None:
        data = custom_data(track("x", content_name="\ud800" + "n" * 5000))
        assert len(data["content_name"]) == 1000
        json.dumps(data, ensure_ascii=False).encode()


class TestPrivacy:
    def test_opt_out(self) -> None:
        assert sent(track(opt_out="yes"))["opt_out"] is True
        assert sent(track(opt_out=False))["opt_out"] is False
        assert "opt_out" not in sent(track())
        assert mapped(track(opt_out="maybe")).dropped == ["opt_out"]

    def test_an_opt_out_said_once_holds_for_every_event(self) -> None:
        user = {"properties": {"opt_out": True, "opt_out_type": "LDP"}}
        event = sent(make("page", {}, user=user))
        assert event["opt_out"] is True
        assert event["custom_data"]["opt_out_type"] == "LDP"

    def test_limited_data_processing_needs_state_and_country(self) -> None:
        event = track("checkout", opt_out_type="ldp,other")
        result = mapped(event)
        assert result.event["custom_data"]["opt_out_type"] == "LDP"
        assert "st and country are not known" in result.notes[0]
        event.context.user = {"properties": {"state": "California", "country": "US"}}
        assert mapped(event).notes == []

    def test_no_raw_personal_field_leaves(self) -> None:
        raw = {"email": "jane@example.com", "phone": "+12015550123", "first_name": "Janedoe"}
        for event in (track(**raw), make("user", {"properties": raw})):
            result = mapped(event)
            text = json.dumps(result.event) + repr(result.dropped) + repr(result.notes)
            assert not any(value in text for value in raw.values())


def test_flags_of_a_visitor_last_however_they_are_spelt() -> None:
    user = {"properties": {"optOut": True, "optOutType": "LDP", "Partner-ID": "ramp"}}
    event = make("track", {"name": "a"}, user=user)
    assert sent(event)["opt_out"] is True
    assert sent(event)["user_data"] == {"partner_id": "ramp"}
    assert custom_data(event)["opt_out_type"] == "LDP"


@pytest.mark.parametrize("name", ["state", "st", "region"])
def test_limited_data_processing_can_be_asked_for_with_one_event(name: str) -> None:
    event = track(opt_out_type="LDP", country="US", **{name: "California"})
    result = mapped(event)
    assert result.event["user_data"] == {
        "st": [hashed("st", "ca")],
        "country": [hashed("country", "us")],
    }
    assert result.dropped == [] and result.notes == []
    assert "st" not in sent(track(**{"region": "California"}))["user_data"]


class TestPage:
    def test_the_url_of_a_page_event_is_its_own(self) -> None:
        event = make(
            "page",
            {"url": "https://shop.example/new", "search": "?a=1"},
            page={"url": "https://shop.example/old", "search": "?b=2"},
        )
        assert sent(event)["event_source_url"] == "https://shop.example/new?a=1"

    def test_other_events_have_the_pages_around_them(self) -> None:
        page = {"url": "https://shop.example/p?a=1", "search": "?a=1"}
        event = make("track", {"name": "x"}, page=page)
        assert sent(event)["event_source_url"] == "https://shop.example/p?a=1"

    def test_language(self) -> None:
        assert sent(make("page", {}, client={"locale": "de-at"}))["language"] == "de"
        event = make("track", {"name": "x", "properties": {"language": "fr"}})
        assert sent(event)["language"] == "fr"
        assert "language" not in sent(make("page", {}, client={"locale": "English"}))

    def test_partner_name(self) -> None:
        settings = PinterestSettings(partner_name="ss-edgee")
        assert sent(track(), settings)["partner_name"] == "ss-edgee"


@given(strategies.events, strategies.settings)
def test_every_event_is_mapped_to_something_that_can_be_sent(
    event: Event, settings: PinterestSettings
) -> None:
    result = mapped(event, settings)
    json.dumps(result.event, allow_nan=False, ensure_ascii=False).encode()
    json.dumps([result.dropped, result.notes], ensure_ascii=False).encode()
    assert result.event["event_id"]
