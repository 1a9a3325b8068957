"""What one call costs the page's main thread, each timed alone: the page's clock has to be a fine one."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.order import ORDER
from tests.bench.report import Goal, Part, Table
from tests.bench.setting import Setting, median, percentile
from tests.bench.tools import OURS, Tool

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


def visit(setting: Setting, tool: Tool) -> list[float]:
    """The µs of each call of one visitor."""
    context = setting.browser.new_context(user_agent=setting.user_agent)
    page = context.new_page()
    page.goto(f"{setting.isolated}/tool-{tool.name}.html", wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    times: list[float] = page.evaluate(CALLS, ORDER)
    context.close()
    return times


def measure(setting: Setting, tools: Sequence[Tool]) -> Part:
    """All tools in turn."""
    times: dict[str, list[float]] = {tool.name: [] for tool in tools}
    for _ in range(setting.rounds.calls):
        for tool in tools:
            times[tool.name] += visit(setting, tool)
    rows = []
    for tool in tools:
        cost = times[tool.name]
        rows.append((tool.label, f"{median(cost):.0f} µs", f"{percentile(cost, 99):.0f} µs"))
    worst = percentile(times[OURS], 99) / 1000
    return Part(
        [Table("One call on the main thread", ("", "median", "p99"), rows, NOTE)],
        [Goal("track() on the main thread, p99", worst, 0.2, "ms")],
    )


NOTE = "Until the call returns; what a library does later is not in it. The same order object, 150 calls a visit."
