"""`edgee serve` as an administrator runs it: a process of its own, with a configuration file."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clean import clean_environment

STOP_SECONDS = 15


@contextmanager
def relay_process(config: Path, python: str = sys.executable, **environ: str) -> Iterator[str]:
    """Run the relay on a free port; yields its address, `http://127.0.0.1:<port>/_edgee`.

    python is the interpreter that runs it. Of the caller's own environment it gets nothing that would set it up.
    """
    clean = clean_environment()
    process = subprocess.Popen(
        [python, "-m", "edgee_py.cli", "serve", "--config", str(config)],
        cwd=config.parent,
        env={**clean, "EDGEE_PORT": "0", **environ},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        greeting = process.stdout.readline() if process.stdout else ""
        url = re.search(r"http://\S+(?=/$)", greeting)
        assert url, f"the relay did not start; it said {greeting!r}"
        yield url[0]
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
