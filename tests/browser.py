"""The Chromium that tests and benchmarks drive, and how to get one.

`python -m tests.browser` makes sure that there is one, and says which.
"""

from __future__ import annotations

import os
import sys

from playwright.sync_api import Error, sync_playwright

from edgee_py.verify.chromium import NoBrowser, launch_options
from tests import debian
from web.tools.steps import PYTHON, Trouble, run, say

ADVICE = (
    "Install Chromium (Debian: apt install chromium; elsewhere: .venv/bin/python -m playwright install "
    "--with-deps chromium), or set EDGEE_CHROMIUM to the path of one, then run the same command again."
)


def started() -> str:
    """Start the browser once.

    Returns:
        Its version.

    Raises:
        NoBrowser: where there is none.
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
        except (Trouble, NoBrowser, Error) as error:
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
        except NoBrowser:
            if os.environ.get("EDGEE_CHROMIUM"):
                raise
            install()
            version = started()
    except (Trouble, NoBrowser) as trouble:
        sys.exit(f"build.py: {trouble}")
    except Error as error:
        reason = "\n".join(error.message.splitlines()[:12])
        sys.exit(f"build.py: There is a browser, but it does not start: {reason}\n{ADVICE}")
    say(f"Browser: Chromium {version}")


if __name__ == "__main__":
    main()
