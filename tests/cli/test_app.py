"""The command as a whole."""

from __future__ import annotations

from pathlib import Path

from edgee_py._version import __version__
from tests.cli.edgee_command import edgee


def test_it_says_its_version(tmp_path: Path) -> None:
    ran = edgee("--version", cwd=tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, f"edgee-py {__version__}\n", "")
