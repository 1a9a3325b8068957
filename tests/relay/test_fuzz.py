"""The POST routes under fire: never a 500, never a hang, and nothing of what was sent in the log.

The relay runs as in production, on a real socket. Cases come from its own OpenAPI document (Schemathesis)
and from bytes and headers that no document describes (Hypothesis). FUZZ sets the examples of each
test; the default is for everyday runs.
"""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi import checks

from edgee_py.pinterest.contract import allowed_keys
from edgee_py.relay.openapi import openapi
from edgee_py.sandbox import serve as serve_sandbox
from tests.relay.conftest import BROWSER, TOKEN, edgee_serve, event
from tests.unit import strategies

DEEPER = os.environ.get("FUZZ")
EXAMPLES = int(DEEPER or "150")
#: What a request may take, on a machine that has other things to do.
PATIENCE = 10
CANARY = "canary.jane@example.com"
#: What a route may answer. 500 and 503 are not among them.
ANSWERS = {200, 202, 400, 403, 413, 415, 422}
#: What is taken is answered so.
TAKEN = {"pinterest_capi": 202, "event": 202, "csevent": 200}
ROUTES = tuple(TAKEN)

fuzz = settings(
    max_examples=EXAMPLES,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@dataclass
class Live:
    """A relay in a process of its own, with its log."""

    url: str
    log: Path

    def send(self, request: bytes) -> bytes:
        """The answer to raw bytes, after which nothing more is sent."""
        url = httpx2.URL(self.url)
        with socket.create_connection((url.host, url.port or 80), PATIENCE) as connection:
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                answer = b""
                while chunk := connection.recv(1 << 16):
                    answer += chunk
            except (BrokenPipeError, ConnectionResetError):
                return b""  # refused before it was read whole
            return answer

    def post(self, route: str, body: bytes, headers: list[tuple[bytes, bytes]]) -> tuple[int, Any]:
        """Status and body of the answer to a post whose headers no client would send."""
        head = b"POST /_edgee/%s HTTP/1.1\r\n" % route.encode()
        lines = [(b"host", b"127.0.0.1"), *headers, (b"content-length", b"%d" % len(body))]
        # Closing tells the end; the answer comes first, for the request is whole by then.
        lines.append((b"connection", b"close"))
        head += b"".join(b"%s: %s\r\n" % line for line in lines)
        url = httpx2.URL(self.url)
        with socket.create_connection((url.host, url.port or 80), PATIENCE) as connection:
            connection.sendall(head + b"\r\n" + body)
            answer = b""
            while chunk := connection.recv(1 << 16):
                answer += chunk
        start, _, content = answer.partition(b"\r\n\r\n")
        return int(start.split()[1]), content


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("fuzz")
    environ = {"EDGEE_RATE_LIMIT": "off", "EDGEE_INSPECTOR_SECRET": "s3cret-s3cret-s3cret"}
    with (
        serve_sandbox() as pinterest,
        edgee_serve(folder, pinterest.api_base, **environ) as (url, process),
    ):
        yield Live(url, folder / "log")
        assert httpx2.get(f"{url}healthz", timeout=PATIENCE).status_code == 200
        metrics = httpx2.get(f"{url}metrics", timeout=PATIENCE).text
        assert process.poll() is None
    log = (folder / "log").read_text()
    for secret in ("canary", TOKEN):
        assert secret not in log
        assert secret not in metrics
    assert "Traceback" not in log
    assert " ERROR " not in log
    answered = set(re.findall(r'edgee_requests_total{route="\w+",status="(\d+)"}', metrics))
    assert answered <= {str(status) for status in ANSWERS | {204}}


# From the relay's own document

schema = schemathesis.openapi.from_dict(openapi())
# One case for each keyword of the document: hundreds, for a longer look.
schema.config.phases.coverage.enabled = DEEPER is not None


def test_the_document_is_valid_openapi_and_served(live: Live) -> None:
    schema.validate()
    assert httpx2.get(f"{live.url}openapi.json").json() == openapi()


@schema.include(method=["POST", "OPTIONS"]).parametrize()
@settings(fuzz, max_examples=EXAMPLES // 5)
def test_posts_keep_to_the_document(live: Live, case: schemathesis.Case) -> None:
    response = case.call(base_url=live.url, headers={"User-Agent": BROWSER}, timeout=PATIENCE)
    assert response.status_code in ANSWERS | {204, 405}
    case.validate_response(
        response,
        checks=[
            schemathesis.checks.not_a_server_error,
            checks.status_code_conformance,
            checks.content_type_conformance,
            checks.response_schema_conformance,
        ],
    )


# What no document describes

#: Values that a field may hold though it should not, personal ones among them.
values = st.one_of(strategies.json_values, st.sampled_from([CANARY, [CANARY], {CANARY: CANARY}]))
_FIELDS = sorted(
    {name for part in ("event", "user_data", "custom_data") for name in allowed_keys(part)}
)
fields = st.dictionaries(st.one_of(st.sampled_from(_FIELDS), strategies.names), values, max_size=5)


def _of_one(event: dict[str, Any]) -> dict[str, Any]:
    return {"data": [event]}


conversion_events = st.builds(
    lambda id_, more, user, custom: {**event(id_), "user_data": user, "custom_data": custom} | more,
    st.text(max_size=20),
    st.one_of(st.just({}), fields),
    st.one_of(st.just({"em": [CANARY]}), fields),
    fields,
)
conversions = st.fixed_dictionaries(
    {"data": st.lists(st.one_of(conversion_events, values), max_size=4)}
)
wire_bodies = st.one_of(
    strategies.documents(),
    strategies.facade_documents(st.builds(lambda: int(time.time() * 1000))),
)
#: What each route is for, more often than anything else.
bodies = {
    route: st.one_of(own, own, own, conversions, strategies.documents(), values)
    for route, own in {
        "pinterest_capi": st.one_of(conversions, st.builds(_of_one, conversion_events)),
        "event": wire_bodies,
        "csevent": wire_bodies,
    }.items()
}


@st.composite
def spoilt(draw: st.DrawFn, route: str) -> bytes:
    """A body in some encoding, often with some of its bytes changed."""
    text = json.dumps(draw(bodies[route]), ensure_ascii=draw(st.booleans()))
    encoding = draw(st.sampled_from(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "latin-1", "utf-7"]))
    content = bytearray(text.encode(encoding, "replace"))
    for _ in range(draw(st.one_of(st.just(0), st.integers(0, 3)))):
        at = draw(st.integers(0, len(content)))
        end = draw(st.integers(at, min(len(content), at + 4)))
        content[at:end] = draw(st.one_of(st.binary(max_size=4), st.sampled_from(_JUNK)))
    return bytes(content)


_JUNK = [
    b"NaN",
    b"1e999",
    b"9" * 400,
    b'"\\ud800"',
    b"[" * 2000,
    b'{"a":' * 500,
    b"\x00",
    b"//",
    b",,",
]
_ADDRESSES = [
    b"203.0.113.7",
    b"10.0.0.1:8080",
    b"[2001:db8::1]:443",
    b"::ffff:10.0.0.1",
    b"fe80::1%eth0",
    b"unknown",
    b"_hidden",
    b'for="[::1]:5"',
    b"for=6.6.6.6;proto=https",
    b"999.9.9.9",
    b"\xff",
    b"1." * 200,
]
#: Any bytes but those that end a header.
raw = st.binary(max_size=40).map(lambda value: value.translate(None, b"\r\n\x00"))
chains = st.lists(st.one_of(st.sampled_from(_ADDRESSES), raw), max_size=40).map(b", ".join)
clocks = st.one_of(
    st.integers().map(lambda at: str(at).encode()),
    st.sampled_from([b"9" * 30, b"-1", b"1e3", "١٢٣".encode(), b"nan"]),
    raw,
)


def header(name: str, *known: bytes) -> st.SearchStrategy[tuple[bytes, bytes]]:
    return st.tuples(
        st.just(name.encode()), st.one_of(st.sampled_from(known), raw) if known else raw
    )


some_headers = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([b"x-forwarded-for", b"forwarded", b"x-real-ip"]), chains),
        st.tuples(st.just(b"edgee-sent-at"), clocks),
        header("x-forwarded-proto", b"https", b"https,http", b"javascript"),
        header("x-forwarded-host", b"shop.example", b"[::1", b"a b", b"x:99999"),
        header("cf-connecting-ip", *_ADDRESSES),
        header("cookie", b"_epik=x", b"_epik=" + b"x" * 5000, b";;=;", b"_epik=" + CANARY.encode()),
        header("user-agent", BROWSER.encode(), b"", b"Googlebot/2.1", CANARY.encode(), b"(" * 900),
        header("accept-language", b"pt-PT,pt;q=0.9", b",;q=x", b"x" * 900),
        header("sec-gpc", b"1"),
        header("sec-fetch-site", b"same-origin", b"none"),
        header("referer", b"https://shop.example/?email=" + CANARY.encode()),
        header("authorization", b"Bearer " + TOKEN.encode()),
        header(CANARY.split("@", maxsplit=1)[0], CANARY.encode()),
    ),
    max_size=8,
)
content_types = st.one_of(
    st.sampled_from(
        [b"application/json"] * 6 + [b"text/plain", b"application/x+json; charset=utf-8"]
    ),
    st.sampled_from([b"application/json; charset=utf-16", b"application/json;;;=", b"*/*"]),
    raw,
)


def posts(route: str) -> st.SearchStrategy[tuple[str, bytes, list[tuple[bytes, bytes]]]]:
    """Route, body and headers."""
    headers = st.builds(
        lambda type_, more: [(b"content-type", type_), *more], content_types, some_headers
    )
    return st.tuples(st.just(route), spoilt(route), headers)


@fuzz
@given(st.sampled_from(ROUTES).flatmap(posts))
def test_any_bytes_with_any_headers_get_an_answer(
    live: Live, post: tuple[str, bytes, list[tuple[bytes, bytes]]]
) -> None:
    status, content = live.post(*post)

    assert status in ANSWERS, (status, content)
    if content[:1] == b"{":
        answer = json.loads(content)
        assert ("accepted" in answer) or set(answer) == {"error"}
        if status not in TAKEN.values() and "rejected" not in answer:
            assert b"canary" not in content
    else:
        assert status == 400  # the server's own, for what is no HTTP


@pytest.mark.parametrize(
    ("route", "status"),
    [(route, status) for route in ROUTES for status in (TAKEN[route], 400, 415, 422)],
)
def test_such_cases_get_past_the_guard_and_into_all_that_is_behind_it(
    live: Live, route: str, status: int
) -> None:
    find(
        posts(route),
        lambda post: live.post(*post)[0] == status,
        settings=settings(fuzz, max_examples=1000, phases=[Phase.generate]),
    )


@fuzz
@given(
    st.sampled_from(ROUTES),
    st.sampled_from(["content-length: %d", "content-length: +%d", "content-length: %d, %d"]),
    st.integers(-1, 400),
    st.sampled_from(["", "transfer-encoding: chunked\r\n", "expect: 100-continue\r\n"]),
    st.binary(max_size=200),
)
def test_lengths_that_lie_hold_up_nobody(
    live: Live, route: str, form: str, length: int, more: str, body: bytes
) -> None:
    told = form.replace("%d", str(length))
    head = f"POST /_edgee/{route} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"

    answer = live.send(f"{head}{more}{told}\r\n\r\n".encode() + body)

    for line in answer.split(b"\r\n"):
        if line.startswith(b"HTTP/1.1 "):
            assert int(line.split()[1]) in ANSWERS | {100, 404, 405}


def test_a_body_of_the_largest_size_is_answered_in_time(live: Live) -> None:
    limit = 1 << 20
    wire = b'{"data_collection":{"events":['
    starts = {"pinterest_capi": b'{"data":[', "event": wire, "csevent": wire}
    for unit in (b"[", b'{"a":', b"[],", b'"\\', b"9", b"NaN,"):
        for route, start in starts.items():
            for body in ((unit * limit)[:limit], (start + unit * limit)[:limit]):
                answer = httpx2.post(
                    f"{live.url}{route}",
                    content=body,
                    headers={"content-type": "application/json"},
                    timeout=PATIENCE,
                )
                assert answer.status_code in ANSWERS
