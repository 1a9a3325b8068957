"""A real nats-server with JetStream, for tests to use, kill and start again."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.programs import program

START_SECONDS = 20


class NatsServer:
    """One server with its files in a folder. `url` stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, jetstream: bool = True) -> None:
        """Start, and wait until it answers."""
        command = (program("nats-server"), "--addr", "127.0.0.1", "--port", str(self.port))
        command += options
        if jetstream:
            command += ("--jetstream", "--store_dir", str(self._folder))
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                time.sleep(0.02)
            else:
                return
        raise AssertionError("nats-server did not start")

    def kill(self) -> None:
        """SIGKILL."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextmanager
def nats_server(folder: Path, *options: str, jetstream: bool = True) -> Iterator[NatsServer]:
    """A server for the length of a block."""
    server = NatsServer(folder)
    server.start(*options, jetstream=jetstream)
    try:
        yield server
    finally:
        server.kill()
