"""Runs what `python3 build.py serve` runs, on a free port, for as long as a test or benchmark needs it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.clean import clean_environment

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "web" / "demo"
START_SECONDS = 30
STOP_SECONDS = 15


class NotStarted(Exception):
    """The server ended, or did not answer in time; the text is what it said."""


@contextmanager
def demo_server(
    folder: Path,
    log: Path,
    origins: Sequence[str] = (),
    shop: Path = SHOP,
    program: str = "edgee_py.relay.demo",
    port: int = 0,
    secret: str = "",
) -> Iterator[str]:
    """Serve relay, shop, inspector and sandbox; yields the origin, `http://127.0.0.1:<port>`.

    folder keeps its data, log what it prints. origins may post beside its own. shop holds the pages.
    program is the module to run; the benchmark has a variant. port is a free one unless said. secret
    opens the inspector; without, everybody may look, and pages tell it of their calls.

    Raises:
        NotStarted: where it does not come up.
    """
    port = port or free_port()
    origin = f"http://127.0.0.1:{port}"
    # A relay that the caller has set up for another purpose must not be the one that is tested.
    env = clean_environment()
    env |= {
        "EDGEE_ORIGINS": ",".join((origin, *origins)),
        "EDGEE_RATE_LIMIT": "off",
        "PYTHONUNBUFFERED": "1",
    }
    if secret:
        env["EDGEE_INSPECTOR_SECRET"] = secret
    command = [sys.executable, "-m", program, "--port", str(port)]
    command += ["--shop", str(shop), "--data", str(folder)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            if not becomes_healthy(origin, process):
                raise NotStarted(f"The demo server did not start; it said:\n{tail(log)}")
            yield origin
        finally:
            stop(process)


def tail(log: Path, lines: int = 60) -> str:
    """The end of what a server has printed."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def becomes_healthy(origin: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether a server's relay comes to answer before its process ends and START_SECONDS are over."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{origin}/_edgee/healthz", timeout=2).status_code == httpx2.codes.OK:
                return True
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
