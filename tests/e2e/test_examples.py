"""The sites of docs/examples, each as its reader runs it: what a visitor does there arrives at Pinterest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from edgee_py.sandbox import RunningSandbox, serve
from edgee_py.testing.events import EdgeeEvents
from tests.clean import clean_environment
from tests.demo_server import ROOT, becomes_healthy, free_port, stop
from tests.document import fenced
from tests.e2e.axe import violations
from tests.e2e.conftest import PageErrors
from tests.e2e.journey import hashed

#: The numbers under which the examples know Jane.
CUSTOMERS = ("u-42", "1")
ORDER = {"value": 148, "currency": "EUR", "num_items": 1}


@pytest.fixture
def pinterest() -> Iterator[RunningSandbox]:
    """A stand-in for Pinterest of the test's own."""
    with serve() as sandbox:
        yield sandbox


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """The examples as they are in the repository, where they can write."""
    source = ROOT / "docs" / "examples"
    return Path(
        copytree(source, tmp_path / "examples", ignore=ignore_patterns("*.db*", "__pycache__"))
    )


@pytest.fixture
def run(examples: Path, pinterest: RunningSandbox) -> Iterator[Callable[[str], str]]:
    """Serve the application of a folder as docs/examples.md says; returns its origin."""
    running: list[subprocess.Popen[bytes]] = []

    def start(folder: str) -> str:
        port = free_port()
        app = command(folder)
        account = {"PINTEREST_ACCESS_TOKEN": "t", "PINTEREST_IS_TEST": "true"}
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning"],
            cwd=examples / folder,
            env={**clean_environment(), **account, "PINTEREST_API_BASE": pinterest.api_base},
        )
        running.append(process)
        assert becomes_healthy(f"http://127.0.0.1:{port}", process)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        stop(process)


@pytest.fixture
def page(browser: Browser, errors: PageErrors) -> Iterator[Page]:
    """A visitor of the example."""
    context = browser.new_context()
    errors.watch(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def events(page: Page, pinterest: RunningSandbox) -> Iterator[EdgeeEvents]:
    """What arrives."""
    events = EdgeeEvents(page, pinterest)
    yield events
    events.close()


def command(folder: str) -> str:
    """The application that docs/examples.md has uvicorn serve from a folder."""
    text = (ROOT / "docs" / "examples.md").read_text()
    [app] = re.findall(
        rf"cd docs/examples/{folder}(?: && |\n(?:\$ python .*\n)+\$ )uvicorn ([\w.:]+)", text
    )
    return str(app)


def count(events: EdgeeEvents, name: str) -> int:
    """How many events of a name there are once all have arrived."""
    events.settle()
    return sum(event["event_name"] == name for event in events.all())


def is_usable(page: Page) -> bool:
    """Whether everybody can use the page, in both colour schemes."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == []
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True


def stranger(event: dict[str, Any]) -> str:
    """The device's own id, as Pinterest gets it: all that tells of somebody who is not signed in."""
    user = event["user_data"]
    assert not {"em", "fn", "ln"} & set(user), user
    [external_id] = user["external_id"]
    assert external_id not in {hashed(each) for each in CUSTOMERS}
    return str(external_id)


def assert_counted_once(page: Page, events: EdgeeEvents, order_id: str) -> None:
    """The page after an order may be loaded anew, returned to and opened in another tab."""
    answer = page.reload()
    assert answer and "no-store" in answer.headers["cache-control"]
    page.get_by_role("link", name="All lamps").click()
    expect(page.get_by_role("button", name="Buy Dune")).to_be_visible()
    page.go_back()
    expect(page.locator("#order-id")).to_have_text(order_id)
    assert count(events, "checkout") == 1


def view_after_signing_out(
    page: Page, events: EdgeeEvents, *, has_script: bool = True
) -> dict[str, Any]:
    """Sign out; the page view after it. has_script: edgee's script has come when the page is left."""
    events.settle()
    before = {event["event_id"] for event in events.all()}
    if not has_script:
        page.route("**/_edgee/sdk.js", lambda route: route.fulfill(body=""))
        page.reload()
        assert page.evaluate("window.edgee") is None
        page.unroute("**/_edgee/sdk.js")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    events.settle()
    [view] = [event for event in events.all() if event["event_id"] not in before]
    return view


def test_the_starlette_shop(page: Page, run: Callable[[str], str], events: EdgeeEvents) -> None:
    origin = run("starlette")
    page.goto(origin)
    first = stranger(events.expect("page_visit", content_name="Lamps"))

    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("We do not know this address.")
    assert is_usable(page)
    page.get_by_label("E-mail").fill("jane@example.com")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert is_usable(page)
    page.get_by_role("button", name="Buy Dune").click()
    order_id = page.locator("#order-id").inner_text()
    assert is_usable(page)
    bought = events.expect("checkout", order_id=order_id, email="jane@example.com", **ORDER)
    assert bought["user_data"]["external_id"] == [hashed("u-42")]
    assert bought["user_data"]["fn"] == [hashed("jane")]
    assert bought["custom_data"]["contents"][0]["item_name"] == "Dune"
    events.expect("page_visit", content_name="Thank you", email="jane@example.com")

    assert bought["event_id"] == order_id
    assert_counted_once(page, events, order_id)

    assert stranger(view_after_signing_out(page, events, has_script=False)) != first, (
        "the device is forgotten, too"
    )


def test_the_django_shop(
    page: Page,
    run: Callable[[str], str],
    events: EdgeeEvents,
    examples: Path,
    errors: PageErrors,
) -> None:
    customer = {
        "DJANGO_SUPERUSER_USERNAME": "jane",
        "DJANGO_SUPERUSER_EMAIL": "jane@example.com",
        "DJANGO_SUPERUSER_PASSWORD": "half-light",
    }
    [*_, block] = [each.text for each in fenced("examples.md") if each.heading == "Run them"]
    commands = re.findall(r"^\$ python (manage\.py \w+)$", block, re.MULTILINE)
    assert len(commands) == 2
    for each in commands:
        subprocess.run(
            [sys.executable, *each.split(), "--no-input", "--verbosity", "0"],
            cwd=examples / "django",
            env={**os.environ, **customer},
            check=True,
        )
    origin = run("django")
    answer = page.goto(origin)
    assert answer
    policy = answer.headers["content-security-policy"]
    assert re.search(r"script-src 'nonce-[\w-]{20,}' 'wasm-unsafe-eval';", policy)
    first = stranger(events.expect("page_visit", content_name="Lamps · Halflight"))
    page.wait_for_function("performance.getEntriesByName('edgee:ready').length", timeout=60_000)

    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Username").fill("jane")
    assert is_usable(page)
    page.get_by_label("Password").fill("half-light")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert is_usable(page)
    page.get_by_role("button", name="Buy Dune").click()
    order_id = page.locator("#order-id").inner_text()
    assert is_usable(page)
    bought = events.expect("checkout", order_id=order_id, email="jane@example.com", **ORDER)
    assert bought["user_data"]["external_id"] == [hashed("1")]

    assert bought["event_id"] == order_id
    assert_counted_once(page, events, order_id)

    assert stranger(view_after_signing_out(page, events)) != first, "the device is forgotten, too"


def test_the_single_page_shop(page: Page, run: Callable[[str], str], events: EdgeeEvents) -> None:
    origin = run("single-page")
    loads: list[str] = []
    page.on(
        "request", lambda each: loads.append(each.url) if each.is_navigation_request() else None
    )
    page.goto(origin)
    first = stranger(events.expect("page_visit", event_source_url=f"{origin}/"))

    page.get_by_role("link", name="Dune").click()
    events.expect(
        "page_visit", content_name="Dune · Halflight", event_source_url=f"{origin}/lamps/dune"
    )
    assert is_usable(page)
    page.get_by_role("button", name="Put into the cart").click()
    events.expect("add_to_cart", value=148, currency="EUR")

    page.get_by_role("link", name="Account").click()
    page.get_by_label("E-mail").fill("jane@example.com")
    assert is_usable(page)
    page.get_by_role("button", name="Sign in").click()
    lead = events.expect("lead", email="jane@example.com")
    assert lead["user_data"]["external_id"] == [hashed("u-42")]

    page.get_by_role("link", name="Cart (1)").click()
    assert is_usable(page)
    page.get_by_role("button", name="Order for").click()
    order_id = page.locator("#order-id").inner_text()
    bought = events.expect("checkout", order_id=order_id, email="jane@example.com", **ORDER)
    assert bought["event_source_url"] == f"{origin}/cart"
    thanks = events.expect("page_visit", event_source_url=f"{origin}/thank-you")
    assert thanks["user_data"]["external_id"] == [hashed("u-42")]

    page.go_back()
    expect(page.get_by_role("heading", name="Your cart is empty")).to_be_visible()
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Onda").click()
    after = events.expect("page_visit", event_source_url=f"{origin}/lamps/onda")
    assert stranger(after) != first, "the device is forgotten, too"
    assert loads == [f"{origin}/"]

    page.goto(f"{origin}/lamps/constructor")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.goto(f"{origin}/lamps/onda")
    expect(page.get_by_role("heading", name="Onda")).to_be_visible()
    events.expect("page_visit", event_source_url=f"{origin}/lamps/onda")
