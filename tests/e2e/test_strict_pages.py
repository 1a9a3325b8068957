"""Pages with strict policies, and pages that do what pages seldom do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import PageErrors
from tests.e2e.journey import WATCH, names, settled
from tests.e2e.network import Network
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox

#: What a policy has to allow, as docs/production.md says; the rest is forbidden.
ALLOWED = "script-src 'nonce-n1' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"
#: The same for a page alone: the worker is under the policy of its own answer.
NO_WASM = "worker-src 'self'; connect-src 'self'; script-src 'nonce-n1'"
REST = "default-src 'none'; img-src data:"


@dataclass(frozen=True)
class Policy:
    """Response headers of a page, and whether Python runs under them or the relay's does the work."""

    headers: dict[str, str] = field(default_factory=dict)
    has_python: bool = True
    #: Whether the relay's answers have the headers too, as where a web server adds them to everything.
    of_all: bool = False


def csp(policy: str) -> dict[str, str]:
    return {"Content-Security-Policy": policy}


POLICIES = {
    "nonces": Policy(csp(f"{REST}; {ALLOWED}")),
    "strict-dynamic": Policy(
        csp(f"{REST}; {ALLOWED}".replace("'nonce-n1'", "'nonce-n1' 'strict-dynamic'"))
    ),
    "trusted types": Policy(
        csp(f"{REST}; {ALLOWED}; require-trusted-types-for 'script'; trusted-types edgee")
    ),
    "trusted types without ours": Policy(
        csp(f"{REST}; {ALLOWED}; require-trusted-types-for 'script'; trusted-types 'none'"),
        has_python=False,
    ),
    "no workers": Policy(
        csp(f"{REST}; {ALLOWED}".replace("'self'", "'none'", 1)), has_python=False
    ),
    "no WebAssembly": Policy(csp(f"{REST}; {NO_WASM}")),
    "no WebAssembly anywhere": Policy(
        csp(f"{REST}; {NO_WASM} 'self'"), has_python=False, of_all=True
    ),
    "nonces everywhere": Policy(csp(f"{REST}; {ALLOWED}"), has_python=False, of_all=True),
    "isolated": Policy(
        {
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
        }
    ),
    "no referrer": Policy({"Referrer-Policy": "no-referrer"}),
    "no features": Policy({"Permissions-Policy": "ch-ua-model=(), ch-ua-arch=(), unload=()"}),
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_strict_policy_costs_no_event(
    page: Page,
    far: OpenShop,
    network: Network,
    sandbox: Sandbox,
    errors: PageErrors,
    policy: Policy,
) -> None:
    if not policy.has_python:
        errors.allow("no Python in this page|Content Security [Pp]olicy|TrustedScriptURL|worker")
    network.headers = dict(policy.headers)
    network.marks_all = policy.of_all
    nonced = (part.replace("<script", '<script nonce="n1"') for part in (WATCH, TAG))
    head, tag = nonced
    page.goto(far(head=head, tag=tag))
    page.evaluate("edgee.user({user_id: 'u-1'}).track('under a policy')")
    events = settled(page, sandbox, 3)
    assert names(events)[2] == "under a policy"
    assert (page.evaluate("window.ready") == 1) is policy.has_python


ODD_HEADS = {
    "a base elsewhere": '<base href="https://elsewhere.example/deep/">',
    "a JSON of its own": "<script>addEventListener('edgee:loaded', () => {"
    " JSON.stringify = () => '{}'; JSON.parse = () => null })</script>",
    "a fetch of its own": "<script>addEventListener('edgee:loaded', () => {"
    " window.fetch = () => Promise.reject(new Error('no')) })</script>",
    "a storage of its own": "<script>addEventListener('edgee:loaded', () => {"
    " Object.defineProperty(window, 'localStorage', {value: {}}) })</script>",
    "a Promise of its own": "<script>addEventListener('edgee:loaded', () => {"
    " window.Promise = function () { throw new Error('no') } })</script>",
    "frozen objects": "<script>for (const each of [Object, Array, Function, Promise, Map, Set])"
    " Object.freeze(each.prototype)</script>",
    "old toJSON": "<script>Array.prototype.toJSON = function () { return '[]' }</script>",
}


@pytest.mark.parametrize("head", ODD_HEADS.values(), ids=ODD_HEADS)
def test_what_a_page_does_to_itself_costs_no_event(
    page: Page, shop: OpenShop, sandbox: Sandbox, server: str, head: str
) -> None:
    page.goto(
        shop(head=WATCH + f'<script async src="{server}/_edgee/sdk.js"></script>' + head, tag="")
    )
    page.evaluate("edgee.track('still here')")
    events = [entry["event"] for entry in sandbox.wait_for(2)]
    assert names(events)[1:] == ["still here"]


@pytest.mark.parametrize("without", ["Worker", "requestIdleCallback"], ids=["raw", "leaving"])
def test_a_fetch_that_a_page_puts_in_place_of_the_browsers_costs_no_event(
    page: Page, shop: OpenShop, sandbox: Sandbox, errors: PageErrors, without: str
) -> None:
    """Where the page itself posts: without Python, and as it goes away before Python is there."""
    errors.allow("no Python in this page")
    page.add_init_script(f"delete window.SharedWorker; window.{without} = () => {{}}")
    page.goto(shop(head=ODD_HEADS["a fetch of its own"]))
    page.evaluate("edgee.track('still here'); location.href = 'about:blank'")
    page.wait_for_url("about:blank")
    assert names([entry["event"] for entry in sandbox.wait_for(2)])[1:] == ["still here"]


XHTML = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>A page of XML</title>
<link rel="icon" href="data:,"/>
<script id="__EDGEE_DATA_LAYER__" type="application/json">{"data_collection": {"context": {"page": {"keywords": ["lamp"]}}}}</script>
<script async="async" id="__EDGEE_SDK__" src="/_edgee/sdk.js"></script></head><body><p>Text</p></body></html>"""


def test_a_page_of_xhtml(page: Page, network: Network, sandbox: Sandbox, pages: Path) -> None:
    network.headers = {"Content-Type": "application/xhtml+xml; charset=utf-8"}
    (pages / "t").mkdir(exist_ok=True)
    (pages / "t" / "xml.html").write_text(XHTML)
    page.goto(f"{network.origin}/t/xml.html")
    assert page.evaluate("document.contentType") == "application/xhtml+xml"
    page.evaluate("edgee.track('from XML')")
    events = settled(page, sandbox, 2)
    assert names(events) == ["A page of XML", "from XML"]


def test_a_page_that_writes_itself_anew(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop())
    page.evaluate("edgee.track('before')")
    settled(page, sandbox, 2)
    page.evaluate("""() => {
        document.open();
        document.write("<title>Anew</title><p>All is new.</p>");
        document.close();
    }""")
    page.evaluate("edgee.track('after')")
    assert names(settled(page, sandbox, 3))[1:] == ["before", "after"]


def test_a_page_that_is_printed(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop())
    page.evaluate("edgee.track('before')")
    page.pdf()
    page.evaluate("edgee.track('after')")
    assert names(settled(page, sandbox, 3))[1:] == ["before", "after"]


SERVICE_WORKER = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));
"""


def test_a_site_with_a_service_worker(
    page: Page, shop: OpenShop, sandbox: Sandbox, pages: Path
) -> None:
    page.goto(shop())
    settled(page, sandbox, 1)
    (pages / "sw.js").write_text(SERVICE_WORKER)
    page.evaluate("""async () => {
        await navigator.serviceWorker.register("/sw.js");
        await navigator.serviceWorker.ready;
    }""")
    page.reload()
    assert page.evaluate("!!navigator.serviceWorker.controller")
    page.evaluate("edgee.track('through the service worker')")
    assert names(settled(page, sandbox, 3))[2] == "through the service worker"


def test_a_relay_under_a_path_of_the_sites_own(
    page: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    network.alias = "/lamps-data/"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(far(tag=TAG.replace("/_edgee/", "/lamps-data/")))
    page.evaluate("edgee.track('by another path')")
    assert names(settled(page, sandbox, 2))[1] == "by another path"
    assert not [url for url in asked if "/_edgee/" in url]
    assert [each.route for each in network.posts("pinterest_capi")]


#: As a browser has it that makes a page ready in advance; one that is driven by a debugger never does.
PRERENDERED = """
let waits = true;
Object.defineProperty(Document.prototype, "prerendering", {get: () => waits});
window.activate = () => {
  waits = false;
  document.dispatchEvent(new Event("prerenderingchange"));
};
"""


def test_a_page_made_ready_in_advance_reports_nothing_until_it_is_seen(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    context.add_init_script(PRERENDERED)
    page = context.new_page()
    page.goto(shop(head="<script>window.edgee = window.edgee || []</script>"))
    page.evaluate("edgee.push(['track', 'early'])")
    page.wait_for_timeout(1000)
    assert sandbox.events() == []
    assert page.evaluate("Object.keys(localStorage)") == []
    page.evaluate("activate()")
    assert names(settled(page, sandbox, 2))[0] == "early"


def test_what_a_page_calls_before_it_is_seen_happens_once_it_is(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    context.add_init_script(PRERENDERED)
    page = context.new_page()
    at_once = "addEventListener('load', () => edgee.user({user_id: 'u-1'}).track('loaded'))"
    page.goto(shop(head=f"<script>{at_once}</script>"))
    page.evaluate("""
        edgee.push(['track', 'pushed']);
        window.flushed = edgee.flush();
        document.addEventListener("prerenderingchange", () => edgee.track("seen"));
        void 0
    """)
    page.wait_for_timeout(500)
    assert sandbox.events() == []
    assert page.evaluate("Object.keys(localStorage)") == []
    page.evaluate("activate()")
    assert page.evaluate("flushed")["waiting"] == 0
    events = settled(page, sandbox, 5)
    assert [each for each in names(events) if each] == [
        "loaded",
        "pushed",
        "A page of the test",
        "seen",
    ]
