"""Servers and tools that tests and benchmarks run: nats-server, nginx, wrk.

`python -m tests.programs` makes sure of those that the tests need. Debian's packages are unpacked under
build/programs, so that nothing is installed or started on the machine; elsewhere they must be there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import debian
from web.tools.steps import BUILD, Trouble, alone, run, say

UNPACKED = BUILD / "programs"
#: What the tests need; wrk is for the benchmark alone.
NEEDED = ("nats-server", "nginx")
_FOLDERS = ("/usr/sbin", "/usr/local/sbin", UNPACKED / "usr/sbin", UNPACKED / "usr/bin")


def program(name: str) -> str:
    """The path of a program: $EDGEE_NATS_SERVER and its like, else PATH, else what was unpacked.

    Raises:
        Trouble: where there is none.
    """
    given = os.environ.get(f"EDGEE_{name.upper().replace('-', '_')}")
    path = os.pathsep.join((os.environ.get("PATH", ""), *map(str, _FOLDERS)))
    found = given or shutil.which(name, path=path)
    if not found:
        raise Trouble(f"{name} is needed, and there is none. {_advice(name)}")
    return found


def require(name: str) -> None:
    """Make sure that there is the program.

    Raises:
        Trouble: where it cannot be had.
    """
    try:
        program(name)
    except Trouble:
        if not shutil.which("apt-get") or not shutil.which("dpkg"):
            raise
        with alone():
            _unpack(name)
        program(name)


def _unpack(package: str) -> None:
    UNPACKED.mkdir(parents=True, exist_ok=True)
    advice = f"Debian's package {package} could not be had: see above. {_advice(package)}"
    with tempfile.TemporaryDirectory() as folder:
        fetch = ("apt-get", "download", package)
        try:
            run(f"Fetching {package}", fetch, advice, cwd=Path(folder))
        except Trouble:
            if not debian.can_install():
                raise
            debian.update(advice)
            run(f"Fetching {package}", fetch, advice, cwd=Path(folder))
        for archive in Path(folder).glob("*.deb"):
            run(f"Unpacking {package}", ("dpkg", "--extract", archive, UNPACKED), advice)


def _advice(name: str) -> str:
    return (
        f"Install it (Debian and Ubuntu: apt install {name}; macOS: brew install {name}), then run the"
        " same command again."
    )


def main() -> None:
    """Make sure of what the tests need."""
    try:
        for name in NEEDED:
            require(name)
    except Trouble as trouble:
        sys.exit(f"build.py: {trouble}")
    version = subprocess.run([program("nats-server"), "--version"], capture_output=True, check=True)
    say(f"Programs: {version.stdout.decode().strip()}, nginx")


if __name__ == "__main__":
    main()
