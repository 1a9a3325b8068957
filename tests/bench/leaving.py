"""Which conversions arrive when the visitor leaves right after the call, and does not come back."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence

from playwright.sync_api import BrowserContext

from tests.bench.order import marker
from tests.bench.report import Part, Table
from tests.bench.setting import Setting
from tests.bench.tools import NEXT, Tool, arrived, order_page

#: ms from the call to the visitor's going on to another page; None closes the tab instead, at once.
WAYS = {
    "left after 0 ms": 0,
    "left after 50 ms": 50,
    "left after 200 ms": 200,
    "tab closed": None,
}

#: What has not come by then has not come.
PATIENCE_SECONDS = 3.5

#: By tool and way of leaving: the numbers of the orders.
Orders = defaultdict[tuple[str, str], list[str]]


def visit(setting: Setting, tool: Tool, pause: int | None, number: str) -> BrowserContext:
    """A visitor who was never here orders as soon as the page has loaded, and leaves."""
    context, page = order_page(setting, tool, number, pause)
    if pause is None:
        page.wait_for_function("window.calledAt")
        page.close()
    else:
        page.wait_for_url(f"**/{NEXT}")
    return context


def visit_all(setting: Setting, tools: Sequence[Tool], orders: Orders) -> list[BrowserContext]:
    """One visitor for each tool and way; their browsers stay open."""
    contexts = []
    for way, pause in WAYS.items():
        for tool in tools:
            number = marker()
            orders[tool.name, way].append(number)
            contexts.append(visit(setting, tool, pause, number))
    return contexts


def measure(setting: Setting, tools: Sequence[Tool]) -> Part:
    """All tools in turn, in every way."""
    orders: Orders = defaultdict(list)
    earlier: list[BrowserContext] = []
    for _ in range(setting.rounds.visits):
        latest = visit_all(setting, tools, orders)
        # A whole round later what could come has come.
        for context in earlier:
            context.close()
        earlier = latest
    time.sleep(PATIENCE_SECONDS)
    rows = []
    for tool in tools:
        came = arrived(setting, tool)
        counts = (sum(number in came for number in orders[tool.name, way]) for way in WAYS)
        rows.append((tool.label, *map(str, counts)))
    title = f"Conversions that arrive, of {setting.rounds.visits}, when the visitor leaves"
    return Part([Table(title, ("", *WAYS), rows, NOTE)])


NOTE = (
    "A first visit; the call is made as the page has loaded, then the visitor goes on to a page of the site "
    "without any tool, or closes the tab (some tens of ms after the call), and does not come back. Ours are "
    "counted at Pinterest's stand-in behind the relay, the others at the sink."
)
