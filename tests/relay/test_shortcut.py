"""What goes past ASGI's messages comes out the same, byte for byte."""

from __future__ import annotations

import re
import time

import pytest
from starlette.responses import Response

from edgee_py.relay.shortcut import Shortcut, _lines
from tests.relay.conftest import RelayFactory, RunningRelay
from tests.relay.test_protocol import connect, path_of, read

JSON = b"host: shop.example\r\ncontent-type: application/json\r\nuser-agent: Mozilla/5.0\r\n"
EMPTY = b"content-length: 11\r\n\r\n" + b'{"data":[]}'
LAST = b"connection: close\r\n"
REQUESTS = {
    "a post": [JSON + LAST + EMPTY],
    "from a page": [JSON + LAST + b"origin: http://shop.example\r\n" + EMPTY],
    "from elsewhere": [JSON + LAST + b"origin: https://evil.example\r\n" + EMPTY],
    "no JSON": [b"host: x\r\n" + LAST + EMPTY],
    "too large": [JSON + LAST + b"content-length: 99999999\r\n\r\n"],
    "chunked": [
        JSON + LAST + b"transfer-encoding: chunked\r\n\r\nb\r\n" + EMPTY[-11:] + b"\r\n0\r\n\r\n"
    ],
    "one after the other": [JSON + EMPTY, JSON + EMPTY, JSON + LAST + EMPTY],
    "asking first": [JSON + LAST + b"expect: 100-continue\r\n" + EMPTY],
}


def ask(running: RunningRelay, requests: list[bytes], version: bytes = b"1.1") -> bytes:
    """What comes for requests that are sent together, but for the date."""
    first = b"POST %s/_edgee/pinterest_capi HTTP/%b\r\n" % (path_of(running.url), version)
    with connect(running) as connection:
        connection.sendall(b"".join(first + each for each in requests))
        return re.sub(rb"\r\ndate: [^\r]+", b"", read(connection))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each answer took the shortcut."""
    found: list[bool] = []
    respond = Shortcut.respond

    def noted(self: Shortcut, response: Response) -> bool:
        found.append(respond(self, response))
        return found[-1]

    monkeypatch.setattr(Shortcut, "respond", noted)
    return found


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
@pytest.mark.parametrize("name", REQUESTS)
def test_the_answers_are_the_same(
    relay: RelayFactory,
    monkeypatch: pytest.MonkeyPatch,
    taken: list[bool],
    name: str,
    version: bytes,
) -> None:
    running = relay()
    short = ask(running, REQUESTS[name], version)
    assert taken and all(taken)
    monkeypatch.setattr(Shortcut, "of", lambda *_: None)
    before = len(taken)
    assert ask(running, REQUESTS[name], version) == short
    assert len(taken) == before
    assert short.startswith(b"HTTP/1.1 ")


def test_a_body_that_comes_in_pieces_is_waited_for(relay: RelayFactory, taken: list[bool]) -> None:
    running = relay()
    head = b"POST %s/_edgee/pinterest_capi HTTP/1.1\r\n" % path_of(running.url)
    with connect(running) as connection:
        for piece in (head + JSON + LAST + EMPTY[:-8], EMPTY[-8:-3], EMPTY[-3:]):
            connection.sendall(piece)
            time.sleep(0.05)
        assert b"There is no event in it." in read(connection)
    assert taken == [True]


@pytest.mark.parametrize("header", [(b"a:b", b"c"), (b"a", b"b\r\nc: d"), (b"a\n", b"b")])
def test_a_header_cannot_be_smuggled_in(header: tuple[bytes, bytes]) -> None:
    with pytest.raises(RuntimeError, match="header"):
        _lines((b"content-type", b"text/plain"), header)
