"""Programs that tests and benchmarks drive and Debian has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from web.tools.steps import answer, run

_APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120")


def can_install() -> bool:
    """Whether this is root on Debian or its kin."""
    return bool(
        os.geteuid() == 0 and shutil.which("apt-get") and Path("/etc/debian_version").exists()
    )


def has(packages: Sequence[str]) -> bool:
    """Whether the list of packages has them all: Ubuntu, for one, has its Firefox elsewhere."""
    return all(answer(("apt-cache", "show", "--no-all-versions", name)) for name in packages)


def install(doing: str, packages: Sequence[str], advice: str, *, is_updated: bool = False) -> None:
    """Install packages; doing and advice are for the person who waits, is_updated says that `update` was just done.

    Raises:
        Trouble: where they cannot be had.
    """
    if not is_updated:
        update(advice)
    run(doing, (*_APT, "install", "--yes", "--no-install-recommends", *packages), advice)


def update(advice: str) -> None:
    """Fetch the list of packages.

    Raises:
        Trouble: where it cannot be had.
    """
    run("Updating the list of Debian packages", (*_APT, "update"), advice)
