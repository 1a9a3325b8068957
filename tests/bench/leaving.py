"""Which conversions arrive when the visitor leaves right after the call, and does not come back."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page

from tests.bench.order import marker
from tests.bench.report import Part, Table
from tests.bench.setting import Setting, median
from tests.bench.tools import NEXT, OURS, Tool, arrived

#: ms from the call to the visitor's going on to another page.
PAUSES = (0, 50, 200)
CLOSED = "tab closed"
STAYS = "stays"
WAYS = (*(f"{pause} ms" for pause in PAUSES), CLOSED, STAYS)

#: What has not come by then has not come.
PATIENCE_SECONDS = 4


@dataclass
class Visits:
    """By tool and way of leaving: the numbers of the orders. stayed holds ms to arrival."""

    orders: defaultdict[tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    stayed: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def visit(setting: Setting, tool: Tool, way: str, number: str) -> tuple[BrowserContext, Page]:
    """A visitor who was never here: orders as soon as the page has loaded, and leaves in one of the ways."""
    context = setting.browser.new_context(user_agent=setting.user_agent)
    page = context.new_page()
    pause = f"&pause={way.removesuffix(' ms')}" if way.endswith(" ms") else ""
    page.goto(f"{setting.origin}/order-{tool.name}.html?order={number}{pause}", wait_until="commit")
    if pause:
        page.wait_for_url(f"**/{NEXT}")
    else:
        page.wait_for_function("window.calledAt")
    if way == CLOSED:
        page.close()
    return context, page


def travelled(setting: Setting, tool: Tool, page: Page, number: str) -> float | None:
    """The ms from the call to its arrival, for a visitor who stays."""
    called = float(page.evaluate("calledAt"))
    if tool.name == OURS:
        delivered = page.evaluate("window.deliveredAt")
        return None if delivered is None else delivered - called
    came = setting.sink.arrived.get(number)
    return None if came is None else came * 1000 - called


def visit_all(setting: Setting, tools: Sequence[Tool], visits: Visits) -> None:
    """One visitor for each tool and way. The browser stays open until what can come has come."""
    contexts = []
    staying = []
    for way in WAYS:
        for tool in tools:
            number = marker()
            visits.orders[tool.name, way].append(number)
            context, page = visit(setting, tool, way, number)
            contexts.append(context)
            if way == STAYS:
                staying.append((tool, page, number))
    time.sleep(PATIENCE_SECONDS)
    for tool, page, number in staying:
        took = travelled(setting, tool, page, number)
        if took is not None:
            visits.stayed[tool.name].append(took)
    for context in contexts:
        context.close()


def measure(setting: Setting, tools: Sequence[Tool]) -> Part:
    """All tools in turn, in every way."""
    visits = Visits()
    for _ in range(setting.rounds.visits):
        visit_all(setting, tools, visits)
    rows = []
    for tool in tools:
        came = arrived(setting, tool)
        counts = (
            sum(number in came for number in visits.orders[tool.name, way]) for way in WAYS[:-1]
        )
        took = visits.stayed[tool.name]
        rows.append((tool.label, *map(str, counts), f"{median(took):.0f} ms" if took else "never"))
    columns = ("", *(f"left after {pause} ms" for pause in PAUSES), CLOSED, "stayed: arrival after")
    title = f"Conversions that arrive, of {setting.rounds.visits}, when the visitor leaves"
    return Part([Table(title, columns, rows, NOTE)])


NOTE = (
    "A first visit; the call is made as the page has loaded, then the visitor goes on to a page of the site "
    "without any tool, or closes the tab at once, and does not come back. Ours are counted at Pinterest's "
    "stand-in behind the relay, the others at the sink."
)
