"""What README.md and its pages in docs/ show for a page, run in a page: calls, data layer, policies, Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event, Thread

from playwright.sync_api import Page
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgee_py.relay.demo import demo, demo_settings
from edgee_py.relay.server import Server, listen
from tests.e2e.journey import WATCH, arrived, flush, hashed, names, outcomes, settled
from tests.e2e.pages import TAG, OpenShop, document
from tests.e2e.sandbox_client import Sandbox
from tests.e2e.test_python_page import boot, python_page
from tests.readme import RELAY, blocks, code, codes, table, typed

__all__ = ["boot", "python_page"]  # fixtures

#: The origin of the README's relay elsewhere.
ELSEWHERE = "https://t.shop.example"


def test_the_tag_of_the_other_tests_is_the_readmes() -> None:
    assert blocks("html", "Put it on a site") == [f"{TAG}\n"]


def test_every_call_is_delivered(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    [calls] = blocks("js", "Calls")
    page.goto(shop(head=WATCH, path="/t/readme-calls.html"))
    page.evaluate(f"(async () => {{ {calls} }})()")
    made = len(re.findall(r"^edgee\.(?:page|track|user)\(", calls, re.MULTILINE))
    events = settled(page, sandbox, 1 + made)  # the automatic page event is one more
    assert outcomes(page, "refused") == []
    [order] = [event for event in events if "contents" in event.get("custom_data", {})]
    assert order["custom_data"]["order_id"] == "1001"
    assert order["custom_data"]["value"] == "119.8"
    assert any(hashed("jane@example.com") in event["user_data"].get("em", ()) for event in events)


def test_the_first_calls_are_delivered(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    [calls] = blocks("js", "Put it on a site")
    page.goto(shop(head=WATCH, path="/t/readme-first.html"))
    page.evaluate(f"(async () => {{ {calls} }})()")
    order = settled(page, sandbox, 3)[-1]
    assert order["user_data"]["em"] == [hashed("jane@example.com")]
    assert (order["custom_data"]["order_id"], order["custom_data"]["value"]) == ("1001", "119.8")


def test_calls_before_the_script_arrives_are_delivered(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    [stub] = blocks("html", "Before the script has arrived")
    [pushed] = [text for text in typed() if ").push([" in text]
    early = "<script>edgee.track('Lamp dimmed').user('u-42')</script>"
    queued = f"<script>{pushed}</script>"
    page.goto(shop(head=f"{WATCH}{queued}{stub}{early}", path="/t/readme-early.html"))
    events = settled(page, sandbox, 4)
    assert names(events)[:2] == ["Lamp switched on", "Lamp dimmed"]
    assert [event["event_name"] for event in events[2:]] == ["lead", "page_visit"]


def test_the_data_layer_is_what_pinterest_gets(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    [layer] = blocks("html", "Data layer")
    page.goto(shop(head=WATCH + layer, path="/t/readme-layer.html"))
    visit, order, user = settled(page, sandbox, 3)
    assert outcomes(page, "problem") == []
    assert visit["custom_data"] == {"content_name": "Thank you", "content_category": "Checkout"}
    assert order["custom_data"]["order_id"] == "1001"
    assert (user["event_name"], user["language"]) == ("lead", "pt")
    assert all(e["user_data"]["em"] == [hashed("jane@example.com")] for e in (visit, order, user))


def test_the_window_events_hold_what_the_table_says(page: Page, shop: OpenShop) -> None:
    pending = TAG.replace("<script ", '<script data-consent="pending" ')
    page.goto(shop(head=WATCH, tag=pending, path="/t/readme-events.html"))
    flush(page)
    page.evaluate(
        "edgee.consent('granted').track({name: 'x', properties: {colour: 'red'}}).track('')"
    )
    flush(page)
    for event, _, detail in table("Event", "When", "`event.detail`"):
        outcome = code(event).removeprefix("edgee:")
        named = codes(detail)
        if not named:
            assert page.evaluate("name => window[name]", outcome) == 1
            continue
        page.wait_for_function(
            "name => outcomes.some((each) => each.outcome === name)", arg=outcome
        )
        heard = [each for each in outcomes(page, outcome) if each["method"] != "consent"]
        assert set(heard[0]) - {"outcome"} == set(named), outcome


# Content-Security-Policy


def is_ready(page: Page) -> bool:
    """Whether Python takes over. Playwright's own waiting would need the policy to allow eval."""
    ready: bool = page.evaluate("""new Promise((resolve) => {
        if (performance.getEntriesByName("edgee:ready").length) resolve(true);
        addEventListener("edgee:ready", () => resolve(true));
        setTimeout(resolve, 20000, false);
    })""")
    return ready


def with_policy(app: ASGIApp, policy: str) -> ASGIApp:
    """A site that sends a policy with everything it serves, as many do."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                header = (b"content-security-policy", policy.encode())
                message["headers"] = [*message["headers"], header]
            await send(message)

        await app(scope, receive, send_with_policy)

    return guarded


@contextmanager
def guarded_site(folder: Path, policy: str) -> Iterator[str]:
    """The demo server with a page of its own, all under a policy; yields the origin."""
    listener = listen("127.0.0.1", 0)
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    pages = folder / "pages"
    pages.mkdir()
    (pages / "index.html").write_text(document("", TAG))
    app, relay = demo(demo_settings(origin, folder / "data", {}), pages, with_sandbox=True)
    listening = Event()
    stop = relay.state.relay.feed.close
    server = Server(with_policy(app, policy), listening=listening.set, stopping=stop)
    server.capture_signals = nullcontext  # type: ignore[assignment, method-assign]  # they are the main thread's
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert listening.wait(10)
        yield origin
    finally:
        server.should_exit = True
        thread.join(10)


#: What the page itself has beside the script: its icon.
OF_THE_PAGE = "default-src 'none'; img-src data:; "


def policies() -> list[str]:
    [lines] = blocks("text", "Content-Security-Policy")
    return lines.splitlines()


def test_python_starts_under_the_policy_for_the_relays_own_origin(
    page: Page, tmp_path: Path
) -> None:
    with guarded_site(tmp_path, OF_THE_PAGE + policies()[0]) as origin:
        page.goto(origin)
        assert is_ready(page)
        assert page.evaluate("edgee.track('x').flush()")["waiting"] == 0
        page.goto("about:blank")


def test_python_starts_under_the_policy_for_another_origin(
    page: Page, shop: OpenShop, sandbox: Sandbox, server: str
) -> None:
    policy = OF_THE_PAGE + policies()[1].replace(ELSEWHERE, server)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    page.goto(shop(head=meta, cross_origin=True, path="/t/readme-policy.html"))
    assert is_ready(page)
    settled(page, sandbox, 1)


# Python


def test_the_example_for_a_pyodide_page(
    page: Page,
    shop: OpenShop,
    sandbox: Sandbox,
    python_page: str,
    server: str,
) -> None:
    [example] = [text for text in blocks("python", "From Python") if "await" in text]
    page.goto(shop(python_page, path="/t/readme-python.html", tag=""))
    page.wait_for_function("!!window.run", timeout=60_000)
    # The page of the test has installed it already; the reader's has not.
    page.evaluate("run('import micropip; micropip.uninstall(\"edgee-py\")')")
    page.evaluate("code => run(code)", example.replace(RELAY, f"{server}/_edgee"))
    visit, order = arrived(sandbox, 2)
    assert (visit["event_name"], order["event_name"]) == ("page_visit", "checkout")
    assert order["custom_data"]["order_id"] == "1001"
