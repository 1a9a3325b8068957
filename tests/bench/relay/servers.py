"""The three processes: the relay as `edgee serve` runs it, the bare endpoint, and Pinterest's stand-in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.clean import clean_environment
from tests.demo_server import NotStarted
from web.tools.steps import ROOT

STOP_SECONDS = 30
#: Pinterest's stand-in must have got everything in this time.
DRAIN_SECONDS = 120

_CONFIG = """
[[components.data_collection]]
id = "pinterest_capi"
settings.pinterest_access_token = "bench"
settings.pinterest_ad_account_id = "549755885175"

[relay]
outbox = "{outbox}"
"""


@dataclass(frozen=True)
class Running:
    """A server: `http://127.0.0.1:<port>` and its process."""

    url: str
    pid: int

    def memory(self) -> float:
        """What it holds in main memory (MB)."""
        command = ("ps", "-o", "rss=", "-p", str(self.pid))
        return int(subprocess.check_output(command, text=True)) * 1024 / 1e6

    def processor(self) -> float:
        """The processor time (seconds) that it has used, with all its threads; Linux."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def bare() -> Iterator[Running]:
    """The endpoint that the relay is measured against."""
    with _server("tests.bench.relay.bare") as server:
        yield server


@contextmanager
def stand_in(delay: float = 0.0) -> Iterator[Running]:
    """Pinterest's stand-in; delay is in seconds."""
    with _server("tests.bench.relay.stand_in", "--delay", str(delay)) as server:
        yield server


@contextmanager
def relay(folder: Path, pinterest: Running, outbox: str = "", **environ: str) -> Iterator[Running]:
    """The relay, with an outbox in the folder or at a URL and every check on; its client is a proxy."""
    config = folder / "edgee.toml"
    config.write_text(_CONFIG.format(outbox=outbox or f"sqlite://{folder / 'outbox.db'}"))
    options = ("serve", "--config", str(config), "--port", "0")
    base = f"{pinterest.url}/v5"
    with _server("edgee_py.cli", *options, PINTEREST_API_BASE=base, **environ) as server:
        yield server


@contextmanager
def _server(module: str, *options: str, **environ: str) -> Iterator[Running]:
    process = _start((sys.executable, "-m", module, *options), environ)
    try:
        greeting = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://[\d.:]+", greeting)
        if found is None:
            raise NotStarted(f"{module} did not start; it said {greeting!r}")
        yield Running(found[0], process.pid)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _start(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[str]:
    # Settings that the caller has for another relay are not for this one.
    clean = clean_environment()
    return subprocess.Popen(
        command, cwd=ROOT, env={**clean, **environ}, stdout=subprocess.PIPE, text=True
    )


def accepted(relay: Running) -> int:
    """How many events the relay says it has accepted since it started."""
    return _metric(relay, 'edgee_events_total{outcome="accepted"}')


def waiting(relay: Running) -> int:
    """How many events lie in its outbox."""
    return _metric(relay, "edgee_outbox_queued")


def drain(relay: Running) -> float:
    """Wait until its outbox is empty; the seconds that took.

    Raises:
        TimeoutError: where that takes too long.
    """
    start = time.monotonic()
    while waiting(relay):
        if time.monotonic() > start + DRAIN_SECONDS:
            raise TimeoutError("the relay's outbox does not become empty")
        time.sleep(0.1)
    return time.monotonic() - start


def delivered(pinterest: Running) -> list[str]:
    """The ids of all events that came to the stand-in since the last question."""
    text = httpx2.get(f"{pinterest.url}/ids", timeout=60).text
    return text.split("\n") if text else []


def _metric(relay: Running, name: str) -> int:
    text = httpx2.get(f"{relay.url}/_edgee/metrics", timeout=60).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return int(float(found[1])) if found else 0
