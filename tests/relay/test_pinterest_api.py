from __future__ import annotations

import asyncio
import json
import time
from email.utils import formatdate
from typing import Any

import httpx2
import pytest

from edgee_py.relay.pinterest_api import Answer, PinterestApi, Verdict, read_answer
from edgee_py.relay.secret import Secret
from tests.relay.conftest import FakePinterest, event, processed


def read(status: int, body: Any = b"", count: int = 1, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(httpx2.Response(status, content=content, headers=headers), count)


FAILED = {"status": "failed", "error_message": "Bad.", "warning_message": ""}


def test_results_are_read_in_order() -> None:
    body = {"events": [FAILED, {"status": "processed", "warning_message": "Hm."}], "more": 1}

    answer = read(200, body, count=2)

    assert answer.verdict is Verdict.ANSWERED
    assert [each.processed for each in answer.results] == [False, True]
    assert [each.words for each in answer.results] == ["Bad.", "Hm."]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Verdict.FAULTY),
        (413, Verdict.FAULTY),
        (422, Verdict.FAULTY),
        (401, Verdict.UNAUTHORISED),
        (403, Verdict.UNAUTHORISED),
        (404, Verdict.UNAUTHORISED),
        (429, Verdict.LATER),
        (503, Verdict.LATER),
        (500, Verdict.UNKNOWN),
        (502, Verdict.UNKNOWN),
        (504, Verdict.UNKNOWN),
        (302, Verdict.UNKNOWN),
    ],
)
def test_what_a_status_means(status: int, verdict: Verdict) -> None:
    answer = read(status, {"code": 1, "message": "Words."})

    assert (answer.verdict, answer.words) == (verdict, "Words.")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in to the network</html>",
        b"[" * 5000,
        {"events": []},
        {"events": [FAILED] * 2},
    ],
)
def test_a_success_without_a_result_for_each_event_is_no_answer(body: Any) -> None:
    assert read(200, body).verdict is Verdict.UNKNOWN


def test_a_422_with_results_is_read_like_any_other() -> None:
    assert read(422, {"code": 1, "message": "m", "events": [FAILED]}).verdict is Verdict.ANSWERED


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("999999", 3600),
        ("soon", 0),
        ("", 0),
    ],
)
def test_retry_after(header: str, seconds: float) -> None:
    assert read(429, **{"retry-after": header}).retry_after == pytest.approx(seconds, abs=2)


@pytest.mark.parametrize(("offset", "seconds"), [(60, 60), (-60, 0)])
def test_retry_after_as_a_date(offset: int, seconds: float) -> None:
    date = formatdate(time.time() + offset, usegmt=True)
    assert read(503, **{"retry-after": date}).retry_after == pytest.approx(seconds, abs=2)


def send(api_base: str) -> Answer:
    async def run() -> Answer:
        api = PinterestApi(api_base, "1", is_test=False)
        try:
            return await api.send([json.dumps(event()).encode()], Secret("t"))
        finally:
            await api.close()

    return asyncio.run(run())


def test_nobody_there_means_later_and_a_lost_answer_unknown(pinterest: FakePinterest) -> None:
    pinterest.answer = lambda events: (0, {}, b"")

    assert send("http://127.0.0.1:9/v5").verdict is Verdict.LATER
    assert send(pinterest.base).verdict is Verdict.UNKNOWN


def test_a_stand_in_on_this_machine_is_not_asked_through_a_proxy(
    pinterest: FakePinterest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    pinterest.answer = processed

    assert send(pinterest.base).verdict is Verdict.ANSWERED
