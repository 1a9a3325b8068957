"""Chromium, by Playwright, as the end-to-end tests drive it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from edgee_py.verify.chromium import launch_options
from tests.engines.driver import PATIENCE, Engine, Failed, Tab, Visitor


class _Tab(Tab):
    def __init__(self, page: Page) -> None:
        self._page = page

    def goto(self, url: str) -> None:
        self._page.goto(url)

    def close(self) -> None:
        self._page.close()

    def run(self, script: str) -> Any:
        try:
            return self._page.evaluate(f"async () => {{ {script} }}")
        except Error as error:
            raise Failed(error.message) from None


class _Visitor(Visitor):
    def __init__(self, context: BrowserContext) -> None:
        self._context = context

    def new_tab(self) -> Tab:
        return _Tab(self._context.new_page())


class Chromium(Engine):
    """Chromium."""

    name = "chromium"
    keeps_files = True
    keeps_pages = False  # Playwright has it switched off

    def __init__(self, playwright: Playwright, browser: Browser) -> None:
        self._playwright = playwright
        self._browser = browser
        self.version = browser.version

    @contextmanager
    def visitor(self) -> Iterator[Visitor]:
        """See `Engine`."""
        context = self._browser.new_context()
        context.set_default_timeout(PATIENCE * 1000)
        try:
            yield _Visitor(context)
        finally:
            context.close()

    @contextmanager
    def without_webassembly(self) -> Iterator[Engine]:
        """See `Engine`."""
        with self._started(self._playwright, "--js-flags=--jitless") as engine:
            yield engine

    @classmethod
    @contextmanager
    def launched(cls) -> Iterator[Engine]:
        """See `Engine`."""
        with sync_playwright() as playwright, cls._started(playwright) as engine:
            yield engine

    @classmethod
    @contextmanager
    def _started(cls, playwright: Playwright, *flags: str) -> Iterator[Chromium]:
        options = launch_options(playwright)
        browser = playwright.chromium.launch(**{**options, "args": [*options["args"], *flags]})
        try:
            yield cls(playwright, browser)
        finally:
            browser.close()
