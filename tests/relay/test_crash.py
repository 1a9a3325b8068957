"""The promise behind a 202: kill the relay right after it, start another, and the event arrives."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from typer.testing import CliRunner

from edgee_py.cli.app import app
from edgee_py.relay.forwarder import STOP_WAIT
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
            assert process.wait(STOP_WAIT + 10) in (0, -how, 128 + how)

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


def test_a_stop_waits_for_pinterest_no_longer_than_said(
    tmp_path: Path, pinterest: FakePinterest
) -> None:
    asked, gone = threading.Event(), threading.Event()

    def never(events: list[dict[str, Any]]) -> Reply:
        asked.set()
        gone.wait(30)
        return 0, {}, None

    pinterest.answer = never
    with edgee_serve(tmp_path, pinterest.base) as (url, process):
        body = {"data": [event("web"), event("shop", action_source="offline")]}
        httpx2.post(f"{url}pinterest_capi", json=body, headers={"user-agent": BROWSER})
        assert asked.wait(10)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_WAIT + 10)
        assert time.monotonic() - started > STOP_WAIT - 0.5
    gone.set()
    pinterest.wait(lambda fake: fake.requests)  # and nobody is there to hear the answer
    pinterest.answer = processed

    with edgee_serve(tmp_path, pinterest.base) as (url, process):
        pinterest.wait(lambda fake: len(fake.requests) == 2)
        process.send_signal(signal.SIGTERM)
        process.wait(10)

    # What Pinterest deduplicates goes out again, the other is kept for people.
    assert [each["event_id"] for each in pinterest.requests[1].events] == ["web"]
    with sqlite3.connect(tmp_path / "outbox.db") as connection:
        found = dict(connection.execute("SELECT event_id, state FROM event").fetchall())
    assert found == {"web": "delivered", "shop": "parked"}


def test_a_second_relay_sends_nothing_that_the_first_is_sending(
    tmp_path: Path, pinterest: FakePinterest
) -> None:
    asked, go = threading.Event(), threading.Event()

    def slowly(events: list[dict[str, Any]]) -> Reply:
        asked.set()
        go.wait(30)
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


#: What must be nowhere: an address in parts and whole, a name, a number in both forms, the token.
SECRETS = (b"canary", b"Canaryjane", b"7946 0958", b"442079460958", TOKEN.encode())


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_neither_personal_data_nor_the_token_is_left_anywhere(
    tmp_path: Path, pinterest: FakePinterest, log_format: str
) -> None:
    canary = "canary.jane@example.com"
    answers: dict[str, str] = {}
    environ = {
        "EDGEE_INSPECTOR_SECRET": "s3cret-s3cret-s3cret",
        "EDGEE_LOG_FORMAT": log_format,
        "EDGEE_RATE_LIMIT": "off",
    }
    bodies = list(_bodies(canary))

    def judged(events: list[dict[str, Any]]) -> Reply:
        """Pinterest is busy once, and takes all events but the last one."""
        turn = len(pinterest.requests)
        if turn == 1:
            return 503, {}, {"code": 1, "message": "Busy."}
        good = {"status": "processed", "error_message": "", "warning_message": ""}
        failed = {"status": "failed", "error_message": "No.", "warning_message": ""}
        results = [failed if each["event_id"] == "last" else good for each in events]
        return 200, {}, {"events": results}

    pinterest.answer = judged
    with edgee_serve(tmp_path, pinterest.base, **environ) as (url, process):
        for number, (path, body) in enumerate(bodies):
            headers = {
                "user-agent": BROWSER,
                "referer": f"https://shop.example/?email={canary}",
                "cookie": f"_epik={canary}; session={canary}",
                "edgee-sent-at": canary,
                "x-forwarded-for": canary,
                "content-type": "application/json",
            }
            answer = httpx2.post(url + path, content=body, headers=headers)
            answers[f"{path} {number}"] = answer.text + str(answer.headers)
        with sqlite3.connect(tmp_path / "outbox.db") as reader:
            (kept,) = reader.execute("SELECT count(*) FROM event").fetchone()
        assert kept >= 5
        pinterest.wait(lambda fake: len({each["event_id"] for each in fake.events}) == kept, 20)
        post(url, "last")
        client = httpx2.Client()
        for path in (
            "metrics",
            "readyz",
            "openapi.json",
            canary,
            f"a/{canary}",
            f"inspector?secret={canary}",
        ):
            answer = client.get(url + path)
            answers[path] = answer.text + str(answer.headers)
        client.get(f"{url}inspector?secret=s3cret-s3cret-s3cret")
        with client.stream("GET", f"{url}inspector/feed") as feed:
            lines = feed.iter_lines()
            # To the fate of the event that came last.
            told = [next(lines)]
            while not ('"last"' in told[-1] and re.search("delivered|parked", told[-1])):
                told.append(next(lines))
                assert "quiet" not in told[-1], told
            answers["feed"] = "".join(told)
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    for state in ("parked", "all"):
        export = ["outbox", "export", "--state", state, "--output", str(tmp_path / state)]
        assert (
            CliRunner()
            .invoke(app, export, env={"EDGEE_OUTBOX": str(tmp_path / "outbox.db")})
            .exit_code
            == 0
        )
        assert (tmp_path / state).read_text().strip()

    left = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert left["log"]
    left |= {name: text.encode() for name, text in answers.items()}
    left["pinterest"] = str(pinterest.events).encode()
    found = [(name, each) for name, content in left.items() for each in SECRETS if each in content]
    assert found == []


def _bodies(canary: str) -> Iterator[tuple[str, str]]:
    """Posts with an address wherever one can be put, by both routes."""

    def capi(*events: Any) -> tuple[str, str]:
        return "pinterest_capi", json.dumps({"data": events})

    def collected(**collection: Any) -> tuple[str, str]:
        return "event", json.dumps({"data_collection": {"consent": "granted", **collection}})

    personal = {"em": [canary], "fn": ["Canaryjane"], "ph": ["+44 20 7946 0958"]}
    yield capi(event("ok", user_data=personal))
    # In a text that is Pinterest's, and in every one there is.
    texts = {
        "content_name": canary,
        "search_string": f"mail {canary}",
        "content_ids": [canary, "1"],
    }
    content = {"id": canary, "item_name": f"For {canary}", "item_price": "1.00"}
    yield capi(event("texts", custom_data={**texts, "contents": [content]}, language=canary))
    yield capi(event("device", device_info={"model": canary, "languages": [canary]}, app_id=canary))
    address = (
        f"https://shop.example/{canary}?email={canary}&next=%2F{quote(quote(canary))}#{canary}"
    )
    yield capi(event("url", event_source_url=address))
    # Where it does not belong: refused, and not repeated.
    yield capi(event(canary))
    yield capi(event("x", user_data={"email": canary}))
    yield capi(event("y", user_data={canary: 1}), event("w", **{f"$.{canary}": 1}))
    yield capi(event("z", event_name=canary), event(canary, surprise=1))
    yield capi(canary)
    yield "pinterest_capi", json.dumps({"data": canary})
    yield "pinterest_capi", f'{{"data": [{canary}'
    user = {"type": "user", "data": {"user_id": canary, "properties": {"email": canary}}}
    yield collected(events=[user])
    order = {"event_id": canary, "order_id": canary, "note": canary, "products": [{"name": canary}]}
    track = {"type": "track", "data": {"name": f"Mail to {canary}", "properties": order}}
    page = {"title": canary, "url": address, "keywords": [canary], "referrer": address}
    yield collected(events=[track, {"type": "page", "data": page}], context={"page": page})
    yield collected(events=[{"type": canary, "data": {}}, canary, {"type": "track"}])
    yield collected(events=canary)
    yield "event", canary
