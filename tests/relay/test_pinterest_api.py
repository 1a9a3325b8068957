from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from email.utils import formatdate
from typing import Any

import httpx2
import pytest

from edgee_py.relay import pinterest_api
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


def test_a_422s_results_are_found_among_its_details() -> None:
    results = [FAILED, {"status": "processed"}]
    details = {"num_events_received": 2, "num_events_processed": 1, "events": results}

    answer = read(422, {"code": 0, "message": "Not all.", "details": details}, count=2)

    assert answer.verdict is Verdict.ANSWERED
    assert [each.words for each in answer.results] == ["Bad.", ""]


@pytest.mark.parametrize("details", [None, {}, {"events": []}, "see above"])
def test_a_422_that_does_not_say_which_events_were_taken(details: Any) -> None:
    answer = read(422, {"code": 0, "message": "Not all.", "details": details})

    assert (answer.verdict, answer.partly, answer.words) == (Verdict.FAULTY, True, "Not all.")


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.parametrize(
    "body", [b"", b"<html>400 Bad Request</html>", b"[]", {"message": "No."}, {"error": "No."}]
)
def test_a_refusal_that_is_not_in_pinterests_words_is_none(status: int, body: Any) -> None:
    assert read(status, body).verdict is Verdict.LATER


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("999999", 900),
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


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinterest_api, "DEADLINE", 0.2)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)

    async def run() -> Answer:
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        api = PinterestApi(f"http://127.0.0.1:{port}/v5", "1", is_test=False)
        answer = await api.send([b"{}"], Secret("t"))
        await api.close()
        server.close()
        return answer

    assert asyncio.run(run()).verdict is Verdict.UNKNOWN


def test_a_stand_in_on_this_machine_is_not_asked_through_a_proxy(
    pinterest: FakePinterest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    pinterest.answer = processed

    assert send(pinterest.base).verdict is Verdict.ANSWERED
