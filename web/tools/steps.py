"""Run build steps so that a person can follow them, and know which need not run again."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
BUILD = ROOT / "build"
DIST = ROOT / "dist"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

Command = Sequence[str | Path]

HEARTBEAT_SECONDS = 15

#: Settings that would turn Python, pip or Node away from the project's own packages.
_FOREIGN = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "NODE_PATH",
    "NODE_ENV",
)


class Trouble(Exception):
    """Something a person has to put right; the text says what, and how."""


def say(text: str) -> None:
    """Tell what happens now."""
    print(text, flush=True)


def environment() -> dict[str, str]:
    """The caller's environment, less what would mislead the tools."""
    return {name: value for name, value in os.environ.items() if name not in _FOREIGN}


def run(doing: str, command: Command, advice: str, *, cwd: Path = ROOT) -> None:
    """Run a slow step quietly: a line at its start, a sign of life now and then, its output if it fails.

    Raises:
        Trouble: with the end of the command's output and the advice, where the command fails.
    """
    say(f"{doing} …")
    start = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while (code := _wait(process, HEARTBEAT_SECONDS)) is None:
                say(f"  … {time.monotonic() - start:.0f} s")
        finally:
            _stop(process)
        if code != 0:
            output.seek(0)
            tail = output.read().decode(errors="replace").strip().splitlines()[-25:]
            raise Trouble("\n".join((*tail, "", advice)))


def show(command: Command, *, env: dict[str, str] | None = None) -> int:
    """Run a command whose output is what the person wants to see.

    Returns:
        The command's exit code.
    """
    process = subprocess.Popen(command, cwd=ROOT, env=environment() if env is None else env)
    try:
        return process.wait()
    finally:
        _stop(process)


def answer(command: Command) -> str:
    """What a quick command prints, stripped; empty where it fails or cannot be run."""
    try:
        asked = subprocess.run(
            command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End what Ctrl-C or an error has left running; Ctrl-C itself has reached the child already."""
    if _wait(process, 0) is not None:
        return
    process.terminate()
    if _wait(process, 10) is None:
        process.kill()
        process.wait()


@contextmanager
def alone() -> Iterator[None]:
    """Keep two builds in one folder from writing over each other."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another build is at work in this folder; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def files_in(*places: Path) -> list[Path]:
    """The files of folders, and single files, sorted; without byte code that Python left there."""
    found: set[Path] = set()
    for place in places:
        if place.is_dir():
            found.update(
                file
                for file in place.rglob("*")
                if file.is_file() and "__pycache__" not in file.parts
            )
        elif place.is_file():
            found.add(place)
    return sorted(found)


def digest(files: Iterable[Path], base: Path, *more: str) -> str:
    """One SHA-256 (hex) over the names (relative to base) and contents of files, and over further text."""
    total = hashlib.sha256()
    for text in more:
        total.update(text.encode() + b"\0")
    for file in files:
        total.update(file.relative_to(base).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def fresh(stamp: Path, key: str) -> bool:
    """Whether the stamp says that its step was done with exactly these inputs."""
    return stamp.is_file() and stamp.read_text() == key
