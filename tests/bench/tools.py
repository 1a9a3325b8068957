"""What is compared: ours, and what a site would use instead, each on the same page.

A library is the current build from npm, with the defaults that its own documentation starts with, bundled by
esbuild from its file in peers/ and sent to the sink. Each has a `window.track(order)`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import BrowserContext, Page

from tests.bench.order import ORDER
from tests.bench.setting import Setting
from tests.e2e.pages import TAG, document
from web.tools.steps import WEB, run

PEERS = Path(__file__).with_name("peers")
PACKAGES = {
    "segment": "@segment/analytics-next",
    "rudderstack": "@rudderstack/analytics-js",
    "snowplow": "@snowplow/browser-tracker",
    "posthog": "posthog-js",
    "plausible": "@plausible-analytics/tracker",
    "plausible-tracker": "plausible-tracker",
}

OURS = "edgee-py"
NOTHING = "nothing"

BODY = "<h1>Thank you</h1><p>Your order is on its way.</p>"

#: Where a visitor goes on to: a page of the site without any of the tools.
NEXT = "next.html"

#: A page that tells of its order once it has loaded; the visitor stays, or goes on at once or after a pause (ms).
#: `window.visit` says which: not the page's address, which page views hold too.
CONVERSION = """<script>
addEventListener("load", () => {
  const order = ORDER;
  order.properties.order_id = visit.order;
  addEventListener("edgee:delivered", ({ detail }) => {
    if (detail.method === "track") window.deliveredAt = Date.now();
  });
  window.calledAt = Date.now();
  window.track(order);
  const go = () => (location.href = "/next.html");
  if (visit.pause === 0) go();
  else if (visit.pause) setTimeout(go, visit.pause);
});
</script>"""


@dataclass(frozen=True)
class Tool:
    """name is also the name of its pages; script is what the page loads of it."""

    name: str
    label: str
    script: bytes
    head: str


def bundle(sink: str, folder: Path) -> None:
    """Bundle each library from its file in peers/."""
    esbuild = WEB / "node_modules" / "esbuild" / "bin" / "esbuild"
    options = ["--bundle", "--minify", "--target=es2020", "--format=iife", "--legal-comments=none"]
    options += [f"--define:SINK={json.dumps(sink)}", '--define:process.env.NODE_ENV="production"']
    entries = [PEERS / f"{name}.js" for name in PACKAGES]
    run(
        "Bundling the other libraries",
        ("node", esbuild, *entries, *options, f"--outdir={folder}"),
        "esbuild could not bundle the libraries of tests/bench/peers: see above.",
    )


def tools(setting: Setting) -> list[Tool]:
    """Bundle and publish; ours comes first."""
    folder = setting.pages / "peers"
    bundle(setting.sink.origin, folder)
    versions = json.loads((PEERS / "package.json").read_text())["dependencies"]
    ours = httpx2.get(f"{setting.origin}/_edgee/sdk.js").content
    head = "<script>window.track = (order) => edgee.track(order)</script>"
    found = [Tool(OURS, OURS, ours, head + TAG)]
    for name, package in PACKAGES.items():
        script = (folder / f"{name}.js").read_bytes()
        tag = f'<script async src="/peers/{name}.js"></script>'
        found.append(Tool(name, f"{package} {versions[package]}", script, tag))
    for tool in (*found, Tool(NOTHING, NOTHING, b"", "")):
        publish(setting.pages, tool)
    (setting.pages / NEXT).write_text(document("<h1>Next</h1>", ""))
    return found


def publish(pages: Path, tool: Tool) -> None:
    """Its page, and its page that tells of an order."""
    conversion = CONVERSION.replace("ORDER", json.dumps(ORDER), 1)
    (pages / f"tool-{tool.name}.html").write_text(document(BODY, tool.head))
    (pages / f"order-{tool.name}.html").write_text(document(BODY, conversion + tool.head))


def order_page(
    setting: Setting, tool: Tool, number: str, pause: int | None = None
) -> tuple[BrowserContext, Page]:
    """A visitor who was never here opens the page that tells of an order."""
    context = setting.browser.new_context(user_agent=setting.user_agent)
    page = context.new_page()
    visit = json.dumps({"order": number, "pause": pause})
    page.add_init_script(f"window.visit = {visit}")
    page.goto(f"{setting.origin}/order-{tool.name}.html", wait_until="commit")
    return context, page


def arrived(setting: Setting, tool: Tool) -> set[str]:
    """The order numbers that have come to where the tool sends: for ours all the way to the sandbox."""
    if tool.name != OURS:
        return set(setting.sink.arrived)
    events: list[dict[str, Any]] = httpx2.get(f"{setting.origin}/_sandbox/events").json()
    return {str(entry["event"].get("custom_data", {}).get("order_id")) for entry in events}
