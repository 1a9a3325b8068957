"""What a page's main thread pays for a tool while it loads, and how long a later call travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import brotli  # type: ignore[import-untyped]
from playwright.sync_api import CDPSession, Page

from tests.bench.order import marker, order
from tests.bench.report import Goal, Part, Table
from tests.bench.setting import Setting, median
from tests.bench.tools import NOTHING, OURS, Tool, order_page

#: How long after its load a page is watched.
WATCHED_MS = 2000
PATIENCE_MS = 8000

WATCH_LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: "longtask", buffered: true });
"""

#: From the call to the news that the relay has the event on disk: more than the others are asked for; ms.
DELIVERY = """
(order) => new Promise((resolve, reject) => {
  const start = performance.now();
  addEventListener("edgee:delivered", () => resolve(performance.now() - start), { once: true });
  addEventListener("edgee:refused", (event) => reject(event.detail.reason), { once: true });
  edgee.track(order);
})
"""

CALL = "(order) => { const at = Date.now(); track(order); return at; }"


@dataclass
class Load:
    """Milliseconds, one of each a visit."""

    task: list[float] = field(default_factory=list)
    script: list[float] = field(default_factory=list)
    long: list[list[float]] = field(default_factory=list)
    travel: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)


def spent(session: CDPSession) -> tuple[float, float]:
    """The ms of processor time of the main thread's tasks, and of its scripts."""
    metrics = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    return metrics["TaskDuration"] * 1000, metrics["ScriptDuration"] * 1000


def travel(setting: Setting, page: Page, tool: str) -> float | None:
    """The ms from a call to its arrival; None where it does not arrive."""
    number = marker()
    if tool == OURS:
        return float(page.evaluate(DELIVERY, order(number)))
    called = float(page.evaluate(CALL, order(number)))
    for _ in range(PATIENCE_MS // 20):
        if number in setting.sink.arrived:
            return setting.sink.arrived[number] * 1000 - called
        page.wait_for_timeout(20)
    return None


def first_travel(setting: Setting, tool: Tool) -> float | None:
    """The ms from a call as the page has loaded, on a first visit, to its arrival; None where it does not."""
    number = marker()
    context, page = order_page(setting, tool, number)
    page.wait_for_function("window.calledAt")
    found = None
    for _ in range(PATIENCE_MS // 20):
        if tool.name == OURS:
            found = page.evaluate("window.deliveredAt")
        elif number in setting.sink.arrived:
            found = setting.sink.arrived[number] * 1000
        if found is not None:
            break
        page.wait_for_timeout(20)
    took = None if found is None else found - page.evaluate("calledAt")
    context.close()
    return took


def visit(setting: Setting, name: str, load: Load) -> None:
    """A visitor who was never here: loads the page, stays, and then orders."""
    context = setting.browser.new_context(user_agent=setting.user_agent)
    page = context.new_page()
    session = context.new_cdp_session(page)
    # The thread's own time: what else the machine does, does not count.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(WATCH_LONG_TASKS)
    page.goto(f"{setting.origin}/tool-{name}.html", wait_until="load")
    page.wait_for_timeout(WATCHED_MS)
    task, script = spent(session)
    load.task.append(task)
    load.script.append(script)
    load.long.append(page.evaluate("longTasks"))
    if name != NOTHING and (took := travel(setting, page, name)) is not None:
        load.travel.append(took)
    context.close()


def measure(setting: Setting, tools: Sequence[Tool]) -> Part:
    """All tools in turn, and the page with none of them: what it costs is taken off."""
    loads = {name: Load() for name in (NOTHING, *(tool.name for tool in tools))}
    for _ in range(setting.rounds.loads):
        for name, load in loads.items():
            visit(setting, name, load)
        for tool in tools:
            if (took := first_travel(setting, tool)) is not None:
                loads[tool.name].first.append(took)
    empty = loads[NOTHING]
    alone = (f"{median(empty.task):.0f} ms", f"{median(empty.script):.0f} ms", *_long_tasks(empty))
    rows: list[tuple[str, ...]] = [("(the page alone)", "", "", *alone)]
    rows += [_row(tool, loads[tool.name], empty) for tool in tools]
    columns = (
        "",
        "raw",
        "brotli",
        "main thread",
        "script",
        "long tasks",
        "longest",
        "call to arrival",
    )
    return Part(
        [Table("A page with it: bytes, load, and a later call", columns, rows, NOTE)],
        [Goal("long tasks (over 50 ms) on the main thread", _number(loads[OURS]), 0)],
    )


NOTE = (
    "Bytes of the script in the page; ours loads its line to Python (python.mjs, see above) when the page is "
    "idle. `main thread` is the processor time of its tasks until 2 s after load, `script` the part spent in "
    "scripts, both less the same page's without any tool; `long tasks` (over 50 ms) are the median number for a "
    "page, `longest` the longest of all. `call to arrival` is of one call with everything loaded: to the sink, "
    "and for ours until the page knows that the relay has the event on disk."
)


def _number(load: Load) -> float:
    return median([len(tasks) for tasks in load.long])


def _long_tasks(load: Load) -> tuple[str, str]:
    long = [task for tasks in load.long for task in tasks]
    return f"{_number(load):.0f}", f"{max(long):.0f} ms" if long else ""


def _row(tool: Tool, load: Load, empty: Load) -> tuple[str, ...]:
    return (
        tool.label,
        f"{len(tool.script):,} B",
        f"{len(brotli.compress(tool.script)):,} B",
        f"{median(load.task) - median(empty.task):.0f} ms",
        f"{median(load.script) - median(empty.script):.0f} ms",
        *_long_tasks(load),
        f"{median(load.travel):.0f} ms",
    )
