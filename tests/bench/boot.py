"""Our Python in the browser against stock Pyodide: how soon it runs, and what a visitor downloads for it."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copyfile

import brotli  # type: ignore[import-untyped]
import httpx2
from playwright.sync_api import Browser, Page

from tests.bench.report import Goal, Part, Table
from tests.bench.setting import BARE, Setting, median
from tests.e2e.pages import TAG, document
from web.tools.steps import BUILD, WEB, digest

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
PYODIDE = WEB / "node_modules" / "pyodide"
STOCK_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")

VISITS = ("first visit", "reload")


def publish_stock(pages: Path) -> None:
    """Put stock Pyodide beside the shop's pages."""
    folder = pages / "stock"
    folder.mkdir()
    for name in (*STOCK_FILES, "pyodide-lock.json"):
        copyfile(PYODIDE / name, folder / name)
    (folder / "worker.mjs").write_text(STOCK)


def starts(setting: Setting, paths: list[str]) -> dict[tuple[str, str], list[float]]:
    """The ms from a worker's start to its Python, in turn: a visitor's first, and one with all cached."""
    [ours] = [path for path in paths if path.endswith("worker.mjs")]
    addresses = {"ours": f"/_edgee/{ours}", "stock": "/stock/worker.mjs"}
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(setting.rounds.boots):
        for name, address in addresses.items():
            page = setting.browser.new_context().new_page()
            for visit in VISITS:
                page.goto(f"{setting.origin}/{BARE}")
                took = float(page.evaluate(START, [address, HELLO]))
                times.setdefault((name, visit), []).append(took)
            page.context.close()
    return times


def marks(page: Page, url: str) -> tuple[float, float]:
    """Load the page; ms from the start of navigation to `edgee:loaded` and to `edgee:ready`."""
    page.goto(url)
    page.wait_for_function("performance.getEntriesByName('edgee:ready').length > 0")
    loaded, ready = page.evaluate(
        "['loaded', 'ready'].map((m) => performance.getEntriesByName('edgee:' + m)[0].startTime)"
    )
    return loaded, ready


def visits(browser: Browser, url: str, count: int) -> list[tuple[float, float, float]]:
    """For visitors who were never here: script ready, Python ready, Python ready on their next page."""
    found = []
    for _ in range(count):
        page = browser.new_context().new_page()
        loaded, ready = marks(page, url)
        page.wait_for_timeout(300)
        found.append((loaded, ready, marks(page, f"{url}?next")[1]))
        page.context.close()
    return found


def sent(origin: str, paths: list[str]) -> dict[str, int]:
    """The bytes of each file as the relay sends it to a browser."""
    sizes = {}
    headers = {"Accept-Encoding": "br"}
    with httpx2.Client(base_url=f"{origin}/_edgee/", headers=headers, timeout=30) as client:
        for path in paths:
            with client.stream("GET", path) as response:
                response.raise_for_status()
                sizes[path.rpartition("/")[2]] = sum(len(chunk) for chunk in response.iter_raw())
    return sizes


def stock_sizes() -> dict[str, int]:
    """The bytes of stock Pyodide's files at brotli 11; kept in build/, for it takes half a minute."""
    files = [PYODIDE / name for name in STOCK_FILES]
    kept = BUILD / f"stock-{digest(files, PYODIDE)[:16]}.json"
    if not kept.is_file():
        kept.write_text(
            json.dumps({file.name: len(brotli.compress(file.read_bytes())) for file in files})
        )
    sizes: dict[str, int] = json.loads(kept.read_text())
    return sizes


def size_table(ours: dict[str, int], stock: dict[str, int]) -> Table:
    """What a first visit downloads."""
    rows = []
    for name in dict.fromkeys((*ours, *stock)):
        mine, theirs = (str(f"{side[name]:,}") if name in side else "" for side in (ours, stock))
        rows.append((name, mine, theirs, ""))
    total, other = sum(ours.values()), sum(stock.values())
    rows.append(("all", f"{total:,}", f"{other:,}", f"{total / other:.2f}"))
    note = "As sent: ours by the relay, stock's files at brotli 11 each."
    columns = ("", "ours", "stock Pyodide", "ratio")
    return Table("Bytes of a first visit (brotli)", columns, rows, note)


def measure(setting: Setting) -> Part:
    """Times and bytes."""
    paths: list[str] = httpx2.get(f"{setting.origin}/_edgee/manifest.json").json()["first_visit"]
    ours, stock = sent(setting.origin, paths), stock_sizes()
    publish_stock(setting.pages)
    (setting.pages / "bench.html").write_text(document("", TAG))
    times = starts(setting, paths)
    seen = visits(setting.browser, f"{setting.origin}/bench.html", setting.rounds.boots)
    rows, ratios = [], {}
    for visit in VISITS:
        mine, theirs = median(times["ours", visit]), median(times["stock", visit])
        ratios[visit] = mine / theirs
        label = f"worker to Python, {visit}"
        rows.append((label, f"{mine:.0f} ms", f"{theirs:.0f} ms", f"{mine / theirs:.2f}"))
    loaded, ready, following = (median(column) for column in zip(*seen, strict=True))
    rows += [
        ("script ready to call, first visit", f"{loaded:.0f} ms", "", ""),
        ("Python ready, first visit", f"{ready:.0f} ms", "", ""),
        ("Python ready, next page", f"{following:.0f} ms", "starts anew", ""),
    ]
    note = (
        "Medians. The first two rows from a worker's start, in turn with stock Pyodide's; the others from the "
        "start of navigation."
    )
    total = sum(ours.values()) / sum(stock.values())
    return Part(
        [
            size_table(ours, stock),
            Table("Start of Python", ("", "ours", "stock Pyodide", "ratio"), rows, note),
        ],
        [
            Goal("first visit: worker to Python, to stock", ratios["first visit"], 0.22),
            Goal("next page: Python ready after navigation", following, 60, "ms"),
            Goal("bytes of a first visit, to stock", total, 0.75),
            Goal("script, brotli", ours["sdk.js"], 3174, "B"),
        ],
    )
