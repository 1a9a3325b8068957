"""What one call costs the page's main thread, each timed alone: the page's clock has to be a fine one."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.order import ORDER
from tests.bench.report import Goal, Part, Table
from tests.bench.setting import Setting, median, percentile
from tests.bench.tools import NOTHING, OURS, Tool

#: What a page without any tool does instead: what it costs to keep one call on the device, and no more.
STORE = "window.track = (order) => localStorage.setItem('order', JSON.stringify(order))"

#: µs of each call, with a pause after each: pages do not make hundreds in a row.
CALLS = """
async (order) => {
  const times = [];
  for (let call = 0; call < 150; call++) {
    const start = performance.now();
    track(order);
    times.push((performance.now() - start) * 1000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return times;
}
"""

#: The libraries have loaded what they load by then.
SETTLED_MS = 1000


def visit(setting: Setting, name: str) -> list[float]:
    """The µs of each call of one visitor."""
    context = setting.browser.new_context(user_agent=setting.user_agent)
    page = context.new_page()
    page.goto(f"{setting.isolated}/tool-{name}.html", wait_until="load")
    if name == NOTHING:
        page.evaluate(STORE)
    page.wait_for_timeout(SETTLED_MS)
    times: list[float] = page.evaluate(CALLS, ORDER)
    context.close()
    return times


def measure(setting: Setting, tools: Sequence[Tool]) -> Part:
    """All tools in turn."""
    labels = {NOTHING: "(localStorage.setItem alone)"} | {tool.name: tool.label for tool in tools}
    times: dict[str, list[float]] = {name: [] for name in labels}
    for _ in range(setting.rounds.calls):
        for name in labels:
            times[name] += visit(setting, name)
    rows = [
        (labels[name], f"{median(cost):.0f} µs", f"{percentile(cost, 99):.0f} µs")
        for name, cost in times.items()
    ]
    worst = percentile(times[OURS], 99) / 1000
    return Part(
        [Table("One call on the main thread", ("", "median", "p99"), rows, NOTE)],
        [Goal("track() on the main thread, p99", worst, 0.2, "ms")],
    )


NOTE = (
    "Until the call returns; what a library does later is not in it. The same order object, 150 calls a visit, 10 ms "
    "apart. The first row is what this machine takes to store the order object, without any tool."
)
