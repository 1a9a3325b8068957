"""The benchmark table: what a visitor downloads, what the page's main thread pays, how fast events go.

`python3 build.py bench` builds first. Times are medians, in Chromium against a relay on this machine:
they tell one version from another, not what a visitor's network adds.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile, copytree

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

from edgee_py.call import Call
from edgee_py.call import Page as Snapshot
from edgee_py.pinterest.mapping import map_event
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.pipeline import Surroundings, take
from edgee_py.state import State
from tests.browser import launch_options
from tests.demo_server import ROOT, SHOP, demo_server
from tests.e2e.pages import TAG, document

Row = tuple[str, str]

VISITS = 5
DELIVERIES = 20
CALLS = 2000
POSTS = 200

#: What a shop tells of an order; the call that is measured everywhere.
ORDER = {
    "name": "Order Completed",
    "properties": {
        "order_id": "1001",
        "currency": "EUR",
        "value": 119.8,
        "email": "someone@shop.example",
        "products": [
            {"sku": "lamp-1", "name": "A lamp", "price": 39.9, "quantity": 2},
            {"sku": "lamp-2", "name": "Another lamp", "price": 40, "quantity": 1},
        ],
    },
}

#: Calls as fast as a page can make them, long enough for the clock's resolution; µs for one call.
COST_OF_A_CALL = """
(order) => {
  const times = [];
  for (let round = 0; round < 20; round++) {
    const start = performance.now();
    for (let call = 0; call < 10; call++) edgee.track(order);
    times.push((performance.now() - start) * 100);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}
"""

#: From the call to the news that the relay has the event on disk; ms.
DELIVERY = """
(order) => new Promise((resolve, reject) => {
  const start = performance.now();
  addEventListener("edgee:delivered", () => resolve(performance.now() - start), { once: true });
  addEventListener("edgee:refused", (event) => reject(event.detail.reason), { once: true });
  edgee.track(order);
})
"""


#: Starts a worker that says when its Python is ready: ours, given a page's first words, or stock Pyodide's.
START = """
([address, hello]) => new Promise((resolve) => {
  const start = performance.now();
  const worker = new Worker(address, { type: "module" });
  worker.onmessage = () => resolve(performance.now() - start);
  worker.postMessage(hello);
})
"""
HELLO = '{"hello": {"endpoint": "/_edgee", "stored": {}, "journal": []}}'

#: What anybody would write who runs such a data layer in Pyodide as it comes.
STOCK = """
import { loadPyodide } from "./pyodide.mjs";
const pyodide = await loadPyodide({ indexURL: new URL(".", import.meta.url).href });
pyodide.runPython("import dataclasses, datetime, decimal, enum, hashlib, json, re, urllib.parse, uuid");
postMessage("ready");
"""
STOCK_FILES = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)


def publish_stock(pages: Path) -> None:
    """Put stock Pyodide beside the shop's pages."""
    folder = pages / "stock"
    folder.mkdir()
    for name in STOCK_FILES:
        copyfile(ROOT / "web" / "node_modules" / "pyodide" / name, folder / name)
    (folder / "worker.mjs").write_text(STOCK)


def beside_stock(browser: Browser, origin: str) -> Iterator[Row]:
    """Our start of Python against stock Pyodide's, in turn: a visitor's first, and one with all cached."""
    manifest = httpx2.get(f"{origin}/_edgee/manifest.json").json()
    [ours] = [path for path in manifest["first_visit"] if path.endswith("worker.mjs")]
    addresses = {"ours": f"/_edgee/{ours}", "stock": "/stock/worker.mjs"}
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(VISITS):
        for name, address in addresses.items():
            page = browser.new_context().new_page()
            for visit in ("first visit", "reload"):
                page.goto(f"{origin}/privacy.html")
                took = float(page.evaluate(START, [address, HELLO]))
                times.setdefault((name, visit), []).append(took)
            page.context.close()
    for visit in ("first visit", "reload"):
        mine = statistics.median(times["ours", visit])
        theirs = statistics.median(times["stock", visit])
        value = f"{mine:.0f} ms / {theirs:.0f} ms = {mine / theirs:.2f}"
        yield f"worker to Python, {visit}, to stock", value


def sizes(origin: str) -> Iterator[Row]:
    """What a visitor downloads, as the relay sends it."""
    with httpx2.Client(
        base_url=f"{origin}/_edgee/", headers={"Accept-Encoding": "br"}, timeout=30
    ) as client:
        total = 0
        for path in client.get("manifest.json").json()["first_visit"]:
            with client.stream("GET", path) as response:
                response.raise_for_status()
                size = sum(len(chunk) for chunk in response.iter_raw())
            total += size
            yield f"{path.rpartition('/')[2]}, brotli", f"{size:,} B"
    yield "first visit, brotli", f"{total:,} B"


def median(measure: Callable[[], float], times: int) -> float:
    """The median of several measurements."""
    return statistics.median(measure() for _ in range(times))


def open_page(page: Page, url: str) -> tuple[float, float]:
    """Load the page; ms from the start of navigation to `edgee:loaded` and to `edgee:ready`."""
    page.goto(url)
    page.wait_for_function("performance.getEntriesByName('edgee:ready').length > 0")
    loaded, ready = page.evaluate(
        "['loaded', 'ready'].map((m) => performance.getEntriesByName('edgee:' + m)[0].startTime)"
    )
    return loaded, ready


def new_visitor(browser: Browser, url: str) -> Page:
    """A page of a visitor who was never here; at the URL is a page with nothing but the tag."""
    context = browser.new_context()
    html = document("", TAG)
    context.route(url, lambda route: route.fulfill(body=html, content_type="text/html"))
    return context.new_page()


def in_the_browser(browser: Browser, origin: str) -> Iterator[Row]:
    """What a page pays, and how long an event takes to the relay's disk."""
    url = f"{origin}/t/bench.html"
    first: list[tuple[float, float]] = []
    next_page: list[float] = []
    for _ in range(VISITS):
        page = new_visitor(browser, url)
        first.append(open_page(page, url))
        next_page.append(open_page(page, url)[1])
        page.context.close()
    yield "script ready to call, first visit", f"{statistics.median(t for t, _ in first):.0f} ms"
    yield "Python ready, first visit", f"{statistics.median(t for _, t in first):.0f} ms"
    yield "Python ready, next page", f"{statistics.median(next_page):.0f} ms"

    page = new_visitor(browser, url)
    open_page(page, url)
    page.evaluate("edgee.flush()")
    delivery = median(lambda: float(page.evaluate(DELIVERY, ORDER)), DELIVERIES)
    yield "track call to the relay's disk", f"{delivery:.1f} ms"
    yield "main thread, one track call", f"{page.evaluate(COST_OF_A_CALL, ORDER):.0f} µs"
    page.context.close()


def at_the_relay(origin: str) -> Iterator[Row]:
    """How long one post of one event takes."""
    with httpx2.Client(base_url=origin, headers={"User-Agent": "Mozilla/5.0 (bench)"}) as client:

        def post() -> float:
            event = {
                "event_name": "page_visit",
                "action_source": "web",
                "event_time": int(time.time()),
                "event_id": str(uuid.uuid4()),
                "event_source_url": f"{origin}/",
                "user_data": {},
            }
            start = time.perf_counter()
            answer = client.post("/_edgee/pinterest_capi", json={"data": [event]})
            elapsed = (time.perf_counter() - start) * 1000
            answer.raise_for_status()
            return elapsed

        yield "relay, one post of one event", f"{median(post, POSTS):.1f} ms"


def in_the_core() -> Iterator[Row]:
    """What the data layer and the mapping take for one call, in this Python."""
    around = Surroundings()
    settings = PinterestSettings()
    page = Snapshot(url="https://shop.example/thank-you?utm_source=pins", title="Thank you")
    state = State()
    now = int(time.time() * 1000)

    def one() -> float:
        nonlocal state
        call = Call(str(uuid.uuid4()), now, "track", (ORDER,), page)
        start = time.perf_counter()
        taken = take(state, call, around)
        for outcome in taken.outcomes:
            for event in outcome.events:
                map_event(event, settings)
        elapsed = (time.perf_counter() - start) * 1e6
        state = taken.state
        return elapsed

    yield "data layer and mapping, one call", f"{median(one, CALLS):.0f} µs"


def main() -> None:
    """Measure everything, printing each row as it is known."""

    def show(rows: Iterator[Row]) -> None:
        for name, value in rows:
            print(f"{name:<36}{value:>32}", flush=True)

    show(in_the_core())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data, log = Path(folder, "data"), Path(folder, "output.txt")
        pages = Path(copytree(SHOP, Path(folder, "pages")))
        publish_stock(pages)
        with demo_server(data, log, shop=pages) as origin:
            show(sizes(origin))
            show(at_the_relay(origin))
            browser = playwright.chromium.launch(**launch_options(playwright))
            show(in_the_browser(browser, origin))
            show(beside_stock(browser, origin))
            browser.close()


if __name__ == "__main__":
    main()
