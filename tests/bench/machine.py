"""What the figures were measured on. Nothing that names the machine or a person is told."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

from web.tools.steps import WEB


def processor() -> str:
    """The processor's name."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def memory() -> str:
    """The main memory."""
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 2**30:.0f} GiB"


def system() -> str:
    """The operating system."""
    if platform.system() == "Linux":
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return f"{platform.system()} {platform.release()}"


def pyodide() -> str:
    """The version of Pyodide that is installed."""
    found = json.loads((WEB / "node_modules" / "pyodide" / "package.json").read_text())
    return f"Pyodide {found['version']}"


def description(*programs: str) -> str:
    """One line; programs are names with versions."""
    parts = (
        f"{os.cpu_count()} cores ({processor()}, {platform.machine()})",
        memory(),
        system(),
        *programs,
        f"Python {platform.python_version()}",
    )
    return ", ".join(parts)
