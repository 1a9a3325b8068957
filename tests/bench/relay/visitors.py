"""What visitors' browsers post, as it comes from a proxy in front of the relay.

A request is made from pieces of text and, between them, the names of what differs from one visitor to the
next; all values of one name are equally long. wrk's script and the open-loop generator make the same requests
from the same pieces.
"""

from __future__ import annotations

import json
import random
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgee_py.call import Call
from edgee_py.call import Page as Snapshot
from edgee_py.pinterest.mapping import Mapped, map_event
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.pipeline import Surroundings, take
from edgee_py.state import State
from tests.bench.order import ORDER

PATH = "/_edgee/pinterest_capi"

#: Between the pieces of a template, so that a script without a parser can read it.
SEPARATOR = "\x1f"
#: Stands for each name's value, with its length. `id` is an event's id, `em` a hashed e-mail address.
_LENGTHS = {"id": 36, "em": 64, "seconds": 10, "milliseconds": 13, "ip": 15, "agent": 0}
_PLACE = re.compile(r"<(\w+)>\.*")

#: The browsers of most visitors; one of each length would make as many kinds of requests.
AGENTS = tuple(
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 {engine}"
    for system in (
        "Windows NT 10.0; Win64; x64",
        "Macintosh; Intel Mac OS X 10_15_7",
        "X11; Linux x86_64",
        "Linux; Android 10; K",
    )
    for version in (138, 139, 140, 141, 142)
    for engine in ("Safari/537.36", f"Safari/537.36 Edg/{version}.0.0.0")
)

_HEADERS = """\
POST {path} HTTP/1.1
Host: shop.example
Content-Length: {length}
X-Forwarded-For: <ip>
X-Forwarded-Proto: https
sec-ch-ua-platform: "Windows"
User-Agent: <agent>
sec-ch-ua: "Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"
Content-Type: application/json
sec-ch-ua-mobile: ?0
Edgee-Sent-At: <milliseconds>
Accept: */*
Origin: https://shop.example
Sec-Fetch-Site: same-origin
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
Referer: https://shop.example/thank-you
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: en-GB,en;q=0.9
Cookie: cart=6f1e9b7c40; theme=dark

"""


def _mark(name: str) -> str:
    return f"<{name}>".ljust(_LENGTHS[name], ".")


def conversion_event() -> dict[str, Any]:
    """A checkout as our worker maps and posts it, with marks where visitors differ."""
    page = Snapshot(url="https://shop.example/thank-you?utm_source=pinterest", title="Thank you")
    call = Call(str(uuid.uuid4()), int(time.time() * 1000), "track", (ORDER,), page)
    taken = take(State(), call, Surroundings())
    [event] = [event for outcome in taken.outcomes for event in outcome.events]
    mapped = map_event(event, PinterestSettings(event_names="standard"))
    assert isinstance(mapped, Mapped)
    user_data = {**mapped.event["user_data"], "em": [_mark("em")], "external_id": [_mark("em")]}
    return {
        **mapped.event,
        "event_id": _mark("id"),
        "event_time": _mark("seconds"),
        "user_data": user_data,
    }


def template(events: int) -> list[str]:
    """The pieces of a request of so many events: text, name, text, name, …, text."""
    body = json.dumps({"data": [conversion_event()] * events}, separators=(",", ":"))
    body = body.replace(f'"{_mark("seconds")}"', _mark("seconds"))
    head = _HEADERS.format(path=PATH, length=len(body.encode())).replace("\n", "\r\n")
    return _PLACE.split(head + body)


def write_template(file: Path, events: int) -> None:
    """Write the pieces for wrk's script."""
    file.write_text(SEPARATOR.join(template(events)))


class Visitors:
    """Makes requests, each of other visitors; `run` tells their ids from those of other runs."""

    def __init__(self, events: int, run: int) -> None:
        self._pieces = template(events)
        self._names = self._pieces[1::2]
        self._random = random.Random(run)
        self._run = run
        self._count = 0

    def requests(self) -> Iterator[tuple[bytes, list[str]]]:
        """Each request, and the ids of its events."""
        pieces = list(self._pieces)
        while True:
            values = [self._value(name) for name in self._names]
            pieces[1::2] = values
            ids = [value for name, value in zip(self._names, values, strict=True) if name == "id"]
            yield "".join(pieces).encode(), ids

    def _value(self, name: str) -> str:
        draw = self._random
        if name == "id":
            self._count += 1
            # As random as a UUID in front, so that it falls anywhere in an index; counted at the end.
            bits = f"{draw.getrandbits(64):016x}"
            end = f"{self._run:02x}{self._count:010x}"
            return f"{bits[:8]}-{bits[8:12]}-4{bits[12:15]}-8{bits[13:16]}-{end}"
        if name == "em":
            return f"{draw.getrandbits(256):064x}"
        if name == "ip":
            # Publicly routable, and each part of three digits.
            return f"1{draw.randrange(30, 60)}.{'.'.join(str(draw.randrange(100, 200)) for _ in 'abc')}"
        if name == "agent":
            return draw.choice(AGENTS)
        now = time.time()
        return str(int(now)) if name == "seconds" else str(int(now * 1000))
