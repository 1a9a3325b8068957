"""The stand-in for Pinterest, over real sockets: what the live API is known to answer, it answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from edgee_py.sandbox import RunningSandbox, serve

TOKEN = "the-right-token"
ACCOUNT = "549755885175"
HASH = "0" * 64


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with serve(TOKEN, accounts=[ACCOUNT]) as sandbox:
        yield sandbox


@pytest.fixture
def pinterest(running: RunningSandbox) -> Iterator[RunningSandbox]:
    running.clear()
    yield running
    httpx2.delete(f"{running.url}/_control").raise_for_status()


def event(id_: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "event_name": "checkout",
        "action_source": "web",
        "event_time": int(time.time()),
        "event_id": id_,
        "user_data": {"em": [HASH]},
        **more,
    }


def post(
    pinterest: RunningSandbox,
    *events: dict[str, Any],
    token: str | None = TOKEN,
    account: str = ACCOUNT,
    query: str = "",
    content: bytes | None = None,
) -> httpx2.Response:
    url = f"{pinterest.api_base}/ad_accounts/{account}/events{query}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if content is not None:
        return httpx2.post(url, content=content, headers=headers)
    return httpx2.post(url, json={"data": list(events)}, headers=headers)


def test_a_good_request(pinterest: RunningSandbox) -> None:
    answer = post(pinterest, event("1"), event("2"))
    processed = {"status": "processed", "error_message": "", "warning_message": ""}
    assert answer.status_code == 200
    assert answer.json() == {
        "num_events_received": 2,
        "num_events_processed": 2,
        "events": [processed, processed],
    }
    assert [each["event"]["event_id"] for each in pinterest.events()] == ["1", "2"]


def test_one_unknown_key_costs_the_request(pinterest: RunningSandbox) -> None:
    answer = post(pinterest, event("1"), event("2", custom_data={"category_name": "x"}))
    assert answer.status_code == 400
    assert answer.json() == {
        "code": 4196,
        "message": "Invalid request: Additional properties are not allowed "
        "('category_name' was unexpected)",
    }
    assert pinterest.events() == []
    assert pinterest.requests()[0]["status"] == 400


@pytest.mark.parametrize(
    "content", [b"", b"not json", b"\xff", b"[]", b'{"data": []}', b'{"data": [NaN]}', b"[" * 9000]
)
def test_a_body_that_is_none(pinterest: RunningSandbox, content: bytes) -> None:
    answer = post(pinterest, content=content)
    assert (answer.status_code, answer.json()["code"]) == (400, 4196)


def test_more_than_a_thousand_events(pinterest: RunningSandbox) -> None:
    assert post(pinterest, *[event(str(n)) for n in range(1000)]).status_code == 200
    answer = post(pinterest, *[event(str(n)) for n in range(1001)])
    assert answer.status_code == 400
    assert len(answer.content) < 1000


def test_no_personal_data_in_an_error_text(pinterest: RunningSandbox) -> None:
    for user_data in ({"em": "jane@example.com"}, {"ph": ["+12015550123"]}):
        answer = post(pinterest, event(user_data=user_data))
        assert answer.status_code == 400
        assert "user_data" in answer.text
        assert "jane" not in answer.text
        assert "2015550123" not in answer.text


@pytest.mark.parametrize("token", [None, "wrong", "", "the-right-token2", "ünicode".encode()])
def test_a_wrong_token(pinterest: RunningSandbox, token: str | None) -> None:
    answer = post(pinterest, event(), token=token)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.json() == {"code": 2, "message": "Authentication failed."}


def test_another_ones_account(pinterest: RunningSandbox) -> None:
    answer = post(pinterest, event(), account="123")
    assert (answer.status_code, answer.json()["code"]) == (403, 29)
    assert post(pinterest, event(), account="mine").status_code == 400


def test_any_token_will_do_where_none_is_the_right_one() -> None:
    with serve() as pinterest:
        assert post(pinterest, event(), token="whatever").status_code == 200
        assert post(pinterest, event(), token=None).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"event_name": "buy"}, "event_name"),
        ({"action_source": "fax"}, "action_source"),
        ({"event_time": int(time.time()) + 3600}, "future"),
        ({"event_time": int(time.time()) - 8 * 24 * 3600}, "seven days"),
        ({"event_id": ""}, "event_id"),
    ],
)
def test_an_event_fails_alone(
    pinterest: RunningSandbox, wrong: dict[str, Any], message: str
) -> None:
    answer = post(pinterest, event("1"), event("2", **wrong), event("3"))
    assert answer.status_code == 200
    results = answer.json()["events"]
    assert [each["status"] for each in results] == ["processed", "failed", "processed"]
    assert message in results[1]["error_message"]
    assert answer.json()["num_events_processed"] == 2
    assert [each["status"] for each in pinterest.events()] == ["processed", "failed", "processed"]


def test_a_value_that_is_no_hash_is_warned_of(pinterest: RunningSandbox) -> None:
    answer = post(pinterest, event(user_data={"em": ["jane@example.com"]}))
    warning = answer.json()["events"][0]["warning_message"]
    assert "em" in warning
    assert "jane" not in answer.text


def test_a_test_request_is_judged_and_not_recorded(pinterest: RunningSandbox) -> None:
    answer = post(pinterest, event("1"), query="?test=true")
    assert answer.json()["num_events_processed"] == 1
    assert post(pinterest, event(x=1), query="?test=true").status_code == 400
    post(pinterest, event("1"), query="?test=false")
    assert [each["test"] for each in pinterest.events()] == [True, False]
    assert [each["duplicate"] for each in pinterest.events()] == [False, False]
    assert len(pinterest.events(test="true")) == len(pinterest.events(test="false")) == 1


def test_duplicates_are_known_by_id_and_name(pinterest: RunningSandbox) -> None:
    post(pinterest, event("1"), event("1", event_name="lead"))
    post(pinterest, event("1"), event("2"))
    assert [each["duplicate"] for each in pinterest.events()] == [False, False, True, False]
    assert len(pinterest.events(unique="true")) == 3


@pytest.mark.parametrize(("status", "code"), [(429, 8), (503, 4197)])
def test_refusals_on_demand(pinterest: RunningSandbox, status: int, code: int) -> None:
    pinterest.answer_with(status, times=2, retry_after=1)
    for _ in range(2):
        answer = post(pinterest, event())
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["retry-after"] == "1"
    assert post(pinterest, event()).status_code == 200
    assert len(pinterest.events()) == 1
    assert [each["status"] for each in pinterest.requests()] == [status, status, 200]


def test_not_all_processed_on_demand(pinterest: RunningSandbox) -> None:
    pinterest.answer_with(422, failed=[1])
    answer = post(pinterest, event("1"), event("2"))
    assert answer.status_code == 422
    results = answer.json()["details"]["events"]
    assert [each["status"] for each in results] == ["processed", "failed"]


def test_a_late_answer_has_taken_the_events_all_the_same(pinterest: RunningSandbox) -> None:
    pinterest.answer_with(delay=30)
    url = f"{pinterest.api_base}/ad_accounts/{ACCOUNT}/events"
    with pytest.raises(httpx2.TimeoutException):
        httpx2.post(
            url,
            json={"data": [event()]},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=httpx2.Timeout(5, read=0.2),
        )
    deadline = time.monotonic() + 10
    while not pinterest.events():  # who has gone away may have done so before it was read
        assert time.monotonic() < deadline
    assert len(pinterest.events()) == 1


@pytest.mark.parametrize(
    "plan",
    [
        b"",
        b"[]",
        b"[" * 9000,
        b'{"answer": 418}',
        b'{"answer": 200.0}',
        b'{"answer": [200]}',
        b'{"times": -1}',
        b'{"times": 1.5}',
        b'{"times": 1e999}',
        b'{"times": "2"}',
        b'{"delay": NaN}',
        b'{"delay": Infinity}',
        b'{"delay": 1e9}',
        b'{"retry_after": 0.5}',
        b'{"retry_after": 1e30}',
        b'{"x": 1}',
        b'{"failed": ["a"]}',
    ],
)
def test_a_plan_that_is_none(pinterest: RunningSandbox, plan: bytes) -> None:
    answer = httpx2.post(f"{pinterest.url}/_control", content=plan)
    assert answer.status_code == 400
    assert post(pinterest, event()).status_code == 200


def test_the_token_is_kept_nowhere(pinterest: RunningSandbox) -> None:
    post(pinterest, event("1"))
    post(pinterest, event("2"), token="another-secret")
    for path in ("/", "/events", "/requests"):
        text = httpx2.get(f"{pinterest.url}{path}").text
        assert TOKEN not in text
        assert "another-secret" not in text
    assert [each["authorised"] for each in pinterest.requests()] == [True, False]


def test_the_page_shows_what_arrived_and_runs_none_of_it(pinterest: RunningSandbox) -> None:
    assert "Nothing yet" in httpx2.get(f"{pinterest.url}/").text
    script = "<script>alert(1)</script>"
    post(pinterest, event("1", custom_data={"content_name": script}))
    post(pinterest, event("1", x=script))
    page = httpx2.get(f"{pinterest.url}/")
    assert page.headers["content-type"].startswith("text/html")
    assert "checkout" in page.text
    assert "<data value=1>1</data> request refused" in page.text
    assert script not in page.text


def test_the_page_tells_events_of_one_name_apart(pinterest: RunningSandbox) -> None:
    custom = {
        "content_name": "Order Completed",
        "value": "430",
        "currency": "EUR",
        "order_id": "HL-7",
    }
    shop = "https://shop.example/thank-you.html?a=1"
    post(pinterest, event("1", custom_data=custom, event_source_url=shop))
    post(pinterest, event("2", event_source_url="http://["), query="?test=true")
    page = httpx2.get(f"{pinterest.url}/").text
    for said in ("Order Completed", "430 EUR", "order HL-7", "/thank-you.html?a=1", "test mode"):
        assert f">{said}<" in page


def test_lone_surrogates_break_nothing(pinterest: RunningSandbox) -> None:
    body = b'{"data": [{"event_name": "\\ud800", "action_source": "web", "event_time": 1, '
    body += b'"event_id": "\\udfff", "user_data": {"em": []}}]}'
    assert post(pinterest, content=body).status_code == 200
    assert pinterest.events()[0]["event"]["event_name"] == "\ud800"
    assert httpx2.get(f"{pinterest.url}/").status_code == 200


def test_a_taken_port_is_said_at_once(pinterest: RunningSandbox) -> None:
    taken = int(pinterest.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"), serve(port=taken):
        pass
