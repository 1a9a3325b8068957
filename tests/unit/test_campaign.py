"""UTM parameters and Pinterest's click id, and how long they last."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.campaign import MAX_LENGTH, UTM_FIELDS, campaign_of, query_of, read_query

from .visitor import MINUTE, Visitor, data_layer

SHOP = "https://shop.example/"


def test_all_seven_keys_have_their_field() -> None:
    query = "&".join(f"{key}={key.upper()}" for key in UTM_FIELDS)
    assert Visitor().visit(f"{SHOP}?{query}")[0].context.campaign == {
        "name": "UTM_CAMPAIGN",
        "source": "UTM_SOURCE",
        "medium": "UTM_MEDIUM",
        "term": "UTM_TERM",
        "content": "UTM_CONTENT",
        "creative_format": "UTM_CREATIVE_FORMAT",
        "marketing_tactic": "UTM_MARKETING_TACTIC",
    }


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("?x=a+b", "a b"),
        ("?x=a%20b", "a b"),
        ("?x=a%2Bb", "a+b"),
        ("?x=a=b==", "a=b=="),
        ("?x=100%", "100%"),
        ("?x=%zz", "%zz"),
        ("?x=%e4", "\ufffd"),
        ("?x=%C3%A4", "ä"),
        ("?x=first&x=second", "first"),
        ("?x=&x=second", "second"),
        ("?y&x=1", "1"),
        ("x=1", "1"),
        ("?x=" + "a" * 2000, "a" * MAX_LENGTH),
    ],
)
def test_a_value_is_read_as_browsers_write_it(query: str, value: str) -> None:
    assert read_query(query)["x"] == value


def test_empty_values_say_nothing() -> None:
    assert campaign_of(read_query("?utm_source=&utm_medium")) == {}


@pytest.mark.parametrize("url", ["", "https://[", "no url", "//", "https://shop.example"])
def test_an_address_without_a_readable_query_has_none(url: str) -> None:
    assert query_of(url) == ""


@given(st.text(), st.text())
def test_no_query_is_too_strange_to_read(url: str, query: str) -> None:
    query_of(url)
    read_query(query)


def test_the_campaign_lasts_for_the_session() -> None:
    visitor = Visitor()
    visitor.visit(f"{SHOP}?utm_source=pinterest&utm_campaign=spring")
    bought = visitor.visit(f"{SHOP}thank-you")[0]
    assert bought.context.campaign == {"source": "pinterest", "name": "spring"}
    visitor.later(31 * MINUTE)
    assert visitor.visit(SHOP)[0].context.campaign == {}


def test_a_new_campaign_replaces_the_whole_of_the_former() -> None:
    visitor = Visitor()
    visitor.visit(f"{SHOP}?utm_source=pinterest&utm_campaign=spring")
    assert visitor.visit(f"{SHOP}?utm_source=mail")[0].context.campaign == {"source": "mail"}


def test_the_address_beats_the_data_layer_field_by_field() -> None:
    layer = data_layer(context={"campaign": {"source": "declared", "medium": "cpc", "other": "x"}})
    event = Visitor().visit(f"{SHOP}?utm_source=pinterest", data_layer=layer)[0]
    assert event.context.campaign == {"source": "pinterest", "medium": "cpc"}


def test_a_declared_query_is_read_where_the_address_has_none() -> None:
    layer = data_layer(context={"page": {"search": "utm_source=declared&epik=dj0x"}})
    event = Visitor().visit(SHOP, data_layer=layer)[0]
    assert event.context.campaign == {"source": "declared", "epik": "dj0x"}


def test_a_declared_query_does_not_speak_of_a_later_page() -> None:
    visitor = Visitor()
    visitor.visit(SHOP, data_layer=data_layer(context={"page": {"search": "?epik=dj0x"}}))
    visitor.visit(f"{SHOP}?epik=dj0new", data_layer=visitor.page.data_layer)
    visitor.move(f"{SHOP}cart")
    assert visitor.one("page").context.campaign["epik"] == "dj0new"


def test_a_navigation_within_the_page_may_bring_a_campaign() -> None:
    visitor = Visitor()
    visitor.visit(f"{SHOP}?utm_source=pinterest")
    visitor.move(f"{SHOP}sale?utm_source=banner")
    assert visitor.one("page").context.campaign == {"source": "banner"}


def test_the_click_id_outlasts_the_session() -> None:
    visitor = Visitor()
    visitor.visit(f"{SHOP}?epik=dj0first")
    visitor.later(300 * MINUTE)
    assert visitor.visit(SHOP)[0].context.campaign["epik"] == "dj0first"


def test_the_last_landings_click_id_counts() -> None:
    visitor = Visitor()
    visitor.visit(f"{SHOP}?epik=dj0first")
    assert visitor.visit(f"{SHOP}?epik=dj0second")[0].context.campaign["epik"] == "dj0second"


@pytest.mark.parametrize(
    ("url", "epik"), [(SHOP, "dj0cookie"), (f"{SHOP}?epik=dj0address", "dj0address")]
)
def test_pinterests_cookie_serves_where_no_landing_was_seen(url: str, epik: str) -> None:
    assert Visitor().visit(url, epik="dj0cookie")[0].context.campaign["epik"] == epik


@pytest.mark.parametrize("declared", [{"source": 7}, {"source": None}, [], "x"])
def test_a_declared_campaign_of_wrong_types_stops_nothing(declared: Any) -> None:
    layer = data_layer(context={"campaign": declared})
    assert len(Visitor().visit(SHOP, data_layer=layer)) == 1
