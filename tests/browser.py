"""The Chromium that tests and benchmarks drive: which one, with which options, and how to get one.

`python -m tests.browser` makes sure that there is one, and says which.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Playwright, sync_playwright

from tests import debian
from web.tools.steps import PYTHON, Trouble, answer, run, say

#: The sandbox needs rights that containers seldom give; the others keep the browser from traffic of its own.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ADVICE = (
    "Install Chromium (Debian: apt install chromium; elsewhere: .venv/bin/python -m playwright install "
    "--with-deps chromium), or set EDGEE_CHROMIUM to the path of one, then run the same command again."
)


def launch_options(playwright: Playwright) -> dict[str, Any]:
    """The options for `playwright.chromium.launch`: $EDGEE_CHROMIUM, else Playwright's own, else the system's.

    Raises:
        Trouble: where there is none of them.
    """
    options: dict[str, Any] = {"headless": True, "args": list(FLAGS)}
    if given := os.environ.get("EDGEE_CHROMIUM"):
        if not _works(given):
            raise Trouble(f"EDGEE_CHROMIUM is {given!r}, which does not run as a browser.")
        return {**options, "executable_path": given}
    if Path(playwright.chromium.executable_path).exists():
        # The full browser, not Playwright's reduced headless one: visitors have the full one.
        return {**options, "channel": "chromium"}
    for name in SYSTEM_NAMES:
        if (found := shutil.which(name)) and _works(found):
            return {**options, "executable_path": found}
    raise Trouble(f"The browser tests need a Chromium, and there is none. {ADVICE}")


def _works(program: str) -> bool:
    """Whether it is a browser. On Ubuntu `chromium-browser` may be a script that only asks for a snap."""
    return bool(answer((program, "--version")))


def started() -> str:
    """Start the browser once.

    Returns:
        Its version.

    Raises:
        Trouble: where there is none.
        Error: where it does not start.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options(playwright))
        version = browser.version
        browser.close()
        return version


def install() -> None:
    """Install a Chromium: Debian's where this is root on Debian or its kin, Playwright's otherwise.

    Raises:
        Trouble: where neither can be had.
    """
    advice = f"Chromium could not be installed: see above. {ADVICE}"
    if debian.can_install():
        packages = ("chromium", "fonts-liberation")
        try:
            debian.install("Installing Chromium (a minute or two)", packages, advice)
            started()
        except (Trouble, Error) as error:
            say(f"{error}\nTrying Playwright's own Chromium instead:")
        else:
            return
    run(
        "Installing Playwright's Chromium (a minute or two)",
        (PYTHON, "-m", "playwright", "install", "chromium"),
        advice,
    )


def main() -> None:
    """Make sure that there is a browser that starts, and say which."""
    try:
        try:
            version = started()
        except Trouble:
            if os.environ.get("EDGEE_CHROMIUM"):
                raise
            install()
            version = started()
    except Trouble as trouble:
        sys.exit(f"build.py: {trouble}")
    except Error as error:
        reason = "\n".join(error.message.splitlines()[:12])
        sys.exit(f"build.py: There is a browser, but it does not start: {reason}\n{ADVICE}")
    say(f"Browser: Chromium {version}")


if __name__ == "__main__":
    main()
