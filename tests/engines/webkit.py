"""WebKit: WebKitGTK's own small browser on a screen that nobody sees, by WebKitWebDriver and selenium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.engines.driver import PATIENCE, Absent, Engine, Failed, Tab, Visitor

_BROWSERS = ("usr/lib/*/webkit*gtk-*/MiniBrowser", "usr/lib*/webkit*gtk-*/MiniBrowser")


class _Tab(Tab):
    def __init__(self, driver: WebKitGTK, window: str) -> None:
        self._driver = driver
        self._window = window

    def goto(self, url: str) -> None:
        self._driver.switch_to.window(self._window)
        self._driver.get(url)

    def close(self) -> None:
        self._driver.switch_to.window(self._window)
        self._driver.close()

    def run(self, script: str) -> Any:
        done = "arguments[0]"
        body = f"(async () => {{ {script} }})().then((text) => done([text]), (error) => done(`${{error}}`))"
        try:
            self._driver.switch_to.window(self._window)
            answer = self._driver.execute_async_script(f"const done = {done}; {body}")
        except WebDriverException as error:
            raise Failed(str(error.msg)) from None
        if not isinstance(answer, list):
            raise Failed(str(answer))
        return answer[0]


class _Visitor(Visitor):
    """Its browser's first window stays behind: WebKitWebDriver ends with the last one."""

    def __init__(self, driver: WebKitGTK) -> None:
        self._driver = driver

    def new_tab(self) -> Tab:
        self._driver.switch_to.window(self._driver.window_handles[0])
        self._driver.switch_to.new_window("tab")
        return _Tab(self._driver, self._driver.current_window_handle)


class WebKit(Engine):
    """WebKit. A browser for each visitor: it keeps nothing on disk while it is driven."""

    name = "webkit"
    keeps_files = False
    keeps_pages = True

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        with self._driver() as driver:
            self.version = driver.capabilities["browserVersion"]

    @contextmanager
    def visitor(self) -> Iterator[Visitor]:
        """See `Engine`."""
        with self._driver() as driver:
            yield _Visitor(driver)

    @contextmanager
    def _driver(self) -> Iterator[WebKitGTK]:
        program, browser = programs()[:2]
        options = Options()
        options.binary_location = browser
        options.add_argument("--automation")
        driver = WebKitGTK(options=options, service=Service(program, env=self._environment))
        driver.set_script_timeout(PATIENCE)
        driver.set_page_load_timeout(PATIENCE)
        try:
            yield driver
        finally:
            driver.quit()

    @contextmanager
    def without_webassembly(self) -> Iterator[Engine]:
        """See `Engine`."""
        yield WebKit({**self._environment, "JSC_useWasm": "0"})

    @classmethod
    @contextmanager
    def launched(cls) -> Iterator[Engine]:
        """See `Engine`."""
        with _screen() as display:
            yield cls({**os.environ, "DISPLAY": display})


def programs() -> tuple[str, str, str]:
    """The paths of WebKitWebDriver, MiniBrowser and Xvfb.

    Raises:
        Absent: where one of them is missing.
    """
    browser = next((str(each) for where in _BROWSERS for each in Path("/").glob(where)), None)
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    if not (driver and browser and screen):
        raise Absent(
            "There is no WebKitGTK with its driver. Install it (Debian: apt install webkit2gtk-driver xvfb); "
            "it exists for Linux only."
        )
    return driver, browser, screen


@contextmanager
def _screen() -> Iterator[str]:
    """A screen in memory; yields its name."""
    ours, its = os.pipe()
    command = (programs()[2], "-displayfd", str(its), "-screen", "0", "1280x800x24")
    process = subprocess.Popen(
        (*command, "-nolisten", "tcp"), pass_fds=[its], stderr=subprocess.DEVNULL
    )
    os.close(its)
    try:
        with os.fdopen(ours) as number:
            yield f":{number.readline().strip()}"
    finally:
        process.terminate()
        process.wait()
