"""`?_edgeedebug=true`: what the console and the small window over the page say, and what they leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.demo_server import demo_server
from tests.e2e.journey import WATCH, flush
from tests.e2e.pages import TAG, OpenShop, document
from tests.e2e.sandbox_client import Sandbox

PENDING = TAG.replace("src=", 'data-consent="pending" src=')
SECRET = "open-sesame-open-sesame"
ON, OFF = "?_edgeedebug=true", "?_edgeedebug=false"


#: Notes what is written to the console, and goes on writing.
LISTEN = """window.said = {groups: [], lines: []};
for (const [name, list] of [["groupCollapsed", "groups"], ["log", "lines"], ["warn", "lines"]]) {
  const write = console[name].bind(console);
  console[name] = (...words) => { said[list].push(words.map((each) => JSON.stringify(each)).join(" ")); write(...words); };
}"""


class Console:
    """What a page's console shows since it was loaded: titles of groups, and lines."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.add_init_script(LISTEN)

    @property
    def groups(self) -> list[str]:
        found: list[str] = self._page.evaluate("said.groups")
        return found

    @property
    def lines(self) -> list[str]:
        found: list[str] = self._page.evaluate("said.lines")
        return [line.replace('\\"', '"') for line in found]

    def wait_for(self, text: str) -> str:
        """The group whose title holds a text, once it is there."""
        self._page.wait_for_function(
            "text => said.groups.some((each) => each.replaceAll('\\\\', '').includes(text))",
            arg=text,
        )
        return next(each for each in self.groups if text in each.replace("\\", ""))


@pytest.fixture
def console(page: Page) -> Console:
    return Console(page)


def test_a_group_for_each_call_and_its_outcome(
    page: Page, shop: OpenShop, sandbox: Sandbox, console: Console
) -> None:
    page.goto(shop() + ON)
    page.evaluate("""edgee.user({user_id: "u-42", properties: {email: "jane@example.com"}})
        .track({name: "Order Completed", properties: {value: 5, colour: "red"}}).track({})""")
    flush(page)
    assert "custom delivered" in console.wait_for('track("Order Completed")')
    assert "refused" in console.wait_for("track()")
    assert "page_visit delivered" in console.wait_for("data layer")
    said = "\n".join(console.lines)
    assert "Pinterest has no place for: colour." in said
    assert '"event_name":"custom"' in said
    assert "Give the event a name" in said
    assert "jane" not in said
    assert "u-42" not in said


def test_the_flag_lasts_until_it_is_taken_back(
    page: Page, shop: OpenShop, sandbox: Sandbox, console: Console
) -> None:
    window = page.locator("edgee-debug")
    page.goto(shop() + ON)
    expect(window).to_be_attached()
    other = shop(path="/t/other.html")
    page.goto(other)
    expect(window).to_be_attached()
    page.goto(other + OFF)
    flush(page)
    expect(window).to_have_count(0)
    page.goto(other)
    flush(page)
    expect(window).to_have_count(0)
    assert console.groups == []


def test_a_script_that_cleans_the_address_does_not_hide_the_flag(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    clean = "<script>history.replaceState(null, '', location.pathname)</script>"
    page.goto(shop(head=clean) + ON)
    expect(page.locator("edgee-debug")).to_be_attached()


def test_the_small_window_counts_and_says_why(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop() + ON)
    page.evaluate("edgee.track('one').track({})")
    flush(page)
    window = page.locator("edgee-debug")
    expect(window.locator(".counts")).to_contain_text("2 sent")
    expect(window.locator(".counts")).to_contain_text("1 refused")
    window.locator(".title").click()
    expect(window.locator("li", has_text='track("one") → custom')).to_contain_text("delivered")
    expect(window.locator("li", has_text="Give the event a name")).to_have_count(1)
    expect(window.get_by_text("Open the inspector")).to_be_visible()
    window.get_by_text("Switch debugging off").click()
    expect(window).to_have_count(0)
    page.goto(shop(path="/t/next.html"))
    flush(page)
    expect(window).to_have_count(0)


def test_the_small_window_leaves_the_page_alone(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    body = "<main><p>Text</p><button>Buy</button></main><style>* {color: red !important}</style>"
    page.goto(shop(body) + ON)
    window = page.locator("edgee-debug")
    expect(window.locator(".title")).to_be_visible()
    assert page.evaluate("[...document.body.children].map((each) => each.localName).join()") == (
        "main,style"
    )
    assert page.evaluate("document.activeElement === document.body")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert window.locator(".title").evaluate("each => getComputedStyle(each).color") != (
        "rgb(255, 0, 0)"
    )
    window.locator(".title").focus()
    page.keyboard.press("Enter")
    expect(window.locator("ol")).to_be_visible()
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)


def test_a_policy_without_inline_styles_is_no_obstacle(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    policy = '<meta http-equiv="Content-Security-Policy" content="style-src \'none\'">'
    page.goto(shop(head=policy) + ON)
    position = page.locator("edgee-debug section").evaluate(
        "each => getComputedStyle(each.getRootNode().host).position"
    )
    assert position == "fixed"


def test_it_moves_out_of_the_way_and_closes(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop() + ON)
    window = page.locator("edgee-debug")
    before = window.locator("section").bounding_box()
    window.get_by_label("Move to the next corner").click()
    assert window.locator("section").bounding_box() != before
    window.get_by_label("Close").click()
    expect(window).to_have_count(0)


def test_without_the_flag_a_refusal_and_a_hold_are_one_line_each(
    page: Page, shop: OpenShop, sandbox: Sandbox, console: Console
) -> None:
    page.goto(shop(tag=PENDING))
    page.evaluate("edgee.track('one').track('two').track({})")
    flush(page)
    held = [line for line in console.lines if "held" in line]
    refused = [line for line in console.lines if "refused" in line]
    assert len(held) == 1
    assert 'edgee.consent("granted")' in held[0]
    assert len(refused) == 1
    assert "Give the event a name" in refused[0]
    assert console.groups == []


def test_data_debug_writes_to_the_console_and_shows_no_window(
    page: Page, shop: OpenShop, sandbox: Sandbox, console: Console
) -> None:
    page.goto(shop(tag=TAG.replace("src=", "data-debug src=")))
    flush(page)
    console.wait_for("data layer")
    expect(page.locator("edgee-debug")).to_have_count(0)


def test_without_python_the_relay_tells_what_it_made_of_the_calls(
    page: Page, shop: OpenShop, sandbox: Sandbox, console: Console, without_python: None
) -> None:
    page.add_init_script("delete window.SharedWorker; delete window.Worker")
    page.goto(shop() + ON)
    page.evaluate("edgee.track({name: 'raw', properties: {email: 'jane@example.com'}}).track({})")
    flush(page)
    assert "custom delivered" in console.wait_for('track("raw")')
    window = page.locator("edgee-debug")
    expect(window.locator(".counts")).to_contain_text("2 sent")
    window.locator(".title").click()
    expect(window.locator("p")).to_contain_text("No Python in this page")
    assert "jane" not in "\n".join(console.lines)


def test_a_page_whose_console_is_half_there_goes_on(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=WATCH + "<script>window.console = {log() {}}</script>") + ON)
    page.evaluate("edgee.track('fine').track({})")
    assert flush(page)["delivered"] == 2
    expect(page.locator("edgee-debug .counts")).to_contain_text("1 refused")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A relay whose inspector needs a secret, as in production."""
    folder = tmp_path_factory.mktemp("guarded")
    pages = folder / "pages"
    pages.mkdir()
    (pages / "index.html").write_text(document("", TAG))
    with demo_server(folder / "data", folder / "log", shop=pages, secret=SECRET) as origin:
        yield origin


def visit(context: BrowserContext, url: str) -> tuple[Page, list[str]]:
    """A page that has been used, and what it has asked the server for."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(url)
    page.evaluate("edgee.track('one')")
    flush(page)
    page.wait_for_timeout(1000)
    page.evaluate("edgee.track('two')")
    flush(page)
    page.wait_for_timeout(500)
    return page, asked


def test_in_production_visitors_load_nothing_of_it_and_tell_the_inspector_nothing(
    new_context: Any, guarded: str
) -> None:
    page, asked = visit(new_context(), guarded)
    assert not [url for url in asked if "debug.mjs" in url or "/inspector" in url]
    assert page.locator("edgee-debug").count() == 0


def test_in_production_the_flag_alone_tells_the_inspector_nothing(
    new_context: Any, guarded: str
) -> None:
    page, asked = visit(new_context(), f"{guarded}/{ON}")
    assert len([url for url in asked if url.endswith("/inspector/calls")]) == 1
    expect(page.locator("edgee-debug .counts")).to_contain_text("3 sent")
    page.locator("edgee-debug .title").click()
    expect(page.locator("edgee-debug").get_by_text("Open the inspector")).to_be_hidden()


def test_in_production_whoever_has_opened_the_inspector_sees_their_own_calls(
    new_context: Any, guarded: str
) -> None:
    context = new_context()
    inspector = context.new_page()
    inspector.goto(f"{guarded}/_edgee/inspector?secret={SECRET}")
    expect(inspector.locator("#connection")).to_have_text("Live")
    page, _ = visit(context, f"{guarded}/{ON}")
    page.evaluate("edgee.track({})")
    expect(inspector.locator("#events > li", has_text='track("two")').first).to_be_visible()
    expect(inspector.locator("#events > li", has_text="Give the event a name")).to_have_count(1)
    page.locator("edgee-debug .title").click()
    expect(page.locator("edgee-debug").get_by_text("Open the inspector")).to_be_visible()
