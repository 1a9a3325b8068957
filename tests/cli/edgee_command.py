"""The installed `edgee` command, run as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clean import clean_environment

EDGEE = Path(sys.executable).with_name("edgee")


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def environment(**environ: str) -> dict[str, str]:
    """This process's environment without what would set edgee up, and with what is given."""
    clean = clean_environment()
    return {**clean, **environ}


def edgee(*arguments: str, cwd: Path, stdin: str = "", timeout: float = 60, **environ: str) -> Ran:
    """Run `edgee …` in a folder, without a terminal."""
    ran = subprocess.run(
        [EDGEE, *arguments],
        cwd=cwd,
        env=environment(**environ),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)
