"""Relays in processes of their own, started quickly and killed often."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx2

from edgee_py.relay import nats_outbox, nats_repair
from tests.demo_server import free_port
from tests.relay.conftest import ACCOUNT, TOKEN

_START_SECONDS = 30

# Forked from one that has imported everything, a relay is there in a fraction of a second.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.warm"])


def _serve(environ: dict[str, str], log: Path) -> None:
    """`edgee serve` in a process of its own. Other forwarders wait for it for 2 seconds.

    What nobody has touched for 20 is handed out anew.
    """
    nats_outbox.ACK_WAIT = 2.0
    nats_repair.STUCK = 20.0
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    for name in [name for name in os.environ if name.startswith(("PINTEREST_", "EDGEE_"))]:
        del os.environ[name]
    os.environ.update(environ)
    sys.argv = ["edgee", "serve"]
    from edgee_py.cli import main

    main()


class RelayProcess:
    """One relay on one port. Killed, it can be started again."""

    def __init__(self, folder: Path, api_base: str, outbox: str, **environ: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/_edgee"
        self.log = folder / f"relay-{self.port}.log"
        self._environ = {
            "PINTEREST_ACCESS_TOKEN": TOKEN,
            "PINTEREST_AD_ACCOUNT_ID": ACCOUNT,
            "PINTEREST_API_BASE": api_base,
            "EDGEE_OUTBOX": outbox,
            "EDGEE_PORT": str(self.port),
            "EDGEE_RATE_LIMIT": "off",
            **environ,
        }
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = _context.Process(target=_serve, args=(self._environ, self.log), daemon=True)
        self._process.start()
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(httpx2.TransportError):
                if httpx2.get(f"{self.url}/healthz").status_code == 200:
                    return
            assert self._process.is_alive(), self.log.read_text()
            time.sleep(0.01)
        raise AssertionError(self.log.read_text())

    def kill(self) -> None:
        """SIGKILL: nothing of it is left to clean up after itself."""
        assert self._process
        self._process.kill()
        self._process.join(10)

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        assert self._process
        self._process.terminate()
        self._process.join(20)
        assert not self._process.is_alive()


@contextlib.contextmanager
def running(*relays: RelayProcess) -> Iterator[None]:
    """Relays that run, and are stopped in good order at the end."""
    try:
        for relay in relays:
            relay.start()
        yield
        for relay in relays:
            relay.stop()
    finally:
        for relay in relays:
            with contextlib.suppress(AssertionError):
                relay.kill()
