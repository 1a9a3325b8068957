"""What all routes share: CORS, health, metrics, mounting, and answers when the outbox fails."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay import RelaySettings, app, edgee_relay, guard, posts
from edgee_py.relay.server import site
from edgee_py.relay.sqlite_outbox import SqliteOutbox
from tests.relay.conftest import (
    ACCOUNT,
    BROWSER,
    TOKEN,
    FakePinterest,
    RelayFactory,
    RunningRelay,
    Stage,
    defaults,
    event,
)

SHOP = "https://shop.example"
POSTS = ["/_edgee/pinterest_capi", "/_edgee/event"]

METRICS_SECRET = "count-on-me-count-on-me"


def headers_of(answer: httpx2.Response) -> dict[str, str]:
    return {
        name: value
        for name, value in answer.headers.items()
        if name.startswith("access-control-") or name == "vary"
    }


@pytest.mark.parametrize("path", POSTS)
def test_an_allowed_origin_may_ask_and_post(relay: RelayFactory, path: str) -> None:
    client = relay(origins=[SHOP]).client

    asked = client.options(
        path,
        headers={
            "origin": SHOP,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,edgee-sent-at",
        },
    )
    posted = client.post(path, json={}, headers={"origin": SHOP})

    assert asked.status_code == 204
    assert headers_of(asked) == {
        "vary": "Origin",
        "access-control-allow-origin": SHOP,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "POST, OPTIONS",
        "access-control-allow-headers": "Content-Type, Edgee-Sent-At, Edgee-Debug",
        "access-control-max-age": "7200",
        "access-control-expose-headers": "Retry-After",
    }
    # The page can read errors too.
    assert posted.status_code == 400
    assert posted.headers["access-control-allow-origin"] == SHOP


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://shop.example.evil.example"]
)
def test_other_origins_may_neither_and_the_log_says_so_once_without_naming_them(
    relay: RelayFactory, path: str, origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = relay(origins=[SHOP]).client

    for method in ("OPTIONS", "POST"):
        answer = client.request(method, path, headers={"origin": origin}, json={})
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "origin"
        # `null` cannot be added to the relay's origins.
        assert ("relay's origins" in answer.json()["error"]["message"]) is (origin != "null")
        assert headers_of(answer) == {"vary": "Origin"}
    said = [each for each in caplog.messages if "add it as browsers show it" in each]
    assert len(said) == (origin != "null")
    assert origin not in said


def test_by_default_the_relays_own_origin_posts_and_no_other(relay: RelayFactory) -> None:
    running = relay()
    own = str(httpx2.URL(running.url).copy_with(path="")).rstrip("/")

    assert running.post(event("1"), headers={"origin": own}).status_code == 202
    assert running.post(event("2"), headers={"origin": SHOP}).status_code == 403
    assert running.post(event("3"), headers={"sec-fetch-site": "cross-site"}).status_code == 403
    proxied = {"origin": SHOP, "x-forwarded-proto": "https", "x-forwarded-host": "shop.example"}
    assert running.post(event("4"), headers=proxied).status_code == 202


def test_a_page_of_the_relays_own_origin_needs_no_permission(relay: RelayFactory) -> None:
    running = relay(origins=[SHOP])

    for fetch, asks in (("same-origin", False), ("same-site", True), ("cross-site", True)):
        answer = running.post(event(fetch), headers={"origin": SHOP, "sec-fetch-site": fetch})
        assert answer.status_code == 202
        assert headers_of(answer)["vary"] == "Origin"
        assert ("access-control-allow-origin" in answer.headers) is asks


class Between:
    """Middleware that reads a request before the application does, and adds a header to its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await receive()

        async def again() -> Message:
            return body

        async def mark(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-between", b"yes")]
            await send(message)

        await self._app(scope, again, mark)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("place", ["relay", "site", "around"])
def test_middleware_of_a_site_sees_posts_too(
    stage: Stage, tmp_path: Path, pinterest: FakePinterest, place: str, path: str
) -> None:
    relay = edgee_relay(RelaySettings(**defaults(tmp_path, pinterest)))
    app = site(relay)
    if place == "around":
        app = Starlette(routes=[Mount("/", app)], lifespan=app.router.lifespan_context)
    {"relay": relay}.get(place, app).add_middleware(Between)
    bodies: dict[str, Any] = {
        POSTS[0]: {"data": [event()]},
        POSTS[1]: {"data_collection": {"events": [{"type": "page", "data": {}}]}},
    }
    with stage.play(app) as url:
        headers = {"user-agent": BROWSER}
        answer = httpx2.post(f"{url}{path}", json=bodies[path], headers=headers, verify=False)
    assert answer.json()["accepted"] == 1
    assert answer.headers["x-between"] == "yes"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", POSTS)
def test_a_path_with_a_line_break_is_no_route(relay: RelayFactory, path: str) -> None:
    running = relay()
    for method in ("POST", "OPTIONS"):
        answer = running.client.request(method, f"{path}%0A")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


def test_every_answer_is_sealed(relay: RelayFactory) -> None:
    running = relay(rate_limit=1)
    client = running.client
    paths = ("healthz", "readyz", "metrics", "nothing", "sdk.js", "manifest.json", "inspector")
    answers = [client.get(f"/_edgee/{path}") for path in paths]
    answers += [running.post(event("a")), running.post(event("b")), client.get(POSTS[0])]
    answers.append(client.post(POSTS[1], headers={"origin": "null"}))
    assert {each.status_code for each in answers} == {200, 202, 403, 404, 405, 429, 503}
    answers.append(client.options(POSTS[0]))

    for each in answers:
        assert each.headers["x-content-type-options"] == "nosniff"
        assert each.headers["referrer-policy"] == "no-referrer"
    for each in answers[:-1]:  # the preflight's has no content
        policy = each.headers["content-security-policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"


def test_scripts_get_no_policy_for_a_worker_would_run_under_it(
    relay: RelayFactory, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "sdk.js").write_text('"__EDGEE_CONFIG__"')
    (tmp_path / "adapters.js").write_text("0")
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "a" / "worker.js").write_text("0")
    client = relay(assets=tmp_path).client

    for path in ("/_edgee/sdk.js", "/_edgee/adapters.js", "/_edgee/a/worker.js"):
        first = client.get(path)
        again = client.get(path, headers={"if-none-match": first.headers["etag"]})
        for answer, status in ((first, 200), (again, 304)):
            assert answer.status_code == status
            assert "content-security-policy" not in answer.headers


def test_an_unknown_path_is_404_in_json(relay: RelayFactory) -> None:
    answer = relay().client.get("/_edgee/nothing/here")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_healthy_and_ready(relay: RelayFactory) -> None:
    client = relay().client

    assert client.get("/_edgee/healthz").status_code == 200
    assert client.get("/_edgee/readyz").json() == {"status": "ready", "forwarder": "forwarding"}


@pytest.mark.parametrize(("path", "look"), [("metrics", "stats"), ("readyz", "check")])
def test_many_who_ask_at_once_make_the_outbox_look_once(
    path: str,
    look: str,
    tmp_path: Path,
    pinterest: FakePinterest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = 0
    really = getattr(SqliteOutbox, look)

    async def slowly(outbox: SqliteOutbox) -> Any:
        nonlocal looks
        looks += 1
        for _ in range(1000):
            await asyncio.sleep(0)
        return await really(outbox)

    async def ask() -> list[httpx2.Response]:
        relay = edgee_relay(RelaySettings(**{**defaults(tmp_path, pinterest), "forward": False}))
        transport = httpx2.ASGITransport(relay)
        async with httpx2.AsyncClient(transport=transport, base_url="http://relay") as client:
            answers = await asyncio.gather(*(client.get(path) for _ in range(20)))
        await relay.state.relay.close()
        return answers

    monkeypatch.setattr(SqliteOutbox, look, slowly)
    assert {answer.status_code for answer in asyncio.run(ask())} == {200}
    assert looks == 1


def test_a_refused_token_is_not_ready(relay: RelayFactory, pinterest: FakePinterest) -> None:
    pinterest.answer = lambda events: (401, {}, {"code": 2, "message": "Authentication failed."})
    running = relay()
    running.post(event())
    pinterest.wait(lambda fake: fake.requests)

    answer = wait_for(running.client, "/_edgee/readyz", 503)

    assert answer.json()["error"]["code"] == "not_ready"
    assert "access token" in answer.json()["reasons"][0]
    assert "edgee_pinterest_authorised 0.0" in running.client.get("/_edgee/metrics").text
    assert running.post(event("still taken")).status_code == 202


def test_readyz_gives_its_reasons_to_those_who_send_the_secret(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    pinterest.answer = lambda events: (401, {}, {"code": 2, "message": "Authentication failed."})
    running = relay(metrics_secret=METRICS_SECRET)
    assert running.client.get("/_edgee/readyz").json() == {"status": "ready"}
    running.post(event())

    stranger = wait_for(running.client, "/_edgee/readyz", 503).json()
    headers = {"authorization": f"Bearer {METRICS_SECRET}"}
    operator = running.client.get("/_edgee/readyz", headers=headers)

    assert stranger["error"]["code"] == "not_ready"
    assert stranger["reasons"] == []
    assert operator.status_code == 503
    assert "token" in operator.json()["reasons"][0]


def test_one_refusal_after_another_is_not_ready(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    pinterest.answer = lambda events: (400, {}, {"code": 4196, "message": "Invalid request"})
    running = relay()
    running.post(*(event(str(n)) for n in range(30)))

    answer = wait_for(running.client, "/_edgee/readyz", 503)

    assert "one event after another" in answer.json()["reasons"][0]


def test_a_replaced_outbox_is_not_ready_and_takes_nothing(
    relay: RelayFactory, tmp_path: Path
) -> None:
    running = relay()
    running.post(event("a"))
    (tmp_path / "outbox.db").rename(tmp_path / "moved.db")

    assert running.client.get("/_edgee/readyz").status_code == 503
    assert running.post(event("b")).status_code == 503


def wait_for(client: httpx2.Client, path: str, status: int) -> httpx2.Response:
    deadline = time.monotonic() + 10
    while (answer := client.get(path)).status_code != status:
        assert time.monotonic() < deadline, answer.text
    return answer


def test_an_outbox_that_cannot_be_opened_is_503_until_it_can(
    relay: RelayFactory, tmp_path: Path, pinterest: FakePinterest
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    running = relay(outbox=f"sqlite://{blocked / 'outbox.db'}")

    refused = running.post(event())
    not_ready = running.client.get("/_edgee/readyz")
    assert running.client.get("/_edgee/metrics").status_code == 200
    blocked.unlink()
    taken = running.post(event())

    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "outbox"
    assert int(refused.headers["retry-after"]) > 0
    assert not_ready.status_code == 503
    assert taken.status_code == 202
    pinterest.wait(lambda fake: fake.events)


def test_an_outbox_that_breaks_is_503_and_nothing_is_acknowledged(
    relay: RelayFactory, tmp_path: Path
) -> None:
    running = relay()
    running.post(event("first"))
    with sqlite3.connect(tmp_path / "outbox.db") as other:
        other.execute("ALTER TABLE event RENAME TO lost")

    answer = running.post(event("second"))

    assert answer.status_code == 503


def raw(running: RunningRelay, head: str, body: bytes = b"") -> socket.socket:
    """A connection on which a POST was begun."""
    url = httpx2.URL(running.url)
    connection = socket.create_connection((url.host, url.port or 80), timeout=10)
    lines = f"POST {url.path}/_edgee/pinterest_capi HTTP/1.1\r\nhost: x\r\n{head}\r\n"
    connection.sendall(lines.encode() + body)
    return connection


def test_a_client_that_dawdles_is_let_go(
    relay: RelayFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_BODY_SECONDS", 0.05)
    head = "content-type: application/json\r\ncontent-length: 100\r\n"

    with raw(relay(), head, b'{"data"') as connection:
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_large_body_is_read_where_it_holds_up_nobody(
    relay: RelayFactory, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, readers = relay(), []

    def noting(function: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any, **named: Any) -> Any:
            readers.append(threading.get_ident())
            return function(*given, **named)

        return noted

    monkeypatch.setattr(posts, "read_events", noting(posts.read_events))
    monkeypatch.setattr(posts, "loads", noting(posts.loads))
    large = b'{"data_collection": ' + b"[" * 100_000
    for path in ("pinterest_capi", "event"):
        for body in (b"{}", large):
            headers = {"content-type": "application/json"}
            answer = running.client.post(f"/_edgee/{path}", content=body, headers=headers)
            assert answer.status_code == 400

    async def loop() -> int:
        return threading.get_ident()

    assert [reader == stage.do(loop()) for reader in readers] == [True, False, True, False]


def test_a_client_that_leaves_is_no_error(
    relay: RelayFactory, caplog: pytest.LogCaptureFixture
) -> None:
    running = relay()
    head = "content-type: application/json\r\ncontent-length: 100\r\n"

    raw(running, head, b'{"data"').close()

    while 'status="400"' not in running.client.get("/_edgee/metrics").text:
        pass
    assert running.post(event()).status_code == 202
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


def test_a_fault_of_ours_is_500_and_prints_no_value(
    relay: RelayFactory, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = relay()

    async def fail(*_: object) -> None:
        raise KeyError("jane@example.com")

    monkeypatch.setattr(running.relay.posts._intake, "take", fail)
    monkeypatch.setattr(running.relay.metrics, "text", lambda *_: {}["jane@example.com"])

    answers = [running.post(event()), running.client.get("/_edgee/metrics")]
    monkeypatch.setattr(running.relay.guard, "caller", lambda *_: {}["jane@example.com"])
    answers.append(running.post(event()))

    for answer in answers:
        assert answer.status_code == 500
        assert answer.json()["error"]["code"] == "internal"
        assert "jane" not in answer.text
    assert "KeyError" in caplog.text
    assert "jane" not in caplog.text


def test_metrics_count_what_happened(relay: RelayFactory, pinterest: FakePinterest) -> None:
    running = relay()
    running.post(event("a"), event("b"), event("c", event_name="no"))
    running.post(event("a"))
    running.client.post("/_edgee/pinterest_capi", content=b"x")
    pinterest.wait(lambda fake: len(fake.events) == 2)

    text = ""
    while not ('settled_total{state="delivered"} 2.0' in text and "_outbox_queued 0.0" in text):
        text = running.client.get("/_edgee/metrics").text

    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["edgee_requests_total", "pinterest_capi", "202"] == 2
    assert samples["edgee_requests_total", "pinterest_capi", "415"] == 1
    assert samples["edgee_events_total", "accepted"] == 2
    assert samples["edgee_events_total", "duplicate"] == 1
    assert samples["edgee_events_refused_total", "invalid_event"] == 1
    assert samples["edgee_pinterest_answers_total", "200"] == 1


def test_it_mounts_into_a_site_in_one_line(
    stage: Stage, tmp_path: Path, pinterest: FakePinterest
) -> None:
    settings = RelaySettings(**defaults(tmp_path, pinterest))
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("the site"))])
    relay = edgee_relay(settings)

    app.mount("/_edgee", relay)

    # No lifespan reaches a mounted app: the first request starts it.
    with stage.play(app, lifespan=False) as url:
        assert httpx2.get(f"{url}/").text == "the site"
        answer = httpx2.post(
            f"{url}/_edgee/pinterest_capi",
            json={"data": [event()]},
            headers={"user-agent": BROWSER},
        )
        assert answer.status_code == 202
        pinterest.wait(lambda fake: fake.events)
        stage.do(relay.state.relay.close())


def test_a_mounted_relay_that_cannot_start_still_answers(
    stage: Stage, tmp_path: Path, pinterest: FakePinterest, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = edgee_relay(RelaySettings(**defaults(tmp_path, pinterest)))

    def fail(*_: object, **__: object) -> None:
        raise InvalidSettings("SSL_CERT_FILE")

    monkeypatch.setattr(app, "PinterestApi", fail)
    with stage.play(relay, lifespan=False) as url:
        assert httpx2.get(f"{url}/healthz").status_code == 200
        assert httpx2.get(f"{url}/readyz").status_code == 503
        stage.do(relay.state.relay.close())


def test_a_users_own_tests_can_drive_it(tmp_path: Path, pinterest: FakePinterest) -> None:
    app = Starlette()
    relay = edgee_relay(RelaySettings(**defaults(tmp_path, pinterest)))
    app.mount("/_edgee", relay)

    client = TestClient(app, client=("203.0.113.7", 50000))  # an event loop for each request
    for n in range(3):
        answer = client.post("/_edgee/pinterest_capi", json={"data": [event(str(n))]})
        assert answer.status_code == 202


def test_settings_come_from_the_environment_where_none_are_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PINTEREST_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("PINTEREST_AD_ACCOUNT_ID", ACCOUNT)
    monkeypatch.setenv("EDGEE_OUTBOX", str(tmp_path / "o.db"))

    settings: Any = edgee_relay().state.relay.settings

    assert settings.pinterest_ad_account_id == ACCOUNT
