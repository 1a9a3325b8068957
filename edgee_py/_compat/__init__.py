"""The world the package runs in, chosen once: a browser's Pyodide, or any other Python."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgee_py._compat.abstract import World


def world() -> World:
    """The world we are in."""
    if sys.platform == "emscripten":
        from edgee_py._compat.browser import Browser

        return Browser()
    from edgee_py._compat.native import Native

    return Native()
