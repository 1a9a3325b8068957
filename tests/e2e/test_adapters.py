"""`/_edgee/adapters.js`: pages written for Tag Manager's data layer or for Segment drive edgee as they are."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page

import build
from tests.demo_server import ROOT
from tests.document import fenced
from tests.e2e.conftest import PageErrors
from tests.e2e.journey import WATCH, flush, hashed, names, outcomes, settled, stored
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox

SPA = TAG.replace("async", "async data-spa")


def adapters(use: str = "gtm", *, how: str = "async") -> str:
    return f'<script {how} src="/_edgee/adapters.js" data-use="{use}"></script>'


def script(text: str) -> str:
    return f"<script>{text}</script>"


def tracks(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All but the script's own page event."""
    return [event for event in events if event["event_name"] != "page_visit"]


# The documentation


def test_the_adapters_start_as_the_documentation_has_it(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    tag, by_hand = (block.text for block in fenced("adapters.md"))
    page.goto(shop(tag=tag + TAG, path="/t/adapters-docs.html"))
    page.wait_for_function("window.dataLayer && window.analytics && edgee.flush")
    page.evaluate(by_hand)
    page.evaluate("dataLayer.push({ event: 'one' }); analytics.track('two')")
    assert names(tracks(settled(page, sandbox, 3))) == ["one", "two"]


def test_segments_calls_are_heard_with_the_tag_of_the_documentation(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    [tag] = [
        block.text
        for block in fenced("from-segment.md")
        if block.heading == "Without changing your pages"
    ]
    head = SNIPPET + script("analytics.track('queued')")
    page.goto(shop(head=head, tag=tag + TAG, path="/t/segment-docs.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    assert names(tracks(settled(page, sandbox, 2))) == ["queued"]


def test_the_size_is_the_documents(server: str) -> None:
    script = httpx2.get(f"{server}/_edgee/adapters.js", headers={"accept-encoding": "br"})
    [said] = re.findall(r"\(([\d.]+) kB\)", (ROOT / "docs/adapters.md").read_text())
    length = int(script.headers["content-length"])
    assert length / 1e3 == pytest.approx(float(said), rel=0.1)


# Tag Manager's data layer

GTAG = script(
    "window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }"
)

#: As in Google's documentation of GA4's e-commerce events.
PURCHASE = """{
  event: "purchase", event_id: "ORDER", eventCallback: () => {}, "gtm.uniqueEventId": 7,
  ecommerce: {
    transaction_id: "T_1", value: 72.05, tax: 3.6, shipping: 5.99, currency: "USD", coupon: "SUMMER",
    items: [
      { item_id: "SKU_1", item_name: "Tee", item_brand: "G", item_category: "Apparel", price: 10.01, quantity: 3 },
      { item_id: "SKU_2", item_name: "Sun", price: 21.01, quantity: 2, discount: 2.22 },
    ],
  },
}"""

ORDERED = {
    "order_id": "T_1",
    "value": "72.05",
    "currency": "USD",
    "content_ids": ["SKU_1", "SKU_2"],
    "num_items": 5,
    "contents": [
        {
            "id": "SKU_1",
            "item_name": "Tee",
            "item_brand": "G",
            "item_category": "Apparel",
            "item_price": "10.01",
            "quantity": 3,
        },
        {"id": "SKU_2", "item_name": "Sun", "item_price": "21.01", "quantity": 2},
    ],
}


@pytest.mark.parametrize("order", ["adapters first", "script first"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_order_of_the_data_layer_is_a_checkout(
    page: Page, shop: OpenShop, sandbox: Sandbox, standard: None, order: str, when: str
) -> None:
    sdk, own = TAG.replace("async ", ""), adapters(how="")
    both = own + sdk if order == "adapters first" else sdk + own
    # An id counts once, in this test's other runs too.
    id_ = f"order {when} {order}"
    purchase = PURCHASE.replace("ORDER", id_)
    layer = script("dataLayer = [{ shop: 1 }]" if when == "after" else f"dataLayer = [{purchase}]")
    page.goto(shop(head=WATCH + layer, tag=both, path="/t/gtm-order.html"))
    if when == "after":
        assert page.evaluate(f"dataLayer.push({{ ecommerce: null }}, {purchase})") == 3
    [checkout] = tracks(settled(page, sandbox, 2))
    assert (checkout["event_name"], checkout["event_id"]) == ("checkout", id_)
    assert checkout["custom_data"] == ORDERED
    assert outcomes(page, "refused") == []


def test_what_tag_manager_says_to_itself_is_no_event(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    head = script("""dataLayer = [
      { "gtm.start": 1, event: "gtm.js" }, { event: "gtm.dom" }, { event: "gtm.load" }, { event: "gtag.config" },
      { event: "purchase", eventModel: { value: 1 } }, null, 7, "text", () => 1, [1], ["event", "x"], {}, { event: 5 },
    ]""")
    page.goto(shop(head=head, tag=TAG + adapters(), path="/t/gtm-own.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("dataLayer.push({ event: 'gtm.click' }, { event: 'login', method: 'mail' })")
    assert names(tracks(settled(page, sandbox, 2))) == ["login"]


def test_gtags_commands(page: Page, shop: OpenShop, sandbox: Sandbox, standard: None) -> None:
    before = script("""
      gtag("js", new Date());
      gtag("config", "G-1", { user_id: "u-42" });
      gtag("set", "user_data", {
        email: "jane@example.com", phone_number: "+351912345678",
        address: { first_name: "Jane", last_name: "Doe", city: "Lisbon", postal_code: "1100", country: "PT" } });
      gtag("event", "view_item", { value: 5, currency: "EUR", items: [{ item_id: "a" }], event_id: "adapted-v-1" });
    """)
    page.goto(shop(head=GTAG + before, tag=TAG + adapters(), path="/t/gtag.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("""() => {
      gtag("event", "conversion", { send_to: "AW-1/x", value: 1 });
      gtag("event", "purchase", { send_to: ["AW-1/x", "G-1"], transaction_id: "T_2" });
      gtag("get", "G-1", "client_id", () => {});
      gtag();
    }""")
    viewed, bought = tracks(settled(page, sandbox, 3))
    assert (viewed["event_name"], viewed["event_id"]) == ("view_content", "adapted-v-1")
    assert viewed["custom_data"]["content_ids"] == ["a"]
    assert bought["custom_data"] == {"order_id": "T_2"}
    for event in (viewed, bought):
        user = event["user_data"]
        assert user["external_id"] == [hashed("u-42")]
        assert user["em"] == [hashed("jane@example.com")]
        assert user["ph"] == [hashed("351912345678")]
        assert (user["fn"], user["ln"]) == ([hashed("jane")], [hashed("doe")])
        assert (user["ct"], user["zp"]) == ([hashed("lisbon")], [hashed("1100")])
        assert user["country"] == [hashed("pt")]


def test_a_hash_of_googles_is_taken_as_it_is_and_who_came_with_an_event_is_known_of_it(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(tag=TAG + adapters(), path="/t/gtm-user.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    pushed = {
        "event": "sign_up",
        "user_id": 42,
        "user_data": {
            "sha256_email_address": hashed("jane@example.com"),
            "sha256_phone_number": hashed("+351912345678"),
        },
    }
    page.evaluate("pushed => dataLayer.push(pushed)", pushed)
    [signed] = tracks(settled(page, sandbox, 2))
    assert signed["user_data"]["em"] == [hashed("jane@example.com")]
    assert signed["user_data"]["external_id"] == [hashed("42")]
    assert "ph" not in signed["user_data"]


@pytest.mark.parametrize("spa", [False, True], ids=["multi-page", "data-spa"])
def test_no_page_view_counts_twice(
    page: Page, shop: OpenShop, sandbox: Sandbox, standard: None, spa: bool
) -> None:
    before = script('gtag("event", "page_view"); dataLayer.push({ event: "pageview" })')
    tag = (SPA if spa else TAG) + adapters()
    page.goto(shop(head=GTAG + before, tag=tag, path="/t/gtm-pages.html") + "?utm_source=p#top")
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("""() => {
      history.replaceState({}, "", "/t/gtm-pages.html");
      gtag("event", "page_view");
      for (const name of ["one", "two", "one"]) {
        history.pushState({}, "", `/t/${name}.html`);
        document.title = name;
        dataLayer.push({ event: "page_view" });
        dataLayer.push({ event: "virtualPageview" });
      }
    }""")
    flush(page)
    visits = settled(page, sandbox, 4)
    assert {event["event_name"] for event in visits} == {"page_visit"}
    paths = [event["event_source_url"].rpartition("/")[2] for event in visits]
    assert sorted(paths) == ["gtm-pages.html?utm_source=p", "one.html", "one.html", "two.html"]


def test_a_page_view_says_its_own_address_and_title(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=GTAG, tag=TAG + adapters(), path="/t/gtm-view.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate(
        "gtag('event', 'page_view', { page_location: '/t/virtual?a=b#c', page_title: 'Step two' })"
    )
    step = next(e for e in settled(page, sandbox, 2) if "virtual" in e["event_source_url"])
    assert step["event_source_url"].endswith("/t/virtual?a=b")
    assert step["custom_data"]["content_name"] == "Step two"


PENDING = TAG.replace("async", 'async data-consent="pending"')


def test_consent_mode_is_the_visitors_choice(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    denied = '{ ad_storage: "denied", ad_user_data: "denied", analytics_storage: "denied" }'
    head = GTAG + script(f'gtag("consent", "default", {denied}); gtag("event", "held")')
    url = shop(head=WATCH + head, tag=PENDING + adapters(), path="/t/gtm-consent.html")
    page.goto(url)
    page.wait_for_function("outcomes.filter((each) => each.outcome === 'held').length === 2")
    assert sandbox.events() == []
    # Google's update names what it changes: advertising is still denied by default.
    page.evaluate("gtag('consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted' })")
    assert names(tracks(settled(page, sandbox, 2))) == ["held"]
    known = stored(page, "_edgee")["edgee_id"]

    # The next page begins with the same default, and undoes nothing.
    sandbox.clear()
    page.goto(url)
    page.wait_for_function("edgee.adapters && edgee.flush")
    settled(page, sandbox, 2)
    assert stored(page, "_edgee")["edgee_id"] == known

    page.evaluate("gtag('consent', 'update', { ad_storage: 'denied' })")
    page.evaluate("gtag('event', 'too late')")
    page.wait_for_function("outcomes.some((each) => each.reason === 'consent_denied')")
    assert stored(page, "_edgee")["consent"] == "denied"


@pytest.mark.parametrize(
    ("commands", "consent"),
    [
        ("gtag('consent', 'default', { ad_storage: 'granted' })", None),
        ("gtag('consent', 'default', { ad_storage: 'denied', region: ['PT'] })", "pending"),
        ("gtag('consent', 'update', { ad_storage: 'granted' })", "granted"),
        ("gtag('consent', 'update', { ad_storage: 'granted', ad_user_data: 'denied' })", "denied"),
        ("gtag('consent', 'update', { analytics_storage: 'granted' })", None),
        ("gtag('consent', 'update', { ad_storage: 'Denied' })", "denied"),
        ("gtag('consent', 'update', { ad_storage: undefined })", None),
        (
            "gtag('consent', 'update', { ad_storage: 'granted' });"
            "gtag('consent', 'default', { ad_storage: 'denied', ad_user_data: 'granted' })",
            "granted",
        ),
        (
            "gtag('consent', 'default', { ad_user_data: 'denied' });"
            "gtag('consent', 'update', { ad_storage: 'granted' })",
            "denied",
        ),
        (
            "gtag('consent', 'default', { ad_user_data: 'denied', region: ['PT'] });"
            "gtag('consent', 'update', { ad_storage: 'granted' })",
            "granted",
        ),
    ],
)
def test_what_googles_words_of_consent_mean(
    page: Page, shop: OpenShop, commands: str, consent: str | None
) -> None:
    page.goto(shop(head=GTAG, tag=TAG + adapters(), path="/t/gtm-words.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate(f"() => {{ {commands} }}")
    flush(page)
    assert stored(page, "_edgee").get("consent") == consent


def test_consent_commands_can_be_left_to_others(page: Page, shop: OpenShop) -> None:
    page.goto(shop(head=GTAG, tag=TAG + adapters(""), path="/t/gtm-apart.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("edgee.adapters.gtm({ consent: false })")
    page.evaluate("gtag('consent', 'update', { ad_storage: 'denied' })")
    flush(page)
    assert "consent" not in stored(page, "_edgee")


@pytest.mark.parametrize(
    "made", ["window.dataLayer = window.dataLayer || []", "var dataLayer = []"]
)
def test_the_pages_own_ways_with_its_data_layer_are_kept(
    page: Page, shop: OpenShop, sandbox: Sandbox, made: str
) -> None:
    head = script(f"{made}; dataLayer.push({{ event: 'one' }})")
    # Tag Manager comes later, puts its own push there, and answers as it likes.
    later = script("""
      const before = dataLayer.push;
      dataLayer.push = function () { before.apply(dataLayer, arguments); return "Tag Manager's"; };
      window.answer = dataLayer.push({ event: "two" });
      window.copy = [...dataLayer];
      dataLayer = [...copy, { event: "three" }];
    """)
    page.goto(shop(later, head=head, tag=adapters(how="") + TAG, path="/t/gtm-kept.html"))
    page.wait_for_function("edgee.flush && document.readyState === 'complete'")
    assert page.evaluate("[answer, dataLayer.length, dataLayer.push({ event: 'four' })]") == [
        "Tag Manager's",
        3,
        4,
    ]
    assert names(tracks(settled(page, sandbox, 5))) == ["one", "two", "three", "four"]
    assert page.evaluate("Object.keys(dataLayer)") == ["0", "1", "2", "3"]


def test_started_twice_it_hears_once(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    tags = TAG + adapters() + adapters("gtm segment")
    page.goto(shop(head=GTAG, tag=tags, path="/t/gtm-twice.html"))
    page.wait_for_function("edgee.adapters && edgee.flush && window.analytics")
    page.evaluate("edgee.adapters.gtm(); edgee.adapters.segment(); gtag('event', 'once')")
    page.evaluate("analytics.track('once more')")
    assert sorted(names(tracks(settled(page, sandbox, 3)))) == ["once", "once more"]


def test_another_name_of_the_data_layer(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    tag = TAG + adapters().replace("<script", '<script data-layer="layerOfOurs"')
    page.goto(
        shop(head=script("layerOfOurs = [{ event: 'one' }]"), tag=tag, path="/t/gtm-name.html")
    )
    page.wait_for_function("edgee.adapters && edgee.flush")
    assert names(tracks(settled(page, sandbox, 2))) == ["one"]
    assert page.evaluate("window.dataLayer") is None


def test_nothing_is_thrown_into_the_page(
    page: Page, shop: OpenShop, sandbox: Sandbox, errors: PageErrors
) -> None:
    head = script("""
      dataLayer = Object.freeze([{ event: "frozen" }, { get event() { throw Error("mine") } }]);
      analytics = Object.freeze({ track: () => "theirs", get page() { throw Error("mine") } });
      Object.freeze(Array.prototype);
    """)
    page.goto(shop(head=head, tag=TAG + adapters("gtm segment"), path="/t/adapters-hostile.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    assert page.evaluate("analytics.track('x')") == "theirs"
    page.evaluate("dataLayer = [{ event: 'next' }]; dataLayer.push({ event: 'last' })")
    assert (
        page.evaluate(
            "(() => { try { dataLayer.push({ get event() { throw Error('mine') } }); return 'kept' }"
            " catch (error) { return error.message } })()"
        )
        == "kept"
    )
    assert names(tracks(settled(page, sandbox, 4))) == ["frozen", "next", "last"]
    assert page.evaluate("[edgee.adapters.gtm(5), edgee.adapters.segment(null)]") == [None, None]


def test_a_page_without_the_script_goes_on_and_keeps_the_calls(page: Page, shop: OpenShop) -> None:
    page.goto(shop(head=GTAG, tag=adapters("gtm segment"), path="/t/adapters-alone.html"))
    page.wait_for_function("window.edgee && edgee.adapters")
    page.evaluate("gtag('event', 'one', { value: 1 }); analytics.track('two')")
    assert page.evaluate("JSON.parse(JSON.stringify(edgee))") == [
        [
            "track",
            {"name": "one", "properties": {"value": 1}},
        ],
        ["track", {"name": "two", "properties": {}}],
    ]


def heard(page: Page, url: str, said: str) -> list[list[Any]]:
    """What the adapters make of what a page says, where edgee's script has not come yet."""
    page.goto(url)
    page.wait_for_function("window.edgee && edgee.adapters")
    page.evaluate(f"() => {{ {said} }}")
    calls: list[list[Any]] = page.evaluate("JSON.parse(JSON.stringify(edgee))")
    return calls


def tracked(name: str, **properties: Any) -> list[Any]:
    return ["track", {"name": name, "properties": properties}]


def test_what_a_page_changes_later_was_heard_as_it_was(page: Page, shop: OpenShop) -> None:
    said = """
      const item = { item_id: "a", quantity: 1 };
      const added = { event: "add_to_cart", ecommerce: { items: [item] } };
      dataLayer.push(added);
      item.quantity = 2;
      dataLayer.push(added);
    """
    url = shop(tag=adapters(), path="/t/gtm-changed.html")
    once, twice = ({"item_id": "a", "quantity": quantity} for quantity in (1, 2))
    assert heard(page, url, said) == [
        tracked("add_to_cart", items=[once]),
        tracked("add_to_cart", items=[twice]),
    ]


def test_an_object_pushed_twice_before_counts_twice(page: Page, shop: OpenShop) -> None:
    head = script("const again = { event: 'again' }; dataLayer = [again, again]")
    url = shop(head=head, tag=adapters(), path="/t/gtm-again.html")
    assert heard(page, url, "dataLayer = [...dataLayer, { event: 'new' }]") == [
        tracked("again"),
        tracked("again"),
        tracked("new"),
    ]


def test_what_is_no_ecommerce_is_no_property(page: Page, shop: OpenShop) -> None:
    said = """dataLayer.push(
      { event: "text", ecommerce: "abc" }, { event: "list", ecommerce: [1, 2] }, { event: "none", ecommerce: null },
      { event: "empty", value: 5, ecommerce: { value: null } },
    )"""
    url = shop(tag=adapters(), path="/t/gtm-ecommerce.html")
    assert heard(page, url, said) == [
        tracked("text"),
        tracked("list"),
        tracked("none"),
        tracked("empty", value=5),
    ]


def test_gtags_currency_holds_for_the_events_that_name_none(page: Page, shop: OpenShop) -> None:
    said = """
      gtag("config", "G-1", { currency: "USD" });
      gtag("event", "one", { value: 1 });
      gtag("set", "currency", "EUR");
      gtag("event", "two", { value: 2 });
      gtag("event", "three", { value: 3, currency: "GBP" });
    """
    url = shop(head=GTAG, tag=adapters(), path="/t/gtag-currency.html")
    assert heard(page, url, said) == [
        tracked("one", value=1, currency="USD"),
        tracked("two", value=2, currency="EUR"),
        tracked("three", value=3, currency="GBP"),
    ]


def test_a_config_repeated_after_a_navigation_is_a_page_view(page: Page, shop: OpenShop) -> None:
    said = """
      history.replaceState({}, "", "?variant=1");
      gtag("config", "G-1");
      gtag("config", "AW-1");
      history.pushState({}, "", "/t/next.html?a=b");
      gtag("config", "G-1", { page_path: "/t/next.html" });
      gtag("config", "AW-1", { page_path: "/t/next.html" });
      history.pushState({}, "", "/t/quiet.html");
      gtag("config", "G-1", { send_page_view: false });
    """
    url = shop(head=GTAG, tag=adapters(), path="/t/gtag-config.html")
    [[method, view, *_]] = heard(page, url, said)
    assert method == "page"
    assert view["url"].endswith("/t/next.html?a=b")


def test_a_page_view_whose_address_is_none_is_where_the_page_is(page: Page, shop: OpenShop) -> None:
    said = """
      history.pushState({}, "", "/t/arrived.html");
      gtag("event", "page_view", { page_location: "http://[" });
    """
    url = shop(head=GTAG, tag=adapters(), path="/t/gtag-address.html")
    [[method, view, *_]] = heard(page, url, said)
    assert (method, view["url"].rpartition("/")[2]) == ("page", "arrived.html")


def test_a_page_view_that_tells_a_part_of_its_address_is_of_the_page_arrived_at(
    page: Page, shop: OpenShop
) -> None:
    said = """
      const { origin, pathname } = location;
      for (const search of ["?utm_source=p", "/?utm_source=p", "", "?other=1"])
        gtag("event", "page_view", { page_location: origin + pathname + search });
      history.pushState({}, "", "?page=2");
      gtag("event", "page_view");
    """
    url = shop(head=GTAG, tag=adapters(), path="/t/gtm-part.html") + "?utm_source=p&email=x#top"
    assert [view["url"].rpartition("?")[2] for _, view, *_ in heard(page, url, said)] == ["page=2"]


def test_a_hash_stands_in_for_an_empty_address(page: Page, shop: OpenShop) -> None:
    said = """dataLayer.push({ user_data: {
      email: "", sha256_email_address: "HASH", address: { first_name: "", sha256_first_name: "OTHER" } } })"""
    url = shop(tag=adapters(), path="/t/gtm-hash.html")
    [[_, user, _]] = heard(page, url, said)
    assert user == {"properties": {"email": "HASH", "first_name": "OTHER"}}


@pytest.mark.parametrize("number", ["T-9", 9])
def test_an_order_told_again_counts_once(
    page: Page, shop: OpenShop, sandbox: Sandbox, standard: None, number: object
) -> None:
    told = script(f"""
      dataLayer = [{{ event: "purchase", ecommerce: {{ transaction_id: {number!r}, value: 5, currency: "EUR" }} }}];
      analytics.track("Order Completed", {{ order_id: {number!r}, revenue: 5 }});
    """)
    url = shop(head=SNIPPET + told, tag=TAG + adapters("gtm segment"), path="/t/adapted-order.html")
    page.goto(url)
    page.wait_for_function("edgee.adapters && edgee.flush")
    [ordered] = tracks(settled(page, sandbox, 2))
    assert ordered["event_name"] == "checkout"
    assert str(number) not in ordered["event_id"].split("-")
    page.reload()
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("gtag = function () { dataLayer.push(arguments) }")
    page.evaluate("gtag('event', 'purchase', { transaction_id: 'another' })")
    first, second = tracks(settled(page, sandbox, 4))
    assert first["event_id"] == ordered["event_id"] != second["event_id"]


def test_an_orders_id_is_kept_once_consent_is_granted_and_for_as_long(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    tag = TAG.replace("async", 'async data-consent="pending"')
    page.goto(shop(tag=tag + adapters(), path="/t/adapted-consent.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    kept = "Object.keys(sessionStorage).filter((key) => key.startsWith('_edgee_order_'))"
    page.evaluate("dataLayer.push({ event: 'purchase', ecommerce: { transaction_id: 'T-held' } })")
    assert flush(page)["held"] == 2
    assert page.evaluate(kept) == []
    page.evaluate("edgee.consent('granted')")
    [ordered] = tracks(settled(page, sandbox, 2))
    assert page.evaluate(kept) == ["_edgee_order_T-held"]
    assert page.evaluate("sessionStorage['_edgee_order_T-held']") == ordered["event_id"]
    page.evaluate(
        "dataLayer.push({ event: 'purchase', ecommerce: { transaction_id: 'T-at-once' } })"
    )
    assert "_edgee_order_T-at-once" in page.evaluate(kept)
    page.evaluate("edgee.consent('denied')")
    page.evaluate(
        "dataLayer.push({ event: 'purchase', ecommerce: { transaction_id: 'T-denied' } })"
    )
    flush(page)
    assert page.evaluate(kept) == []


def test_orders_of_no_number_or_with_an_id_of_their_own_are_left_as_they_are(
    page: Page, shop: OpenShop
) -> None:
    said = """
      Object.defineProperty(window, "sessionStorage", { get() { throw Error("denied") } });
      dataLayer.push(
        { event: "purchase", event_id: "own", ecommerce: { transaction_id: "T" } },
        { event: "purchase" }, { event: "refund", ecommerce: { transaction_id: "T" } },
        { event: "purchase", ecommerce: { transaction_id: {} } },
        { event: "purchase", ecommerce: { transaction_id: "T" } });
      analytics.track("Order Completed", { order_id: "T" });
    """
    url = shop(head=SNIPPET, tag=adapters("gtm segment"), path="/t/adapted-orders.html")
    ids = [call[1]["properties"].get("event_id") for call in heard(page, url, said)]
    assert ids[:4] == ["own", None, None, None]
    assert ids[4] == ids[5] is not None


# Segment

#: What Segment's snippet does, but for loading the library.
SNIPPET = script("""
  window.analytics = window.analytics || [];
  analytics.invoked = true;
  analytics.methods = ["track", "identify", "page", "reset", "setAnonymousId", "ready", "on", "group", "alias"];
  analytics.factory = (method) => function (...args) {
    if (analytics.initialized) return analytics[method](...args);
    if (["track", "page", "identify"].includes(method)) {
      const { pathname: p, href: u, search: s } = location;
      args.push({ __t: "bpc", c: undefined, p, u, s, t: document.title, r: document.referrer });
    }
    analytics.push([method, ...args]);
    return analytics;
  };
  for (const method of analytics.methods) analytics[method] = analytics.factory(method);
""")

#: Segment's calls in all their forms, and the names or ids by which they are known at Pinterest.
FORMS = [
    ("track('Bare')", {"content_name": "Bare"}),
    ("track('With', { value: 5 })", {"content_name": "With", "value": "5"}),
    ("track('Callback', () => {})", {"content_name": "Callback"}),
    ("track('Both', { value: 6 }, () => {})", {"content_name": "Both", "value": "6"}),
    ("track('Null', null, { integrations: { All: true } })", {"content_name": "Null"}),
    (
        "track({ event: 'Whole', properties: { value: 7 } })",
        {"content_name": "Whole", "value": "7"},
    ),
    (
        "track('Ours', {}, { integrations: { All: false, 'Pinterest Conversions API': true } })",
        {"content_name": "Ours"},
    ),
]
LEFT_OUT = [
    "track('Not ours', {}, { integrations: { All: false } })",
    "track('Not we', {}, { integrations: { 'Pinterest Conversions API': false } })",
    "track('Theirs', {}, { integrations: { All: false, 'Pinterest Tag': {} } })",
    "track()",
    "track(7)",
    "group('g')",
]


@pytest.mark.parametrize("has", ["snippet", "nothing"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_every_form_of_track(
    page: Page, shop: OpenShop, sandbox: Sandbox, has: str, when: str
) -> None:
    calls = ";".join(f"analytics.{call}" for call, _ in FORMS) + ";"
    calls += ";".join(f"analytics.{call}" for call in LEFT_OUT)
    head = SNIPPET if has == "snippet" else adapters("segment", how="")
    body = script(calls) if when == "before" else ""
    page.goto(shop(body, head=head, tag=TAG + adapters("segment"), path="/t/segment-forms.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    if when == "after":
        page.evaluate(f"() => {{ {calls} }}")
    events = tracks(settled(page, sandbox, len(FORMS) + 1))
    assert [event["custom_data"] for event in events] == [custom for _, custom in FORMS]


def test_a_message_id_is_the_events_id_unless_the_event_has_its_own(
    page: Page, shop: OpenShop, sandbox: Sandbox, standard: None
) -> None:
    page.goto(shop(head=SNIPPET, tag=TAG + adapters("segment"), path="/t/segment-ids.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("""analytics
      .track("Order Completed", { order_id: "1", revenue: 25 }, { messageId: "adapted-m-1" })
      .track("Product Added", { event_id: "adapted-own" }, { messageId: "adapted-m-2" })""")
    ordered, added = tracks(settled(page, sandbox, 3))
    assert (ordered["event_name"], ordered["event_id"]) == ("checkout", "adapted-m-1")
    assert ordered["custom_data"] == {"order_id": "1", "value": "25"}
    assert (added["event_name"], added["event_id"]) == ("add_to_cart", "adapted-own")


def test_who_was_identified_is_known_of_what_follows_until_reset(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=SNIPPET, tag=TAG + adapters("segment"), path="/t/segment-user.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("""() => {
      analytics.setAnonymousId("a-7");
      analytics.track("anonymous");
      analytics.identify("u-42", { email: "jane@example.com" }, () => {});
      analytics.identify({ firstName: "Jane" });
      analytics.identify("somebody", {}, { integrations: { All: false } });
      analytics.track("known");
      analytics.reset();
      analytics.identify(7);
      analytics.track("by number");
    }""")
    anonymous, known, number = (e["user_data"] for e in tracks(settled(page, sandbox, 4)))
    assert anonymous["external_id"] == [hashed("a-7")]
    assert known["external_id"] == [hashed("u-42")]
    assert (known["em"], known["fn"]) == ([hashed("jane@example.com")], [hashed("jane")])
    assert number["external_id"] == [hashed("7")]
    assert "em" not in number


def test_segments_pages_are_counted_once(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    head = SNIPPET + script("analytics.page()")
    page.goto(shop(head=head, tag=TAG + adapters("segment"), path="/t/segment-pages.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("""() => {
      history.pushState({}, "", "/t/lamps.html");
      analytics.page("Catalogue", "Lamps", { keywords: ["light"] });
      analytics.page("Lamps");
      history.pushState({}, "", "/t/dune.html");
      analytics.page({ name: "Dune" }, { messageId: "adapted-p-1" });
    }""")
    visits = {e["event_source_url"].rpartition("/")[2]: e for e in settled(page, sandbox, 3)}
    assert set(visits) == {"segment-pages.html", "lamps.html", "dune.html"}
    lamps = {"content_name": "Lamps", "content_category": "Catalogue"}
    assert visits["lamps.html"]["custom_data"] == lamps
    assert visits["dune.html"]["custom_data"]["content_name"] == "Dune"
    assert visits["dune.html"]["event_id"] == "adapted-p-1"


def test_without_segment_callbacks_come(page: Page, shop: OpenShop) -> None:
    page.goto(shop(tag=adapters("segment", how="") + TAG, path="/t/segment-none.html"))
    called = """() => new Promise((done) => {
      const seen = [];
      const callback = (name) => () => { seen.push(name); if (seen.length === 3) done(seen); };
      analytics.ready(callback("ready"));
      analytics.on("track", callback("never"));
      analytics.track("x", {}, callback("track")).page(callback("page"));
    })"""
    assert page.evaluate(called) == ["ready", "track", "page"]


LIBRARY = (
    build.NPM_TESTS
    / "node_modules"
    / "@segment"
    / "analytics-next"
    / "dist"
    / "umd"
    / "standalone.js"
)


@pytest.mark.parametrize("first", ["adapter", "library"])
def test_segments_own_library_repeats_nothing(
    page: Page, shop: OpenShop, sandbox: Sandbox, first: str
) -> None:
    page.route(
        "**/v1/projects/KEY/settings", lambda route: route.fulfill(json={"integrations": {}})
    )
    open_to_all = {"access-control-allow-origin": "*"}
    page.route("**/v1/t", lambda route: route.fulfill(json={"success": True}, headers=open_to_all))
    page.route("**/segment.js", lambda route: route.fulfill(path=LIBRARY))
    head = script("""
      analytics._writeKey = "KEY";
      analytics._cdn = location.origin;
      window.done = [];
      analytics.on("track", (name) => done.push(name));
      analytics.track("queued", { value: 1 });
      analytics.track("bare");
      window.load = () => {
        const tag = document.createElement("script");
        tag.src = "/t/segment.js";
        document.head.append(tag);
      };
    """)
    tag = TAG + adapters("" if first == "library" else "segment")
    page.goto(shop(head=SNIPPET + head, tag=tag, path="/t/segment-real.html"))
    page.wait_for_function("edgee.adapters && edgee.flush")
    page.evaluate("load()")
    page.wait_for_function("done.length === 2 && !Array.isArray(analytics)")
    page.evaluate("edgee.adapters.segment()")
    live = "analytics.track('live', { value: 2 }).then((context) => context.event.properties)"
    assert page.evaluate(live) == {"value": 2}
    page.evaluate("analytics.track('bare')")
    said = ["live", "bare"] if first == "library" else ["queued", "bare", "live", "bare"]
    assert names(tracks(settled(page, sandbox, 1 + len(said)))) == said
    page.wait_for_function("done.length === 4")
    assert page.evaluate("done") == ["queued", "bare", "live", "bare"]
