"""The Chromium to drive: which one, and with which options."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

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


class NoBrowser(Exception):
    """There is no browser to drive. The text says how to get one."""


def launch_options(playwright: Playwright) -> dict[str, Any]:
    """The options for `playwright.chromium.launch`: $EDGEE_CHROMIUM, else Playwright's own, else the system's.

    Raises:
        NoBrowser: where there is none of them.
    """
    options: dict[str, Any] = {"headless": True, "args": list(FLAGS)}
    if given := os.environ.get("EDGEE_CHROMIUM"):
        if not _works(given):
            raise NoBrowser(f"EDGEE_CHROMIUM is {given!r}, which does not run as a browser.")
        return {**options, "executable_path": given}
    if Path(playwright.chromium.executable_path).exists():
        # The full browser, not Playwright's reduced headless one: visitors have the full one.
        return {**options, "channel": "chromium"}
    for name in SYSTEM_NAMES:
        if (found := shutil.which(name)) and _works(found):
            return {**options, "executable_path": found}
    raise NoBrowser(
        "There is no Chromium. Install one (Debian: apt install chromium; elsewhere: python -m playwright"
        " install --with-deps chromium), or set EDGEE_CHROMIUM to the path of one, then run the same"
        " command again."
    )


def _works(program: str) -> bool:
    """Whether it is a browser. On Ubuntu `chromium-browser` may be a script that only asks for a snap."""
    try:
        asked = subprocess.run(  # noqa: S603 - a browser that the user has installed or named
            [program, "--version"], capture_output=True, check=False
        )
    except OSError:
        return False
    return asked.returncode == 0 and bool(asked.stdout.strip())
