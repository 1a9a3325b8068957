"""What never ends, in bytes or in time, on a real connection."""

from __future__ import annotations

import socket
import threading
import time

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from edgee_py.relay import protocol
from tests.relay.conftest import RelayFactory, RunningRelay, Stage

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n"


def connect(running: RunningRelay) -> socket.socket:
    return connect_to(running.url)


def connect_to(address: str) -> socket.socket:
    url = httpx2.URL(address)
    return socket.create_connection((url.host, url.port or 80), 10)


def path_of(address: str) -> bytes:
    return httpx2.URL(address).path.encode()


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


CHUNKED = b"host: x\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\n"


def post(running: RunningRelay, rest: bytes, route: bytes = b"event") -> bytes:
    return b"POST %s/_edgee/%s HTTP/1.1\r\n" % (path_of(running.url), route) + rest


@pytest.mark.parametrize("route", [b"event", b"nothing"])
@pytest.mark.parametrize("start", [b"0\r\n", b"1;"])
@pytest.mark.parametrize("piece", [b"a: b\r\n" * 1000, b"a" * 6000])
def test_what_is_no_body_has_an_end_beside_a_chunked_body_too(
    relay: RelayFactory, route: bytes, start: bytes, piece: bytes
) -> None:
    running = relay()
    with connect(running) as connection:
        connection.sendall(post(running, CHUNKED + start, route))
        sent = 0
        try:
            while sent < 20_000_000:
                sent += len(piece)
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert sent < 20_000_000


def test_a_body_in_many_small_chunks_is_taken(relay: RelayFactory) -> None:
    running = relay()
    with connect(running) as connection:
        connection.sendall(post(running, CHUNKED) + b"100\r\n" + b" " * 256 + b"\r\n")
        for _ in range(3000):
            connection.sendall(b"100\r\n" + b" " * 256 + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        assert b"malformed" in connection.recv(1 << 16)


def test_a_trailer_is_no_header(relay: RelayFactory) -> None:
    running = relay()
    with connect(running) as connection:
        trailers = b"0\r\norigin: https://evil.example\r\n\r\n"
        connection.sendall(post(running, CHUNKED) + b"2\r\n{}\r\n" + trailers)
        answer = connection.recv(1 << 16)
    assert answer.startswith(b"HTTP/1.1 400")  # and not 403


@pytest.mark.parametrize("protocol_name", [b"websocket", b"h2c"])
def test_an_upgrade_is_not_made(
    relay: RelayFactory, caplog: pytest.LogCaptureFixture, protocol_name: bytes
) -> None:
    running = relay()
    with connect(running) as connection:
        upgrade = b"host: x\r\nconnection: upgrade\r\nupgrade: %s\r\n" % protocol_name
        connection.sendall(post(running, upgrade + b"content-length: 2\r\n\r\n{}"))
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 415")
    assert "install" not in caplog.text


@pytest.mark.parametrize(
    ("head", "rest"),
    [
        pytest.param(b"content-length: 9\r\n\r\n", b"x", id="the rest of a body"),
        pytest.param(b"content-length: 1\r\n\r\nx", b"\r\n", id="a line that is no head"),
    ],
)
def test_an_answered_connection_is_not_kept_for_ever(
    relay: RelayFactory, monkeypatch: pytest.MonkeyPatch, head: bytes, rest: bytes
) -> None:
    monkeypatch.setattr(protocol, "MOST_SECONDS", 0.2)
    running = relay()
    with connect(running) as connection:
        connection.sendall(post(running, b"host: x\r\n" + head, b"nothing"))
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 404")
        connection.sendall(rest)
        assert read(connection) == b""


def test_an_answer_that_nobody_reads_is_not_kept_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_UNREAD_SECONDS", 0.2)
    ended = threading.Event()

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(bytes(64 << 20))(scope, receive, send)
        ended.set()

    app = Starlette(routes=[Mount("/", large)])
    with stage.play(app, lifespan=False) as url, connect_to(url) as connection:
        connection.sendall(b"GET %s/ HTTP/1.1\r\nhost: x\r\n\r\n" % path_of(url))
        assert ended.wait(10)
        assert len(read(connection)) < 64 << 20


def test_an_answer_that_is_read_slowly_comes_whole(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_UNREAD_SECONDS", 0.2)
    size = 32 << 20
    app = Starlette(routes=[Route("/", lambda _: Response(bytes(size)))])
    with stage.play(app, lifespan=False) as url, connect_to(url) as connection:
        head = b"GET %s/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" % path_of(url)
        connection.sendall(head)
        got = 0
        while chunk := connection.recv(size // 20):
            got += len(chunk)
            time.sleep(0.01)
    assert got > size
