"""The promise behind a 202: kill the relay right after it, start another, and the event arrives."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.relay.conftest import (
    BROWSER,
    TOKEN,
    FakePinterest,
    Reply,
    edgee_serve,
    event,
    processed,
)


def post(url: str, *ids: str) -> httpx2.Response:
    return httpx2.post(
        f"{url}pinterest_capi",
        json={"data": [event(id_) for id_ in ids]},
        headers={"user-agent": BROWSER},
    )


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, pinterest: FakePinterest) -> None:
    pinterest.answer = lambda events: (503, {}, {"code": 4197})
    with edgee_serve(tmp_path, pinterest.base) as (url, process):
        for batch in range(5):
            assert post(url, *(f"{batch}-{n}" for n in range(20))).status_code == 202
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    pinterest.answer = processed
    before = len(pinterest.requests)
    with edgee_serve(tmp_path, pinterest.base) as (url, process):

        def delivered(fake: FakePinterest) -> bool:
            return len({e["event_id"] for r in fake.requests[before:] for e in r.events}) == 100

        pinterest.wait(delivered, timeout=20)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_with_a_feed_open(
    tmp_path: Path, pinterest: FakePinterest, how: signal.Signals
) -> None:
    secret = {"EDGEE_INSPECTOR_SECRET": "open-sesame-open-sesame"}
    with (
        edgee_serve(tmp_path, pinterest.base, **secret) as (url, process),
        httpx2.Client() as client,
    ):
        client.get(f"{url}inspector?secret=open-sesame-open-sesame")
        with client.stream("GET", f"{url}inspector/feed") as feed:
            assert feed.status_code == 200
            process.send_signal(how)
            assert process.wait(5) in (0, -how, 128 + how)

    assert "Traceback" not in (tmp_path / "log").read_text()
    assert not (tmp_path / "outbox.db-wal").exists()  # closed, not abandoned


def test_a_signal_lets_pinterests_answer_come(tmp_path: Path, pinterest: FakePinterest) -> None:
    asked = threading.Event()

    def slowly(events: list[dict[str, Any]]) -> Reply:
        asked.set()
        time.sleep(1.0)
        return processed(events)

    pinterest.answer = slowly
    with edgee_serve(tmp_path, pinterest.base) as (url, process):
        body = {"data": [event("shop", action_source="offline")]}
        httpx2.post(f"{url}pinterest_capi", json=body, headers={"user-agent": BROWSER})
        assert asked.wait(10)
        process.send_signal(signal.SIGTERM)
        process.wait(10)

    with sqlite3.connect(tmp_path / "outbox.db") as connection:
        assert connection.execute("SELECT state FROM event").fetchall() == [("delivered",)]


def test_a_second_relay_sends_nothing_that_the_first_is_sending(
    tmp_path: Path, pinterest: FakePinterest
) -> None:
    asked, go = threading.Event(), threading.Event()

    def slowly(events: list[dict[str, Any]]) -> Reply:
        asked.set()
        go.wait(10)
        return processed(events)

    pinterest.answer = slowly
    with edgee_serve(tmp_path, pinterest.base) as (url, _):
        post(url, "first")
        assert asked.wait(10)
        pinterest.answer = processed
        with edgee_serve(tmp_path, pinterest.base) as (second, _):
            post(second, "second")
            pinterest.wait(lambda fake: fake.events)
            assert [each["event_id"] for each in pinterest.events] == ["second"]
            go.set()
            pinterest.wait(lambda fake: len(fake.events) == 2)
    assert [each["event_id"] for each in pinterest.events] == ["second", "first"]


def test_neither_personal_data_nor_the_token_is_left_anywhere(
    tmp_path: Path, pinterest: FakePinterest
) -> None:
    canary = "canary.jane@example.com"
    answers: list[str] = []
    with edgee_serve(tmp_path, pinterest.base, EDGEE_INSPECTOR_SECRET="s3cret-s3cret-s3cret") as (
        url,
        process,
    ):

        def send(path: str, body: object) -> None:
            headers = {"user-agent": BROWSER}
            answer = httpx2.post(url + path, json=body, headers=headers)
            answers.append(answer.text + str(answer.headers))

        personal = {"em": [canary], "fn": ["Canaryjane"], "ph": ["+44 20 7946 0958"]}
        send("pinterest_capi", {"data": [event("ok", user_data=personal)]})
        # Where it does not belong: refused, and not repeated.
        send("pinterest_capi", {"data": [event("x", user_data={"email": canary})]})
        send("pinterest_capi", {"data": [event("y", user_data={canary: 1})]})
        send("pinterest_capi", {"data": [event("z", event_name=canary)]})
        send("pinterest_capi", {"data": canary})
        user = {"type": "user", "data": {"user_id": "7", "properties": {"email": canary}}}
        send("event", {"data_collection": {"events": [user], "consent": "granted"}})
        send("event", {"data_collection": {"events": canary}})
        pinterest.wait(lambda fake: len(fake.events) == 2)
        for path in ("metrics", "readyz"):
            answers.append(httpx2.get(url + path).text)
        client = httpx2.Client()
        client.get(f"{url}inspector?secret=s3cret-s3cret-s3cret")
        with client.stream("GET", f"{url}inspector/feed") as feed:
            lines = feed.iter_lines()
            answers.extend(next(lines) for _ in range(20))
        process.send_signal(signal.SIGTERM)
        process.wait(10)

    left = [each.read_bytes() for each in tmp_path.iterdir()]
    left += [each.encode() for each in answers]
    left.append(str(pinterest.events).encode())
    for content in left:
        for secret in (b"canary", b"Canaryjane", b"7946 0958", b"442079460958", TOKEN.encode()):
            assert secret not in content
