"""Which engines the journeys run in: said once, before the tests, never found out by a test.

`python -m tests.engines.choice FILE` makes sure of them as far as this machine can have them, says which are
left out and why, and writes the names of the others into FILE: build.py gives them to the tests.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests import debian
from tests.engines import firefox, webkit
from tests.engines.chromium import Chromium
from tests.engines.driver import Absent, Engine
from web.tools.steps import Trouble, say

SETTING = "EDGEE_ENGINES"
ENGINES: Mapping[str, type[Engine]] = {
    each.name: each for each in (Chromium, firefox.Firefox, webkit.WebKit)
}
#: What asks for the program of an engine, and the Debian packages that bring it; Chromium is there (tests.browser).
_WANTED: Mapping[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "firefox": (firefox.program, ("firefox-esr",)),
    "webkit": (webkit.programs, ("webkit2gtk-driver", "xvfb")),
}


def chosen() -> list[str]:
    """The engines' names: $EDGEE_ENGINES (comma separated), else all.

    Raises:
        Trouble: where the setting names what is no engine.
    """
    given = os.environ.get(SETTING)
    names = [each.strip() for each in given.split(",")] if given else list(ENGINES)
    if unknown := [name for name in names if name not in ENGINES]:
        raise Trouble(f"{SETTING} names {unknown[0]!r}; there are {', '.join(ENGINES)}.")
    return names


def settled() -> list[str]:
    """The chosen engines that this machine has, or has now. One that is asked for by name must be there.

    Raises:
        Trouble: where one that should be there cannot be had.
    """
    found = []
    for name in chosen():
        try:
            if name in _WANTED:
                _require(name)
        except Absent as absent:
            if os.environ.get(SETTING):
                raise Trouble(str(absent)) from None
            say(f"LEFT OUT: the tests of {name}. {absent}")
        else:
            found.append(name)
    return found


def _require(name: str) -> None:
    """Make sure of an engine; where this is root on Debian, that it cannot be had is an error.

    Raises:
        Absent: where it is not there, and this machine's packages do not have it.
        Trouble: where they have it and it cannot be installed.
    """
    program, packages = _WANTED[name]
    try:
        program()
    except Absent as absent:
        if not debian.can_install():
            raise
        debian.update(str(absent))
        if not debian.has(packages):
            raise
        doing = f"Installing {name} (a minute or two)"
        debian.install(doing, packages, str(absent), is_updated=True)
        try:
            program()
        except Absent as still:
            raise Trouble(f"It was installed, but: {still}") from None


def main(file: str) -> None:
    """Settle it, say it, and write it down."""
    try:
        names = settled()
    except (Trouble, Absent) as trouble:
        sys.exit(f"build.py: {trouble}")
    say(f"Engines: {', '.join(names)}")
    Path(file).write_text(",".join(names))


if __name__ == "__main__":
    main(*sys.argv[1:])
