"""What the worker holds after many events, and what one event costs it."""

from __future__ import annotations

from tests.bench.order import ORDER
from tests.bench.report import Goal, Part, Table
from tests.bench.setting import BARE, Setting, median
from tests.measured_worker import Held, MeasuredWorker

#: Calls at once, for the cost of one: so many that passing messages does not count.
BURST = 100


def measure(setting: Setting) -> Part:
    """Start the worker in a page, feed it, and ask it now and then."""
    page = setting.browser.new_context().new_page()
    page.goto(f"{setting.isolated}/{BARE}")
    worker = MeasuredWorker(page, setting.pages, setting.isolated)
    rows = [_row("after the start", worker.held())]
    first, *alone = worker.work(setting.rounds.bursts, 1, ORDER)
    _, *bursts = worker.work(max(3, setting.rounds.bursts // 3), BURST, ORDER)
    fed = setting.rounds.bursts + max(3, setting.rounds.bursts // 3) * BURST
    for count in setting.rounds.events:
        worker.feed(max(0, count - fed), ORDER)
        fed = max(fed, count)
        rows.append(_row(f"after {fed:,} events", worker.held()))
    page.context.close()
    in_burst = median(bursts) / BURST
    costs = [
        ("in a burst of 100", f"{in_burst:.2f} ms"),
        ("alone, with its own post", f"{median(alone):.1f} ms"),
        ("the first one", f"{first:.0f} ms"),
    ]
    return Part(
        [
            Table(
                "Memory of the worker", ("", "wasm memory", "written to", "references"), rows, NOTE
            ),
            Table("Work for one event in the worker", ("", "median"), costs, COST_NOTE),
        ],
        [Goal("worker: one event, in a burst", in_burst, 1, "ms")],
    )


NOTE = (
    "`written to`: 4 KiB pages of the wasm memory that are not zero (freed memory stays written to, so it never "
    "shrinks; the ids of the last 10,000 calls are remembered). `references`: JavaScript objects that Python holds."
)
COST_NOTE = (
    "Everything from a page's message to its answer, the data layer, the mapping, hashing and JSON with it, but "
    "not the wait for the relay."
)


def _row(when: str, held: Held) -> tuple[str, ...]:
    heap, touched = f"{held.heap / 1e6:.2f} MB", f"{held.touched / 1e6:.2f} MB"
    return (when, heap, touched, str(held.references))
