"""What surrounds an event, and which source counts for each part of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.call import Page
from edgee_py.context import page_context, page_data
from edgee_py.datalayer import DataLayer

from .visitor import Visitor, data_layer

URL = "https://shop.example/shoes/red?size=42&q=a%20b#reviews"
CANONICAL = "https://www.shop.example/shoes"


def declared_page(**page: Any) -> str:
    return data_layer(context={"page": page})


def test_a_bare_page_is_described_by_the_browser() -> None:
    event = Visitor().visit(
        URL, title="Red shoes", keywords="shoes, red", referrer="https://www.pinterest.com/"
    )[0]
    assert event.data == {
        "url": "https://shop.example/shoes/red?size=42&q=a%20b",
        "path": "/shoes/red",
        "search": "?size=42&q=a%20b",
        "title": "Red shoes",
        "keywords": ["shoes", "red"],
        "referrer": "https://www.pinterest.com/",
    }
    assert event.context.page == event.data


def test_the_canonical_link_gives_address_and_path_but_not_the_query() -> None:
    page = Visitor().visit(URL, canonical=CANONICAL)[0].data
    assert (page["url"], page["path"], page["search"]) == (
        CANONICAL,
        "/shoes",
        "?size=42&q=a%20b",
    )


def test_the_data_layer_beats_canonical_link_and_browser() -> None:
    layer = declared_page(
        url="https://shop.example/declared",
        path="/declared",
        search="q=declared",
        title="Declared",
        keywords=["declared"],
        name="Product",
        category="Shoes",
        properties={"size": 42},
    )
    page = Visitor().visit(URL, canonical=CANONICAL, title="T", keywords="k", data_layer=layer)[0]
    assert page.data == {
        "url": "https://shop.example/declared",
        "path": "/declared",
        "search": "?q=declared",
        "title": "Declared",
        "keywords": ["declared"],
        "name": "Product",
        "category": "Shoes",
        "properties": {"size": 42},
    }


def test_the_browsers_referrer_beats_the_declared_one() -> None:
    layer = declared_page(referrer="https://declared.example/")
    visitor = Visitor()
    assert visitor.visit(data_layer=layer)[0].data["referrer"] == "https://declared.example/"
    page = visitor.visit(data_layer=layer, referrer="https://real.example/")[0].data
    assert page["referrer"] == "https://real.example/"


def test_after_a_navigation_within_the_page_only_the_browser_speaks_of_it() -> None:
    visitor = Visitor()
    visitor.visit(
        URL, canonical=CANONICAL, data_layer=declared_page(title="Declared", name="Product")
    )
    visitor.move("https://shop.example/cart", title="Cart", referrer="https://shop.example/shoes")
    assert visitor.one("page").data == {
        "url": "https://shop.example/cart",
        "path": "/cart",
        "title": "Cart",
        "referrer": "https://shop.example/shoes",
    }


@pytest.mark.parametrize(
    ("asked", "url", "path", "search"),
    [
        ("https://other.example/a?b=c", "https://other.example/a?b=c", "/a", "?b=c"),
        ("/cart", "https://shop.example/cart", "/cart", None),
        ("cart?x=1", "https://shop.example/shoes/cart?x=1", "/shoes/cart", "?x=1"),
        ("?x=1", "https://shop.example/shoes/red?x=1", "/shoes/red", "?x=1"),
        ("//cdn.example/a", "https://cdn.example/a", "/a", None),
        ("https://other.example", "https://other.example", "/", None),
    ],
)
def test_an_address_of_the_events_own_brings_its_own_path_and_query(
    asked: str, url: str, path: str, search: str | None
) -> None:
    visitor = Visitor()
    visitor.visit(URL, data_layer=declared_page(path="/declared", search="?declared"))
    data = visitor.one("page", {"url": asked}).data
    assert (data["url"], data["path"], data.get("search")) == (url, path, search)


def test_what_the_event_says_beside_its_address_counts() -> None:
    visitor = Visitor()
    visitor.visit(URL)
    data = visitor.one("page", {"url": "/a?b=c", "path": "/own", "search": "?own"}).data
    assert (data["path"], data["search"]) == ("/own", "?own")


def test_the_events_fields_are_filled_from_the_page_one_by_one() -> None:
    visitor = Visitor()
    visitor.visit(
        URL, title="Red shoes", data_layer=declared_page(category="Shoes", properties={"a": 1})
    )
    data = visitor.one("page", {"name": "Sizes", "properties": {"b": 2}}).data
    assert (data["name"], data["category"], data["title"]) == ("Sizes", "Shoes", "Red shoes")
    assert data["properties"] == {"b": 2}


def test_a_relative_address_in_the_data_layer_is_made_absolute() -> None:
    page = Visitor().visit(URL, data_layer=declared_page(url="/declared"))[0].data
    assert page["url"] == "https://shop.example/declared"


def test_a_tracks_own_page_is_the_one_it_was_made_on() -> None:
    visitor = Visitor()
    visitor.visit(URL)
    visitor.one("page", {"url": "/elsewhere"})
    assert visitor.one("track", "x").context.page["path"] == "/shoes/red"


def test_the_client_is_the_browsers_with_the_data_layers_words_over_it() -> None:
    layer = data_layer(context={"client": {"timezone": "UTC", "ip": "10.0.0.1"}})
    visitor = Visitor(client={"timezone": "Europe/Paris", "locale": "fr"})
    assert visitor.visit(data_layer=layer)[0].context.client == {"timezone": "UTC", "locale": "fr"}


def test_one_event_does_not_share_its_context_with_another() -> None:
    visitor = Visitor()
    layer = data_layer(events=[{"type": "page"}, {"type": "track", "data": "x"}])
    first, second = visitor.visit(URL, data_layer=layer)
    first.context.client["ip"] = "10.0.0.1"
    first.context.page["title"] = "changed"
    assert "ip" not in second.context.client and "title" not in second.context.page


@given(st.text(), st.text(), st.text())
def test_no_address_is_too_strange(url: str, canonical: str, asked: str) -> None:
    page = Page(url=url, canonical=canonical)
    context = page_context(page, DataLayer(page={"url": asked}))
    page_data(context, {"url": asked}, page)
