"""A real nats-server with JetStream, for tests to use, kill and start again."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.demo_server import free_port
from tests.programs import program

START_SECONDS = 20


class NatsServer:
    """One server with its files in a folder. `url` stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        #: For a server of a cluster: its options, and the port at which it tells of itself.
        self.member: tuple[str, ...] = ()
        self.monitor = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, jetstream: bool = True) -> None:
        """Start, and wait until it answers."""
        command = (program("nats-server"), "--addr", "127.0.0.1", "--port", str(self.port))
        command += (*self.member, *options)
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

    def is_in_step(self) -> bool:
        """Whether a server of a cluster has caught up with the others, as it says at its monitoring port."""
        try:
            health = httpx2.get(f"http://127.0.0.1:{self.monitor}/healthz", timeout=1)
        except httpx2.TransportError:
            return False
        return health.status_code == 200

    def kill(self) -> None:
        """SIGKILL."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextmanager
def nats_cluster(folder: Path) -> Iterator[list[NatsServer]]:
    """Three servers that keep copies of each other's streams, for the length of a block."""
    servers = []
    routes = [f"nats://127.0.0.1:{free_port()}" for _ in range(3)]
    for number, route in enumerate(routes):
        place = folder / f"nats-{number}"
        place.mkdir()
        server = NatsServer(place)
        server.monitor = free_port()
        server.member = ("--cluster_name", "test", "--server_name", f"n{number}")
        server.member += ("--cluster", route, "--routes", ",".join(routes))
        server.member += ("--http_port", str(server.monitor))
        servers.append(server)
    try:
        for server in servers:
            server.start()
        end = time.monotonic() + START_SECONDS
        while not all(server.is_in_step() for server in servers):
            assert time.monotonic() < end, (folder / "nats-0" / "log").read_text()
            time.sleep(0.05)
        yield servers
    finally:
        for server in servers:
            server.kill()


@contextmanager
def nats_server(folder: Path, *options: str, jetstream: bool = True) -> Iterator[NatsServer]:
    """A server for the length of a block."""
    server = NatsServer(folder)
    server.start(*options, jetstream=jetstream)
    try:
        yield server
    finally:
        server.kill()
