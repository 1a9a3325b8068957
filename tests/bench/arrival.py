"""How long a call travels until it has arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from playwright.sync_api import Page

from tests.bench.order import marker, order
from tests.bench.report import Part, Table
from tests.bench.setting import Setting, median
from tests.bench.tools import OURS, Tool, order_page

#: What has not come by then has not come.
PATIENCE_MS = 8000
LOOK_MS = 20

#: Calls once more, under another number.
AGAIN = """
(order) => {
  window.deliveredAt = undefined;
  window.calledAt = Date.now();
  track(order);
}
"""

#: By tool: ms.
Times = defaultdict[str, list[float]]


def travel(setting: Setting, tool: Tool, page: Page, number: str) -> list[float]:
    """The ms from the page's latest call to its arrival; nothing where it does not arrive.

    Ours has arrived when the page knows that the relay has it on disk: more than the others are asked for.
    """
    for _ in range(PATIENCE_MS // LOOK_MS):
        if tool.name == OURS:
            came = page.evaluate("window.deliveredAt")
        else:
            came = setting.sink.arrived.get(number, 0) * 1000
        if came:
            return [came - page.evaluate("calledAt")]
        page.wait_for_timeout(LOOK_MS)
    return []


def visit(setting: Setting, tool: Tool, first: Times, later: Times) -> None:
    """A visitor who was never here orders as soon as the page has loaded, and again."""
    number = marker()
    context, page = order_page(setting, tool, number)
    page.wait_for_function("window.calledAt")
    first[tool.name] += travel(setting, tool, page, number)
    page.wait_for_timeout(300)
    number = marker()
    page.evaluate(AGAIN, order(number))
    later[tool.name] += travel(setting, tool, page, number)
    context.close()


def measure(setting: Setting, tools: Sequence[Tool]) -> Part:
    """All tools in turn."""
    first, later = Times(list), Times(list)
    for _ in range(setting.rounds.loads):
        for tool in tools:
            visit(setting, tool, first, later)
    rows = [(tool.label, *(_text(times[tool.name]) for times in (first, later))) for tool in tools]
    columns = ("", "as the page has loaded", "later")
    return Part([Table("From a call to its arrival, on a first visit", columns, rows, NOTE)])


NOTE = (
    "Medians. To the sink; ours until the page knows that the relay has the event on disk. On a first visit Python "
    "is loaded only when the page has loaded, and takes the call then."
)


def _text(times: list[float]) -> str:
    return f"{median(times):.0f} ms" if times else "never"
