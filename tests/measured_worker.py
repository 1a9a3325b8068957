"""The built worker in a page of a test's, fed as the facade feeds it, and asked what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any
from urllib.parse import quote

import httpx2
from playwright.sync_api import Page

_NAME = "measured_worker.mjs"

#: Starts the worker, says hello once it listens, and resolves when its Python is ready.
_START = """
(address) => new Promise((resolve, reject) => {
  const worker = new Worker(address, { type: "module" });
  const waiting = {};
  const say = (message) => worker.postMessage(JSON.stringify({ now: Date.now(), ...message }));
  const heard = (word) => new Promise((resolve) => (waiting[word] = resolve));
  worker.onerror = () => reject("the worker does not start");
  worker.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.failed) reject(message.failed);
    for (const [word, value] of Object.entries(message)) waiting[word]?.(value);
  };
  heard("imported").then(() => {
    heard("ready").then(resolve);
    say({ hello: { endpoint: location.origin + "/_edgee", stored: {}, journal: [] } });
  });

  window.ask = (word, answer) => {
    worker.postMessage(word);
    return heard(answer);
  };
  // Resolves when all are answered for.
  window.feed = async (count, order) => {
    const page = { url: location.href, title: document.title, referrer: "" };
    const calls = Array.from({ length: count }, () => (
      { id: crypto.randomUUID(), at: Date.now(), method: "track", page, arguments: [order] }
    ));
    const flushed = heard("flushed");
    say({ calls });
    say({ flush: 1 });
    await flushed;
  };
  // ms of work in the worker for each of so many bursts of calls, less what it waited for the relay.
  window.work = async (bursts, count, order) => {
    const times = [];
    for (let burst = 0; burst < bursts; burst++) {
      const before = await ask("waited", "waited");
      const start = performance.now();
      await feed(count, order);
      const elapsed = performance.now() - start;
      times.push(elapsed - (await ask("waited", "waited")) + before);
    }
    return times;
  };
})
"""


@dataclass(frozen=True)
class Held:
    """heap and touched are bytes: of the wasm memory, and of those parts of it that were ever written to.

    references counts the JavaScript objects that Python holds.
    """

    heap: int
    touched: int
    references: int


class MeasuredWorker:
    """One worker, started in a page that is open at the relay's origin."""

    def __init__(self, page: Page, pages: Path, server: str) -> None:
        """pages is the folder that the server shows at its root."""
        self._page = page
        copyfile(Path(__file__).with_name(_NAME), pages / _NAME)
        manifest = httpx2.get(f"{server}/_edgee/manifest.json").json()
        [worker] = [path for path in manifest["first_visit"] if path.endswith("worker.mjs")]
        page.evaluate(_START, f"/{_NAME}?worker={quote(f'/_edgee/{worker}')}")

    def feed(self, count: int, order: dict[str, Any], at_once: int = 100) -> None:
        """Have so many calls delivered, some at once."""
        script = (
            "async ([times, at_once, order]) => { while (times--) await feed(at_once, order); }"
        )
        self._page.evaluate(script, [count // at_once, at_once, order])

    def work(self, bursts: int, count: int, order: dict[str, Any]) -> list[float]:
        """The ms of work for each of so many bursts of calls; the wait for the relay does not count."""
        script = "([bursts, count, order]) => work(bursts, count, order)"
        times: list[float] = self._page.evaluate(script, [bursts, count, order])
        return times

    def held(self) -> Held:
        """What it holds now."""
        measured = self._page.evaluate("ask('measure', 'measured')")
        return Held(measured["heap"], measured["touched"], measured["references"])
