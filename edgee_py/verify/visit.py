"""Drives a browser through pages or steps, and reports what edgee did there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import BrowserContext, Error, Page, TimeoutError, sync_playwright

from edgee_py.verify.chromium import launch_options
from edgee_py.verify.listener import Listener
from edgee_py.verify.report import Report, StepResult, Visited
from edgee_py.verify.script_tag import Scripts
from edgee_py.verify.steps import Step

#: A script that is not in place so many seconds after the page's load is not there.
_LOAD_SECONDS = 10.0
_LOOK_MS = 100

#: Chromium's word for why a page cannot be had, and what that means.
_NET_ERROR = re.compile(r"net::(ERR_\w+)")
_NET_WORDS = {
    "ERR_NAME_NOT_RESOLVED": "there is no host of this name",
    "ERR_CONNECTION_REFUSED": "nothing answers there; is the site running?",
    "ERR_CONNECTION_TIMED_OUT": "nothing answers there; is the site running?",
    "ERR_TOO_MANY_REDIRECTS": "it redirects without end",
    "ERR_CERT_AUTHORITY_INVALID": "the browser does not trust its certificate",
    "ERR_CERT_COMMON_NAME_INVALID": "its certificate is another host's",
    "ERR_CERT_DATE_INVALID": "its certificate is out of date",
    "ERR_INTERNET_DISCONNECTED": "this machine has no network",
}


class CannotStart(Exception):
    """The browser does not start. The text is its own."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to visit.

    seconds: how long a step may take. as_visitor: what a headless browser says of itself is left out,
    so that a relay takes events for a visitor's (and Pinterest records them). screenshot: the file for
    the picture of each page's end; a number is added where there are several. stops: a step that fails
    is the last; the next would start from the wrong place.
    """

    seconds: float = 30.0
    as_visitor: bool = False
    screenshot: Path | None = None
    stops: bool = True


def verify(
    urls: Sequence[str],
    steps: Sequence[Step] = (),
    options: Options | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Visit each address, or take the steps from the first; one visitor, who is new.

    progress is told what is being done.

    Raises:
        NoBrowser: where there is none to drive.
        CannotStart: where it does not start.
    """
    options = options or Options()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(**launch_options(playwright))
        except Error as error:
            raise CannotStart(error.message.splitlines()[0]) from None
        try:
            agent = _visitors(browser.version) if options.as_visitor else None
            context = browser.new_context(user_agent=agent)
            visit = _Visit(context, urls[0] if urls else "", options, progress)
            for step in steps or [Step("goto", url) for url in urls]:
                visit.take(step)
                if visit.has_failed and options.stops:
                    break
            return visit.end()
        finally:
            browser.close()


def _visitors(version: str) -> str:
    """The user agent of a Chrome that somebody looks at."""
    major = version.partition(".")[0]
    system = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    return f"{system} Chrome/{major}.0.0.0 Safari/537.36"


class _Visit:
    def __init__(
        self, context: BrowserContext, base: str, options: Options, progress: Callable[[str], None]
    ) -> None:
        self._options = options
        self._progress = progress
        self._base = base
        self._listener = Listener(context, workers=True)
        self._scripts = Scripts(context)
        context.set_default_timeout(options.seconds * 1000)
        self._page: Page = context.new_page()
        self._report = Report(self._listener.record, self._listener.console)

    @property
    def has_failed(self) -> bool:
        return any(each.error for each in self._report.steps)

    def take(self, step: Step) -> None:
        """One step; what goes wrong is in the report."""
        self._progress(str(step))
        started = time.monotonic()
        try:
            error = self._do(step)
        except TimeoutError:
            error = f"it took more than {self._options.seconds:g} seconds"
        except Error as failure:
            error = _in_words(failure)
        taken = StepResult(step, error, time.monotonic() - started)
        self._report.steps.append(taken)
        if error and step.action != "goto":
            self._picture()

    def end(self) -> Report:
        """Everything settled."""
        self._progress("waiting for what is still on its way")
        self._settle()
        taken = self._report.steps
        if taken and taken[-1].step.action != "goto" and not taken[-1].error:
            self._picture()
        self._listener.close()
        return self._report

    def _do(self, step: Step) -> str:
        """Take a step; what is wrong, in words, or ""."""
        page, target = self._page, str(step.target)
        if step.action == "goto":
            return self._go(urljoin(self._base, target))
        if step.action == "click":
            page.click(target)
        elif step.action == "fill":
            page.fill(target, step.value)
        elif step.action == "select":
            page.select_option(target, step.value)
        elif step.action == "press":
            page.press(target, step.value)
        elif step.action == "consent":
            page.evaluate("choice => void window.edgee.consent(choice)", target)
        elif step.action == "expect":
            return self._expect(step)
        elif isinstance(step.target, str):
            page.wait_for_selector(target)
        else:
            page.wait_for_timeout(step.target * 1000)
        return ""

    def _go(self, url: str) -> str:
        record = self._listener.record
        loaded, ready = record.loaded, record.ready
        response = self._page.goto(url, wait_until="load")
        if response is not None and response.status >= 400:
            self._picture()
            return f"the site answered {response.status}"
        self._wait_until(lambda: record.loaded > loaded, min(_LOAD_SECONDS, self._options.seconds))
        self._settle()
        visited = Visited(url, self._page.url, record.loaded > loaded, record.ready > ready)
        self._report.visited.append(visited)
        self._picture()
        return "" if visited.loaded else self._scripts.missing(self._page)

    def _expect(self, step: Step) -> str:
        """One event meets one expectation."""
        is_met = self._wait_until(lambda: self._meets(step), self._options.seconds)
        return "" if is_met else self._report.unmet(step.expectation)

    def _meets(self, step: Step) -> bool:
        if not self._report.meet(step.expectation):
            self._settle()
            return self._report.meet(step.expectation)
        return True

    def _settle(self) -> None:
        self._listener.settle(self._page, self._options.seconds)

    def _wait_until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Whether it becomes so in time. The browser is heard only while something is asked of it."""
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                return False
            self._page.wait_for_timeout(_LOOK_MS)
        return True

    def _picture(self) -> None:
        file = self._options.screenshot
        if file is None:
            return
        pictures = self._report.pictures
        if pictures:
            file = file.with_name(f"{file.stem}-{len(pictures) + 1}{file.suffix}")
        self._page.screenshot(path=file, full_page=True)
        pictures.append(file)


def _in_words(failure: Error) -> str:
    """What went wrong, without Playwright's names for its own parts."""
    line = failure.message.splitlines()[0]
    net = _NET_ERROR.search(line)
    if not net:
        return line
    words = _NET_WORDS.get(net[1])
    return f"{words} ({net[1]})" if words else net[1]
