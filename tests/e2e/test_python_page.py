"""`from edgee_py import Edgee` in somebody's own Pyodide page, installed there with micropip."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from shutil import copy

import httpx2
import pytest
from playwright.sync_api import Page

from tests.e2e.journey import arrived, hashed, names, stored
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PYODIDE = ROOT / "web" / "node_modules" / "pyodide"
MICROPIP = "0.11.1"  # what this Pyodide's own distribution carries


#: Starts Pyodide with the wheel; `run(code)` runs Python in it.
BOOT = """
    const { loadPyodide } = await import("ORIGIN/pyodide/pyodide.mjs");
    const pyodide = await loadPyodide({ indexURL: "ORIGIN/pyodide/" });
    await pyodide.loadPackage("ORIGIN/pyodide/micropip-VERSION-py3-none-any.whl");
    await pyodide.runPythonAsync(`import micropip; await micropip.install("ORIGIN/_edgee/WHEEL")`);
    const run = (code) => pyodide.runPythonAsync(code);
"""

#: A worker as PyScript makes them: of a blob, and with the page's document where it can hand it over.
WORKER = """
    globalThis.document = HANDED;
    BOOT
    globalThis.onmessage = async ({ data }) => {
        try { postMessage(String(await run(data))); } catch (error) { postMessage(String(error)); }
    };
    postMessage("up");
"""


@pytest.fixture(scope="module")
def boot(pages: Path, server: str) -> str:
    """JavaScript of a module that starts Pyodide with the relay's wheel."""
    folder = pages / "pyodide"
    folder.mkdir(exist_ok=True)
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        copy(PYODIDE / name, folder)
    copy(PYODIDE / "pyodide-lock.json", folder)
    copy(micropip_wheel(), folder)
    script = BOOT
    wheel = httpx2.get(f"{server}/_edgee/manifest.json").json()["wheel"]
    for name, value in {"ORIGIN": server, "VERSION": MICROPIP, "WHEEL": wheel}.items():
        script = script.replace(name, value)
    return script


@pytest.fixture(scope="module")
def python_page(boot: str) -> str:
    """The body of a page with Pyodide and micropip: `run(code)` runs Python there."""
    return f"<script type=module>{boot} window.run = run;</script>"


def micropip_wheel() -> Path:
    """micropip from PyPI, kept in build/."""
    folder = ROOT / "build" / "micropip"
    wheel = folder / f"micropip-{MICROPIP}-py3-none-any.whl"
    if not wheel.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--python-version", "3.14", "--only-binary", ":all:", "--dest", str(folder)]
        subprocess.run([*command, f"micropip=={MICROPIP}"], check=True)
    return wheel


def test_edgee_in_a_pyodide_page(
    page: Page, shop: OpenShop, sandbox: Sandbox, python_page: str
) -> None:
    page.goto(shop(python_page, path="/t/python.html", tag=""))
    page.wait_for_function("!!window.run", timeout=60_000)
    summary = page.evaluate("""run(`
        from datetime import date
        from js import Object
        from edgee_py import Edgee

        outcomes = []
        edgee = Edgee(relay="/_edgee", listener=outcomes.append)
        edgee.page("From Python").track({"name": "bought", "properties": {"value": 12.5}})
        edgee.user({"user_id": "u-1", "properties": {"email": "Jane@Example.com"}}).track("after")
        edgee.track("")
        dict(await edgee.flush())
    `).then((found) => found.toJs({dict_converter: Object.fromEntries}))""")
    assert (summary["delivered"], summary["refused"], summary["waiting"]) == (4, 1, 0)
    events = arrived(sandbox, 4)
    assert [event["event_name"] for event in events] == ["page_visit", "custom", "lead", "custom"]
    assert names(events)[0] == "From Python"
    assert events[0]["event_source_url"].endswith("/t/python.html")
    assert events[3]["user_data"]["em"] == [hashed("jane@example.com")]
    assert stored(page, "_edgee_user")["user_id"] == "u-1"
    assert stored(page, "_edgee_journal") is None
    refused = page.evaluate(
        "run(`[o['reason'] for o in outcomes if o['outcome'] == 'refused'][0]`)"
    )
    assert refused == "missing_name"


def test_python_and_the_script_tag_share_one_visitor(
    page: Page, shop: OpenShop, sandbox: Sandbox, python_page: str
) -> None:
    page.goto(shop(python_page, path="/t/both.html"))
    page.evaluate("edgee.user({user_id: 'u-7'}).flush()")
    page.wait_for_function("!!window.run", timeout=60_000)
    page.evaluate("""run(`
        from edgee_py import Edgee
        await Edgee("/_edgee").track("from Python").flush()
    `)""")
    page.evaluate("edgee.track('from the page').flush()")
    events = arrived(sandbox, 4)
    assert {event["event_id"] for event in events if event["event_name"] == "custom"} == {
        event["event_id"] for event in events[2:]
    }
    assert all(event["user_data"]["external_id"] == [hashed("u-7")] for event in events[2:])


#: What PyScript's worker has of the page where it is isolated, and in any other page.
HANDED = """{
    baseURI: "ORIGIN/t/shop.html", location: { href: "ORIGIN/t/shop.html" }, title: "A shop",
    referrer: "", cookie: "", querySelector: () => null, getElementById: () => null,
    defaultView: { localStorage: { getItem: (key) => kept[key] ?? null,
        setItem: (key, value) => { kept[key] = value; }, removeItem: (key) => { delete kept[key]; } } },
}"""


@pytest.mark.parametrize("handed", [HANDED, "undefined"], ids=["with the document", "without"])
def test_a_worker_made_of_a_blob_finds_the_pages_relay(
    page: Page, shop: OpenShop, sandbox: Sandbox, server: str, boot: str, handed: str
) -> None:
    code = WORKER.replace("HANDED", handed.replace("ORIGIN", server)).replace("BOOT", boot)
    page.goto(shop("", path="/t/worker.html", tag=""))
    page.evaluate(
        """(code) => new Promise((resolve) => {
            const blob = new Blob(["globalThis.kept = {};", code], { type: "text/javascript" });
            window.worker = new Worker(URL.createObjectURL(blob), { type: "module" });
            worker.onmessage = resolve;
        })""",
        code,
    )
    told = page.evaluate(
        """(code) => new Promise((resolve) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.postMessage(code);
        })""",
        """
        import json, js
        from edgee_py import Edgee
        edgee = Edgee()
        summary = await edgee.page().track("bought").flush()
        try:
            Edgee("http://")
        except ValueError as error:
            summary["error"] = str(error)
        json.dumps({**summary, "kept": js.Object.keys(js.kept).to_py()})
        """,
    )
    summary = json.loads(told)
    assert (summary["delivered"], summary["waiting"]) == (2, 0)
    assert "relay must be a whole URL" in summary["error"]
    address = f"{server}/t/shop.html" if handed == HANDED else None
    assert [event.get("event_source_url") for event in arrived(sandbox, 2)] == [address] * 2
    assert sorted(summary["kept"]) == (["_edgee"] if handed == HANDED else [])
