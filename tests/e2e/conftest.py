"""The demo server, the browser and the sandbox, as every end-to-end test is given them."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    Route,
    sync_playwright,
)

from edgee_py.verify.chromium import launch_options
from tests.demo_server import SHOP, NotStarted, demo_server, tail
from tests.e2e.network import Network
from tests.e2e.pages import Elsewhere, OpenShop, opener
from tests.e2e.sandbox_client import Sandbox

SERVER_LOG = pytest.StashKey[Path]()


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the whole run."""
    browser = playwright.chromium.launch(**launch_options(playwright))
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def elsewhere() -> Iterator[Elsewhere]:
    """A web server of another origin, which the relay accepts events from."""
    with Elsewhere().serving() as server:
        yield server


@pytest.fixture(scope="package")
def way() -> Iterator[Network]:
    """A way to the demo server on which posts can be made to fail; see `network`."""
    with Network().serving() as network:
        yield network


@pytest.fixture(scope="package")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demo server serves: the shop, and what tests put beside it."""
    return Path(copytree(SHOP, tmp_path_factory.mktemp("pages"), dirs_exist_ok=True))


@pytest.fixture(scope="package")
def server(
    elsewhere: Elsewhere,
    way: Network,
    pages: Path,
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
) -> Iterator[str]:
    """The origin of a running demo server: relay, shop, inspector and sandbox."""
    folder = tmp_path_factory.mktemp("demo")
    log = pytestconfig.stash[SERVER_LOG] = folder / "output.txt"
    try:
        with demo_server(folder / "data", log, [elsewhere.origin, way.origin], pages) as origin:
            way.upstream = origin
            yield origin
    except NotStarted as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the server said."""
    report = yield
    log = item.config.stash.get(SERVER_LOG, None)
    if report.failed and log is not None:
        report.sections.append(("output of the demo server", tail(log)))
    return report


@pytest.fixture
def sandbox(server: str, browser: Browser) -> Iterator[Sandbox]:
    """The stand-in for Pinterest, emptied."""

    def pause(seconds: float) -> None:
        # Playwright hears from the browser, and answers it, only while the test is in a call to it.
        tabs = [tab for context in browser.contexts for tab in context.pages]
        if tabs:
            tabs[0].wait_for_timeout(seconds * 1000)
        else:
            time.sleep(seconds)

    client = Sandbox(server, pause)
    # What an earlier test has left in the relay's outbox comes now, or it would be counted here.
    client.clear()
    client.wait_for_outbox()
    client.clear()
    yield client
    client.close()


#: What a page says that loses the network while it loads or sends.
_WITHOUT_NETWORK = re.compile(
    "ERR_INTERNET_DISCONNECTED|ERR_NETWORK|Failed to fetch|no Python in this page"
)


@dataclass
class PageErrors:
    """What went wrong in the pages of one test. A test that provokes an error allows it."""

    seen: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)
    #: Whether the pages are offline by now.
    offline: bool = False

    def allow(self, pattern: str) -> None:
        """Let errors pass in which the regular expression is found."""
        self.allowed.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """The errors that no pattern allows."""
        return [e for e in self.seen if not any(p.search(e) for p in self.allowed)]

    def watch(self, context: BrowserContext) -> None:
        """Collect the console errors and uncaught exceptions of every page of a context.

        A page that has to go on without Python is one: else the relay's work would hide what broke.
        """
        context.on(
            "console",
            lambda m: (
                self._see(f"{m.text} ({m.location.get('url')})")
                if m.type == "error" or "no Python in this page" in m.text
                else None
            ),
        )
        context.on("weberror", lambda e: self._see(f"uncaught: {e.error}"))

    def _see(self, error: str) -> None:
        if not (self.offline and _WITHOUT_NETWORK.search(error)):
            self.seen.append(error)


@pytest.fixture
def without_python(errors: PageErrors) -> None:
    """For tests of pages that are to go on without Python."""
    errors.allow("no Python in this page")


@pytest.fixture
def errors() -> Iterator[PageErrors]:
    """The errors of this test's pages; at the end there must be none but those allowed."""
    collected = PageErrors()
    yield collected
    assert collected.unexpected() == []


@pytest.fixture
def new_context(
    browser: Browser, server: str, errors: PageErrors, network: Network
) -> Iterator[Any]:
    """Make further visitors: each context has cookies and storage of its own.

    They are gone before the network is another test's: until then their pages may still post.
    """
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=server, **options)
        errors.watch(context)
        contexts.append(context)
        return context

    yield make
    errors.offline = True
    for context in contexts:
        # What a page still sends as it goes would come while the next test is counting.
        with suppress(Error):  # closed by the test
            context.set_offline(True)
        context.close()


@pytest.fixture
def context(new_context: Any) -> BrowserContext:
    """A new visitor."""
    made: BrowserContext = new_context()
    return made


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A new visitor's first tab."""
    return context.new_page()


@pytest.fixture
def standard(context: BrowserContext) -> None:
    """The relay of a site with `event_names = "standard"`."""

    def serve(route: Route) -> None:
        response = route.fetch()
        text = response.text()
        assert text.count('"settings":{') == 1
        body = text.replace('"settings":{', '"settings":{"event_names":"standard",')
        route.fulfill(response=response, body=body)

    context.route("**/_edgee/sdk.js", serve)


@pytest.fixture
def shop(server: str, pages: Path, elsewhere: Elsewhere) -> OpenShop:
    """Publish a page of the test's own: `page.goto(shop("<p>…", path="/t/one.html"))`."""
    return opener(server, pages, elsewhere)


@pytest.fixture
def network(way: Network, server: str) -> Iterator[Network]:
    """The way to the demo server, with nothing wrong on it yet."""
    way.heal()
    yield way
    way.heal()


@pytest.fixture
def far(shop: OpenShop, server: str, network: Network) -> OpenShop:
    """Like `shop`; the page's way to its relay is `network`."""
    return lambda *body, **options: shop(*body, **options).replace(server, network.origin, 1)
