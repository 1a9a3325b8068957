"""What outlives a crash: of the tab, of the browser, and pages that come back as they were left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Playwright

from tests.browser import launch_options
from tests.e2e.journey import WATCH, hashed, names, outcomes, settled
from tests.e2e.network import Fault, Network
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

NO_PYTHON_YET = "<script>window.requestIdleCallback = () => {}</script>"

Visitor = Callable[[], Any]


@contextmanager
def at_home(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """A browser that keeps its profile, as a visitor's does."""
    options = {
        **launch_options(playwright),
        "ignore_default_args": ["--disable-back-forward-cache"],
    }
    context = playwright.chromium.launch_persistent_context(profile, **options)
    try:
        yield context
    finally:
        with suppress(Error):  # it may have been killed
            context.close()


def processes(profile: Path) -> list[int]:
    """The processes of the browser with this profile, itself first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in words:
            found.append((b"--type=" in b" ".join(words), int(folder.name)))
    return [process for _, process in sorted(found)]


def is_on_disk(profile: Path, text: str) -> bool:
    """Whether the browser has written what a page has stored; it takes its time."""
    files = (profile / "Default" / "Local Storage" / "leveldb").glob("*.log")
    return any(text.encode() in file.read_bytes() for file in files)


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("is_taken", [True, False], ids=["taken by Python", "not taken yet"])
def test_calls_outlive_a_browser_that_is_killed(
    playwright: Playwright,
    far: OpenShop,
    network: Network,
    sandbox: Sandbox,
    tmp_path: Path,
    is_taken: bool,
) -> None:
    url = far(head=WATCH + ("" if is_taken else NO_PYTHON_YET))
    with at_home(playwright, tmp_path) as context:
        page = context.new_page()
        page.goto(url)
        if is_taken:
            settled(page, sandbox, 1)
        network.fault = Fault.REQUEST_LOST
        page.evaluate(
            "edgee.user({user_id: 'u-1', properties: {email: 'jane@example.com'}}).track('last words')"
        )
        if is_taken:
            page.wait_for_function("localStorage._edgee_journal?.split('queued').length === 3")
        wait_until(lambda: is_on_disk(tmp_path, '"queued"' if is_taken else "last words"))
        for process in processes(tmp_path):
            os.kill(process, signal.SIGKILL)
        wait_until(lambda: not processes(tmp_path))
    network.fault = Fault.NONE
    with at_home(playwright, tmp_path) as context:
        page = context.new_page()
        page.goto(far("back", path="/t/back.html"))
        events = settled(page, sandbox, 4)
        assert page.evaluate("localStorage._edgee_journal") is None
    assert len({event["event_id"] for event in events}) == 4
    lead = next(event for event in events if event["event_name"] == "lead")
    assert lead["user_data"]["em"] == [hashed("jane@example.com")]
    assert "last words" in names(events)
    assert events[-1]["user_data"]["external_id"] == [hashed("u-1")]


@pytest.mark.parametrize("head", [WATCH, WATCH + NO_PYTHON_YET], ids=["with Python", "before it"])
def test_calls_outlive_a_tab_that_crashes(
    context: BrowserContext, far: OpenShop, network: Network, sandbox: Sandbox, head: str
) -> None:
    page = context.new_page()
    page.goto(far(head=head))
    page.wait_for_function("edgee.load")
    network.fault = Fault.REQUEST_LOST
    page.evaluate("edgee.track('last words')")
    with page.expect_event("crash"), pytest.raises(Error):
        page.goto("chrome://crash")
    page.close()
    network.fault = Fault.NONE
    other = context.new_page()
    other.goto(far("other", path="/t/other.html"))
    events = settled(other, sandbox, 3)
    assert names(events).count("last words") == 1


@pytest.mark.parametrize(
    "workers",
    ["", "delete window.SharedWorker", "delete window.SharedWorker; delete window.Worker"],
)
def test_a_page_that_comes_back_as_it_was_left_goes_on(
    playwright: Playwright,
    far: OpenShop,
    network: Network,
    sandbox: Sandbox,
    tmp_path: Path,
    workers: str,
) -> None:
    one = far(head=WATCH)
    two = far("two", path="/t/two.html", tag="")
    with at_home(playwright, tmp_path) as context:
        context.add_init_script(workers)
        page = context.new_page()
        page.goto(one)
        settled(page, sandbox, 1)
        page.evaluate("""
            addEventListener("pageshow", (event) => (window.back = event.persisted));
            // Too late for the worker, which has just been told that this page is gone.
            addEventListener("pagehide", () => (window.flushed = edgee.flush()));
        """)
        page.goto(two)
        page.go_back(wait_until="commit")
        page.wait_for_function("window.back === true")
        assert page.evaluate("window.flushed")["waiting"] == 0
        page.evaluate("edgee.track('back again')")
        events = settled(page, sandbox, 2)
        assert names(events)[1] == "back again"
        assert len(outcomes(page, "delivered")) == 2
