"""Heads of requests that never end, in bytes or in time, on a real connection."""

from __future__ import annotations

import socket
import time

import httpx2
import pytest

from edgee_py.relay import protocol
from tests.relay.conftest import RelayFactory, RunningRelay

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n"


def connect(running: RunningRelay) -> socket.socket:
    url = httpx2.URL(running.url)
    return socket.create_connection((url.host, url.port or 80), 10)


def read(connection: socket.socket) -> bytes:
    """All until the relay closes."""
    answer = b""
    try:
        while chunk := connection.recv(1 << 16):
            answer += chunk
    except ConnectionResetError:  # closed with something of ours unread
        pass
    return answer


@pytest.mark.parametrize("piece", [b"x-%d: " + b"y" * 1000 + b"\r\n", b"%d" + b"y" * 1000])
def test_a_head_without_end_is_refused(relay: RelayFactory, piece: bytes) -> None:
    with connect(relay()) as connection:
        connection.sendall(GET + b"x: ")
        sent = 0
        try:
            while sent < 20_000_000:
                sent += len(piece)
                connection.sendall(piece % sent)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert read(connection)[:12] in (b"HTTP/1.1 400", b"")  # the answer may be lost on the way
    assert sent < 20_000_000


def test_a_large_head_within_bounds_is_taken(relay: RelayFactory) -> None:
    running = relay()
    with connect(running) as connection:
        path = httpx2.URL(running.url).path.encode() + b"/_edgee/healthz"
        connection.sendall(b"GET %s HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" % path)
        for n in range(50):
            connection.sendall(b"x-%d: " % n + b"y" * 1000 + b"\r\n")
        connection.sendall(b"\r\n")
        assert read(connection).startswith(b"HTTP/1.1 200")


def test_several_requests_of_a_connection_are_bounded_one_by_one(relay: RelayFactory) -> None:
    client = relay().client

    for _ in range(20):
        large = {"x-large": "y" * 10_000}
        answer = client.get("/_edgee/healthz", headers=large)
        assert answer.status_code == 200
        posted = client.post("/_edgee/event", content=b" " * 200_000, headers=large)
        assert posted.status_code == 415


@pytest.mark.parametrize("start", [b"", b"G", GET, GET + b"\r\n" + GET])
def test_a_head_that_does_not_come_is_not_waited_for(
    relay: RelayFactory, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(protocol, "MOST_SECONDS", 0.2)
    with connect(relay()) as connection:
        started = time.monotonic()
        connection.sendall(start)
        read(connection)
    assert time.monotonic() - started < 4  # uvicorn lets idle connections go after 5


def test_a_body_may_take_longer_than_a_head(
    relay: RelayFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_SECONDS", 0.1)
    running = relay()
    with connect(running) as connection:
        path = httpx2.URL(running.url).path.encode() + b"/_edgee/event"
        head = b"POST %s HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" % path
        connection.sendall(head + b"connection: close\r\ncontent-length: 4\r\n\r\n{")
        time.sleep(0.4)
        connection.sendall(b"   ")
        assert b"malformed" in read(connection)
