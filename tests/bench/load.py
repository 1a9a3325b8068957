"""What a page's main thread pays for a tool while it loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import brotli  # type: ignore[import-untyped]
from playwright.sync_api import CDPSession

from tests.bench.report import Goal, Part, Table
from tests.bench.setting import Setting, median
from tests.bench.tools import NOTHING, OURS, Tool

#: How long after its load a page is watched.
WATCHED_MS = 2000

WATCH_LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: "longtask", buffered: true });
"""


@dataclass
class Load:
    """Milliseconds, one of each a visit."""

    task: list[float] = field(default_factory=list)
    script: list[float] = field(default_factory=list)
    long: list[list[float]] = field(default_factory=list)


def spent(session: CDPSession) -> tuple[float, float]:
    """The ms of processor time of the main thread's tasks, and of its scripts."""
    metrics = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    return metrics["TaskDuration"] * 1000, metrics["ScriptDuration"] * 1000


def visit(setting: Setting, name: str, load: Load) -> None:
    """A visitor who was never here loads the page, and stays."""
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
    context.close()


def measure(setting: Setting, tools: Sequence[Tool]) -> Part:
    """All tools in turn, and the page with none of them: what it costs is taken off."""
    loads = {name: Load() for name in (NOTHING, *(tool.name for tool in tools))}
    for _ in range(setting.rounds.loads):
        for name, load in loads.items():
            visit(setting, name, load)
    empty = loads[NOTHING]
    alone = (f"{median(empty.task):.0f} ms", f"{median(empty.script):.0f} ms", *_long_tasks(empty))
    rows: list[tuple[str, ...]] = [("(the page alone)", "", "", *alone)]
    rows += [_row(tool, loads[tool.name], empty) for tool in tools]
    columns = ("", "raw", "brotli", "main thread", "script", "long tasks", "longest")
    return Part(
        [Table("Bytes of the script, and a page's load with it", columns, rows, NOTE)],
        [Goal("long tasks (over 50 ms), median for a page", _number(loads[OURS]), 0)],
    )


NOTE = (
    "Ours loads its line to Python (python.mjs, see above) when the page is idle. "
    "`main thread` is the processor time of the page's tasks until 2 s after load, `script` the part spent in "
    "scripts, both less the same page's without any tool; `long tasks` (over 50 ms) are the median number for a "
    "page, `longest` the longest of all."
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
    )
