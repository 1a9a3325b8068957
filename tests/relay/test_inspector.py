"""The inspector: who gets in, and what the live feed says."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.relay import inspector
from edgee_py.relay.errors import RelayError
from edgee_py.relay.feed import Feed
from tests.relay.conftest import (
    FakePinterest,
    RelayFactory,
    RunningRelay,
    event,
)
from tests.relay.test_assets import assets

__all__ = ["assets"]
SECRET = "open-sesame-open-sesame"
PATHS = ["/_edgee/inspector", "/_edgee/inspector/feed", "/_edgee/inspector/inspector.js"]


def read(running: RunningRelay, count: int, **headers: str) -> list[dict[str, Any]]:
    """So many messages of the feed, each with its id."""

    def messages(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
        number = ""
        for line in lines:
            if line.startswith("id: "):
                number = line.removeprefix("id: ")
            if line.startswith("data: "):
                message = json.loads(line.removeprefix("data: "))
                if not {"identifiers", "health"} & message.keys():
                    yield {"id": number, **message}

    with running.client.stream("GET", "/_edgee/inspector/feed", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        found = messages(answer.iter_lines())
        return [next(found) for _ in range(count)]


@pytest.mark.parametrize("path", PATHS)
def test_in_production_there_is_none(relay: RelayFactory, assets: Path, path: str) -> None:
    answer = relay(assets=assets).client.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_in_development_it_is_open(relay: RelayFactory, assets: Path) -> None:
    client = relay(assets=assets, inspector="on").client

    page = client.get("/_edgee/inspector")

    assert "Inspector" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert client.get("/_edgee/inspector/inspector.js").status_code == 200
    slashed = client.get("/_edgee/inspector/", follow_redirects=True)
    assert slashed.url.path.endswith("/_edgee/inspector")


def test_a_secret_opens_it_once_and_a_cookie_from_then_on(
    relay: RelayFactory, assets: Path
) -> None:
    running = relay(assets=assets, inspector="on", inspector_secret="open-sesame-open-sesame")
    client = running.client
    for wrong in ("", "?secret=", "?secret=wrong", "?secret=%ff"):
        assert client.get(f"/_edgee/inspector{wrong}").status_code == 404

    entered = client.get("/_edgee/inspector?secret=open-sesame-open-sesame")

    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "open-sesame-open-sesame" not in cookie
    assert entered.headers["refresh"].endswith("/_edgee/inspector")
    for path in (PATHS[0], PATHS[2]):
        assert client.get(path).status_code == 200
    client.cookies.clear()
    forged = {"cookie": "edgee_inspector=open-sesame-open-sesame"}
    assert client.get(PATHS[0], headers=forged).status_code == 404


def test_behind_tls_the_cookie_is_secure(relay: RelayFactory, assets: Path) -> None:
    running = relay(assets=assets, inspector_secret="open-sesame-open-sesame")

    proxied = {"x-forwarded-proto": "https", "x-forwarded-host": "shop.example"}
    entered = running.client.get(
        "/_edgee/inspector?secret=open-sesame-open-sesame", headers=proxied
    )

    assert "Secure" in entered.headers["set-cookie"]


@pytest.mark.parametrize("by_cookie", [False, True])
def test_guessing_is_slow_even_without_a_rate_limit(
    relay: RelayFactory, assets: Path, by_cookie: bool
) -> None:
    client = relay(assets=assets, inspector_secret=SECRET).client

    def guess(text: str, path: str = PATHS[0]) -> int:
        if by_cookie:
            return client.get(path, headers={"cookie": f"edgee_inspector={text}"}).status_code
        return client.get(path, params={"secret": text}).status_code

    assert [guess(str(n)) for n in range(11)] == [404] * 10 + [429]
    assert client.get(PATHS[0], params={"secret": SECRET}).status_code == 429  # not even looked at
    assert client.get(PATHS[0]).status_code == 404


def test_a_cookie_ends_with_its_time_and_with_the_process(
    relay: RelayFactory, assets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (relay(assets=assets, inspector_secret=SECRET) for _ in range(2))
    first.client.get(PATHS[0], params={"secret": SECRET})
    [cookie] = first.client.cookies.jar
    headers = {"cookie": f"edgee_inspector={cookie.value}"}

    assert first.client.get(PATHS[0]).status_code == 200
    assert second.client.get(PATHS[0], headers=headers).status_code == 404
    later = {"cookie": headers["cookie"].replace("=1", "=2", 1)}
    assert httpx2.get(first.url + PATHS[0], headers=later).status_code == 404
    now = time.time()
    monkeypatch.setattr(inspector.time, "time", lambda: now + 9 * 3600)
    assert first.client.get(PATHS[0]).status_code == 404


def test_the_feed_follows_an_event_to_its_delivery(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay(inspector="on")
    running.post(event("a", user_data={"em": ["jane@example.com"]}), event("b", event_name="buy"))

    messages = read(running, 4)

    assert [(each["event_id"], each["state"]) for each in messages] == [
        ("b", "refused"),
        ("a", "received"),
        ("a", "queued"),
        ("a", "delivered"),
    ]
    assert messages[0]["reason"] == "invalid_event"
    assert messages[0]["message"]
    assert messages[1]["route"] == "pinterest_capi"
    hashed = hashlib.sha256(b"jane@example.com").hexdigest()
    assert messages[1]["event"]["user_data"]["em"] == [hashed]
    assert messages[3]["response"] == {
        "status": "processed",
        "error_message": "",
        "warning_message": "",
    }
    assert "jane" not in json.dumps(messages)


def test_a_parked_event_says_why(relay: RelayFactory, pinterest: FakePinterest) -> None:
    failed = {"status": "failed", "error_message": "Bad currency.", "warning_message": ""}
    pinterest.answer = lambda events: (200, {}, {"events": [failed]})
    running = relay(inspector="on")
    running.post(event("a"))

    parked = read(running, 3)[-1]

    assert (parked["state"], parked["message"]) == ("parked", "Bad currency.")


def test_a_reconnecting_browser_gets_what_it_missed(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay(inspector="on")
    running.post(event("a"))
    first = read(running, 3)

    running.post(event("b"))
    missed = read(running, 3, **{"last-event-id": first[-1]["id"]})
    after_restart = read(running, 6, **{"last-event-id": "999"})

    assert {each["event_id"] for each in missed} == {"b"}
    assert [each["event_id"] for each in after_restart] == ["a"] * 3 + ["b"] * 3


def test_a_duplicate_is_told_as_one(relay: RelayFactory) -> None:
    running = relay(inspector="on")
    running.post(event("a"))
    read(running, 3)

    running.post(event("a"))
    running.post(event("b"))

    later = [(each["event_id"], each["state"]) for each in read(running, 7)][3:]
    assert later[:3] == [("a", "duplicate"), ("b", "received"), ("b", "queued")]


def test_closing_the_relay_ends_open_feeds(relay: RelayFactory, stage: Any) -> None:
    running = relay(inspector="on")

    with running.client.stream("GET", "/_edgee/inspector/feed") as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": connected"
        stage.do(close(running))
        rest = [line for line in lines if line.startswith("data: ")]
        assert all("identifiers" in line or "health" in line for line in rest)


async def close(running: RunningRelay) -> None:
    running.relay.feed.close()


def test_a_watcher_that_leaves_is_forgotten(relay: RelayFactory) -> None:
    running = relay(inspector="on")
    running.post(event("a"))
    read(running, 3)

    deadline = time.monotonic() + 10
    while running.relay.feed._subscribers:
        assert time.monotonic() < deadline
        httpx2.get(f"{running.url}/_edgee/healthz")


CALL = {
    "id": "c1",
    "at": 1,
    "method": "track",
    "page": "https://shop.example/",
    "by": "page",
    "consent": "pending",
    "outcome": "held",
    "arguments": [{"name": "<b>Order</b>"}],
}
TOLD = {"id": "c1", "method": "track", "outcome": "refused", "event_id": "c1", "reason": "bot"}
REPORT = {"calls": [CALL], "told": [TOLD]}


def test_a_page_tells_of_its_calls(relay: RelayFactory) -> None:
    running = relay(inspector="on")

    answer = running.client.post("/_edgee/inspector/calls", json=REPORT)

    assert (answer.status_code, answer.json()) == (202, {"shown": 2})
    call, told = read(running, 2)
    assert call["call"].items() >= CALL.items()
    assert told["told"] == TOLD


@pytest.mark.parametrize("body", [b"", b"[]", b'{"calls":[{}]}', b'{"calls":[null]}', b"\xff"])
def test_a_report_that_is_none_is_refused(relay: RelayFactory, body: bytes) -> None:
    headers = {"content-type": "text/plain"}
    answer = relay(inspector="on").client.post(
        "/_edgee/inspector/calls", content=body, headers=headers
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")


def test_in_production_a_report_is_not_even_read(relay: RelayFactory) -> None:
    closed, guarded = relay(), relay(inspector="on", inspector_secret=SECRET)
    for running in (closed, guarded):
        for body in (b"", b"nonsense", json.dumps(REPORT).encode()):
            answer = running.client.post(
                "/_edgee/inspector/calls", content=body, headers={"content-type": "text/plain"}
            )
            assert (answer.status_code, answer.json()) == (202, {"shown": 0})
        assert not [each for each in running.relay.feed._kept if b"call" in each.message]


def test_whoever_has_given_the_secret_sees_their_own_pages_calls(
    relay: RelayFactory, assets: Path
) -> None:
    running = relay(assets=assets, inspector_secret=SECRET)
    running.client.get(PATHS[0], params={"secret": SECRET})

    answer = running.client.post("/_edgee/inspector/calls", json=REPORT)

    assert answer.json() == {"shown": 2}


def test_pages_of_other_origins_tell_nothing(relay: RelayFactory) -> None:
    running = relay(inspector="on")
    answer = running.client.post(
        "/_edgee/inspector/calls", json=REPORT, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert not [each for each in running.relay.feed._kept if b"call" in each.message]


def test_only_an_open_inspector_has_pages_tell_of_their_calls(
    relay: RelayFactory, assets: Path
) -> None:
    def served(**given: str) -> str:
        return relay(assets=assets, **given).client.get("/_edgee/sdk.js").text

    assert '"inspector":true' in served(inspector="on")
    assert "inspector" not in served()
    assert "inspector" not in served(inspector="on", inspector_secret=SECRET)


def test_raw_calls_are_shown_as_the_relay_maps_them(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay(inspector="on")
    data = {"user_id": "u-1", "properties": {"email": "jane@example.com", "plan": "gold"}}
    event = {"type": "user", "data": data}
    running.client.post("/_edgee/event", json={"data_collection": {"events": [event]}})

    messages = read(running, 4)

    call = messages[0]["call"]
    [made] = call["events"]
    assert (call["by"], call["outcome"], made["event_name"]) == ("relay", "mapped", "lead")
    assert made["edgee"]["type"] == "user"
    assert made["event_id"] == messages[1]["event_id"]
    assert messages[-1]["state"] == "delivered"
    assert "jane" not in json.dumps(messages)
    assert "u-1" not in json.dumps(messages)


def test_a_closed_relay_makes_no_traces_unless_its_own_page_asks(relay: RelayFactory) -> None:
    running = relay()
    call = {"id": "c", "at": int(time.time() * 1000), "type": "track", "data": "x", "page": {}}
    collection = {"events": [call], "config": {"trace": True}}

    asked = running.client.post("/_edgee/event", json={"data_collection": collection}).json()
    del collection["config"]
    call["id"] = "d"
    unasked = running.client.post("/_edgee/event", json={"data_collection": collection}).json()

    assert asked["trace"][0]["events"][0]["event_id"] == "c"
    assert "trace" not in unasked


def test_it_shows_that_pinterest_does_not_take_events(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    pinterest.answer = lambda events: (401, {}, {"code": 2, "message": "no"})
    running = relay(inspector="on")
    running.post(event("a"))
    pinterest.wait(lambda fake: fake.requests)

    with running.client.stream("GET", "/_edgee/inspector/feed") as answer:
        for line in answer.iter_lines():
            if '"health"' in line and "refuses the access token" in line:
                assert '"ok":false' in line
                break


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(st.characters()), each),
    max_leaves=5,
)


@given(st.sampled_from([*CALL, "events", "refusals", "notes", "x"]), ANYTHING)
def test_whatever_a_report_holds_it_is_shown_or_refused(name: str, value: Any) -> None:
    report = {
        "calls": [{**CALL, "arguments": [value], name: value}],
        "told": [{**TOLD, name: value}],
    }
    for part in (report, {"calls": report["calls"]}, {"told": report["told"]}, value):
        body = json.dumps(part).encode()
        try:
            inspector.take_report(Feed(on=True), body, 1)
        except RelayError as error:
            assert error.status == 400
