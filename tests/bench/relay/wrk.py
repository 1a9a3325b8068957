"""wrk (Debian's package): as many requests as a server answers, each connection's next when its last is answered."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests import programs
from tests.bench.relay.visitors import AGENTS, PATH, SEPARATOR, write_template
from web.tools.steps import Trouble

SCRIPT = Path(__file__).with_name("post.lua")
CONNECTIONS = 64


@dataclass(frozen=True)
class Run:
    """What one run measured. rate is requests a second; p50 and p99 are ms, at full load.

    answered: requests with a status of 200 to 399. sent: events that were put into requests, of which
    those of the last requests may not have been waited for.
    """

    rate: float
    p50: float
    p99: float
    answered: int
    failed: int
    sent: int


def require() -> None:
    """Make sure that there is wrk.

    Raises:
        Trouble: where there is none, and it cannot be installed.
    """
    programs.require("wrk")


def version() -> str:
    """Its name and version."""
    said = subprocess.run(
        (programs.program("wrk"), "--version"), capture_output=True, text=True, check=False
    ).stdout
    found = re.match(r"wrk (?:debian/)?([\d.]+)", said)
    return f"wrk {found[1]}" if found else "wrk"


def measure(url: str, folder: Path, *, events: int, number: int, seconds: float) -> Run:
    """Post to a server. number tells this run's ids from those of others.

    Raises:
        Trouble: where wrk fails.
    """
    template, agents = folder / f"post-{events}", folder / "agents"
    write_template(template, events)
    agents.write_text(SEPARATOR.join(AGENTS))
    command = [
        programs.program("wrk"),
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds:.0f}s",
        "--timeout",
        "10s",
        "--latency",
    ]
    done = subprocess.run(
        [*command, "-s", str(SCRIPT), url.rstrip("/") + PATH],
        env={
            **os.environ,
            "BENCH_TEMPLATE": str(template),
            "BENCH_AGENTS": str(agents),
            "BENCH_RUN": str(number),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"wrk failed:\n{done.stdout}{done.stderr}")
    return read(done.stdout)


def read(text: str) -> Run:
    """What wrk printed."""
    errors = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text
    )
    refused = int(_found(r"Non-2xx or 3xx responses: (\d+)", text, "0"))
    return Run(
        rate=float(_found(r"Requests/sec:\s+([\d.]+)", text)),
        p50=_ms(_found(r"(?m)^\s+50%\s+(\S+)", text)),
        p99=_ms(_found(r"(?m)^\s+99%\s+(\S+)", text)),
        answered=int(_found(r"(\d+) requests in", text)) - refused,
        failed=refused + (sum(map(int, errors.groups())) if errors else 0),
        sent=int(_found(r"events sent: (\d+)", text)),
    )


def _found(pattern: str, text: str, otherwise: str = "") -> str:
    found = re.search(pattern, text)
    if found:
        return found[1]
    if otherwise:
        return otherwise
    raise Trouble(f"wrk said something unknown:\n{text}")


def _ms(text: str) -> float:
    found = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    if found is None:  # nothing was answered
        return float("nan")
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[found[2]]
