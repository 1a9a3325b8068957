"""POST /_edgee/pinterest_capi: what is taken, what is mended, what is refused and with which words."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import pytest
from throttled import utils

from edgee_py.pinterest.settings import PinterestSettings
from tests.relay.conftest import ACCOUNT, BROWSER, TOKEN, FakePinterest, RelayFactory, event


def test_an_event_reaches_pinterest_with_address_user_agent_and_token(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    sent = event(custom_data={"value": "59.90", "contents": [{"id": "42", "quantity": 2}]})

    answer = relay().post(sent)

    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    pinterest.wait(lambda fake: fake.events)
    (request,) = pinterest.requests
    assert request.path == f"/v5/ad_accounts/{ACCOUNT}/events"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    user_data = {"client_ip_address": "127.0.0.1", "client_user_agent": BROWSER}
    assert request.events == [{**sent, "user_data": user_data}]


def test_address_user_agent_and_partner_of_the_sender_are_not_believed(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    claimed = {"client_ip_address": "198.51.100.9", "client_user_agent": "Somebody else"}

    relay().post(event(user_data=claimed, partner_name="ss-other"))

    pinterest.wait(lambda fake: fake.events)
    assert pinterest.events[0]["user_data"] == {
        "client_ip_address": "127.0.0.1",
        "client_user_agent": BROWSER,
    }
    assert "partner_name" not in pinterest.events[0]


APP = {"app_id": "1", "app_name": "x", "app_version": "1", "app_info": {"app_id": "1"}}


def test_a_page_says_nothing_of_apps_and_partners(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay(origins=["https://shop.example"])
    claimed = event("a", **APP, partner_name="ss-x", custom_data={"np": "ss-x", "value": "1"})
    page = {"origin": "https://shop.example"}

    assert running.post(claimed, headers=page).status_code == 202
    assert running.post({**claimed, "event_id": "b"}).status_code == 202  # a server's

    pinterest.wait(lambda fake: len(fake.events) == 2)
    first, second = sorted(pinterest.events, key=lambda each: str(each["event_id"]))
    assert first["custom_data"] == {"value": "1"}
    assert not set(first) & {*APP, "partner_name"}
    assert {name: second[name] for name in APP} == APP
    assert second["custom_data"]["np"] == "ss-x"
    assert "partner_name" not in second


@pytest.mark.parametrize("source", ["app_android", "app_ios", "offline"])
def test_events_of_apps_and_shops_come_from_servers(relay: RelayFactory, source: str) -> None:
    running = relay(origins=["https://shop.example"])
    sent = event(action_source=source)

    refused = running.post(sent, headers={"origin": "https://shop.example"})

    assert refused.status_code == 422
    (rejected,) = refused.json()["rejected"]
    assert (rejected["event_id"], rejected["reason"]) == ("e1", "invalid_event")
    assert "from a server" in rejected["message"]
    assert running.post(sent).json()["accepted"] == 1


def test_the_relays_own_partner_name_counts(relay: RelayFactory, pinterest: FakePinterest) -> None:
    settings = PinterestSettings(partner_name="ss-ours")

    relay(pinterest=settings).post(event(partner_name="ss-other"))

    pinterest.wait(lambda fake: fake.events)
    assert pinterest.events[0]["partner_name"] == "ss-ours"


def test_raw_personal_values_are_normalised_and_hashed(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    hashed = hashlib.sha256(b"already@hashed.example").hexdigest()

    relay().post(event(user_data={"em": [" Jane@Example.COM ", hashed], "ct": ["New York"]}))

    pinterest.wait(lambda fake: fake.events)
    user_data = pinterest.events[0]["user_data"]
    assert user_data["em"] == [hashlib.sha256(b"jane@example.com").hexdigest(), hashed]
    assert user_data["ct"] == [hashlib.sha256(b"newyork").hexdigest()]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example/?id=1&email=jane@example.com#jane", "https://shop.example/?id=1"),
        ("https://jane:secret@shop.example/", "https://shop.example/"),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_the_address_of_the_page_holds_nothing_personal(
    relay: RelayFactory, pinterest: FakePinterest, given: str, kept: str | None
) -> None:
    assert relay().post(event(event_source_url=given)).status_code == 202

    pinterest.wait(lambda fake: fake.events)
    assert pinterest.events[0].get("event_source_url") == kept


def test_the_click_id_cookie_fills_in_where_the_event_has_none(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay()

    headers = {"cookie": "_epik=from-cookie"}
    running.post(event("a"), event("b", user_data={"click_id": "from-page"}), headers=headers)

    pinterest.wait(lambda fake: len(fake.events) == 2)
    clicks = {each["event_id"]: each["user_data"]["click_id"] for each in pinterest.events}
    assert clicks == {"a": "from-cookie", "b": "from-page"}


def test_null_says_nothing(relay: RelayFactory, pinterest: FakePinterest) -> None:
    answer = relay().post(event(custom_data={"currency": None, "value": "1"}, language=None))

    assert answer.status_code == 202
    pinterest.wait(lambda fake: fake.events)
    assert pinterest.events[0]["custom_data"] == {"value": "1"}
    assert "language" not in pinterest.events[0]


def test_one_bad_event_sinks_no_other(relay: RelayFactory, pinterest: FakePinterest) -> None:
    answer = relay().post(
        event("good"),
        event("bad", custom_data={"value": 59.9}),
        "not even an object",
        event("good-too"),
    )

    assert answer.status_code == 202
    body = answer.json()
    assert body["accepted"] == 2
    assert [each["event_id"] for each in body["rejected"]] == ["bad", ""]
    assert body["rejected"][0]["reason"] == "invalid_event"
    assert "custom_data.value" in body["rejected"][0]["message"]
    pinterest.wait(lambda fake: len(fake.events) == 2)


def test_where_nothing_is_valid_the_answer_is_422_with_every_reason(relay: RelayFactory) -> None:
    running = relay()

    answer = running.post(event("x", event_name="purchase"), event("y", surprise=1))

    assert answer.status_code == 422
    body = answer.json()
    assert body["error"]["code"] == "nothing_valid"
    assert [each["event_id"] for each in body["rejected"]] == ["x", "y"]
    assert running.post().status_code == 422


def test_the_same_event_twice_is_one(relay: RelayFactory, pinterest: FakePinterest) -> None:
    running = relay()

    first = running.post(event("a"), event("b"), event("b"))
    again = running.post(event("a"), event("a", event_name="lead"))

    assert (first.json()["accepted"], first.json()["duplicates"]) == (2, 1)
    assert (again.json()["accepted"], again.json()["duplicates"]) == (1, 1)
    pinterest.wait(lambda fake: len(fake.events) == 3)
    delivered = running.post(event("a"), event("b"))
    assert delivered.status_code == 202
    assert delivered.json()["duplicates"] == 2
    assert sorted((e["event_id"], e["event_name"]) for e in pinterest.events) == [
        ("a", "lead"),
        ("a", "page_visit"),
        ("b", "page_visit"),
    ]


@pytest.mark.parametrize(
    ("headers", "query", "at", "expected"),
    [
        pytest.param({}, "", -100, -100, id="no clock given: the time stands"),
        pytest.param({}, "", +3600, 0, id="never in the future"),
        pytest.param({"edgee-sent-at": "-7200"}, "", -7300, -100, id="slow clock, by header"),
        pytest.param({}, "-7200", -7300, -100, id="slow clock, by the beacon's query"),
        pytest.param({"edgee-sent-at": "+7200"}, "", +7100, -100, id="fast clock"),
        pytest.param({"edgee-sent-at": "-30"}, "", -100, -100, id="under a minute is the network"),
        pytest.param({"edgee-sent-at": "soon"}, "", -100, -100, id="nonsense is no clock"),
    ],
)
def test_a_wrong_clock_is_corrected(
    relay: RelayFactory,
    pinterest: FakePinterest,
    headers: dict[str, str],
    query: str,
    at: int,
    expected: int,
) -> None:
    now = int(time.time())

    def clock(seconds: str) -> str:
        return str((now + int(seconds)) * 1000) if seconds[:1] in "+-" else seconds

    answer = relay().client.post(
        "/_edgee/pinterest_capi" + (f"?t={clock(query)}" if query else ""),
        json={"data": [event(event_time=now + at)]},
        headers={name: clock(value) for name, value in headers.items()},
    )

    assert answer.status_code == 202
    pinterest.wait(lambda fake: fake.events)
    assert abs(pinterest.events[0]["event_time"] - (now + expected)) <= 2


def test_events_older_than_seven_days_are_refused(relay: RelayFactory) -> None:
    week = 7 * 24 * 3600
    now = int(time.time())

    answer = relay().post(
        event("old", event_time=now - week - 5), event("just", event_time=now - week + 60)
    )

    assert answer.json()["accepted"] == 1
    assert [each["reason"] for each in answer.json()["rejected"]] == ["too_old"]


def test_an_event_about_nobody_is_refused(relay: RelayFactory) -> None:
    running = relay()
    known = event("known", user_data={"em": ["jane@example.com"]})

    answer = running.post(event("nobody"), known, headers={"user-agent": ""})

    assert answer.json()["accepted"] == 1
    assert [each["reason"] for each in answer.json()["rejected"]] == ["no_identifier"]


def test_junk_in_a_hash_field_identifies_nobody(relay: RelayFactory) -> None:
    junk = event(user_data={"em": ["not an address", ""]})

    answer = relay().post(junk, headers={"user-agent": ""})

    assert [each["reason"] for each in answer.json()["rejected"]] == ["no_identifier"]


HEADLESS = BROWSER.replace("Chrome", "HeadlessChrome")
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    ("user_agent", "settings", "accepted"),
    [
        (GOOGLEBOT, {}, False),
        (HEADLESS, {}, False),
        (HEADLESS, {"is_test": True}, True),
        (HEADLESS, {"bot_filter": "crawlers"}, True),
        (GOOGLEBOT, {"bot_filter": "crawlers"}, False),
        (GOOGLEBOT, {"bot_filter": "off"}, True),
        ("curl/8.14.1", {}, True),
        (BROWSER, {}, True),
    ],
)
def test_bots(
    relay: RelayFactory, user_agent: str, settings: dict[str, Any], accepted: bool
) -> None:
    answer = relay(**settings).post(event(), headers={"user-agent": user_agent})

    assert answer.status_code == (202 if accepted else 422)
    assert [each["reason"] for each in answer.json()["rejected"]] == ([] if accepted else ["bot"])


def test_in_test_mode_pinterest_only_validates_and_the_log_says_so(
    relay: RelayFactory, pinterest: FakePinterest, caplog: pytest.LogCaptureFixture
) -> None:
    relay(is_test=True).post(event())

    pinterest.wait(lambda fake: fake.events)
    assert pinterest.requests[0].path.endswith("/events?test=true")
    assert "is_test is on: Pinterest checks the events and records none of them" in caplog.messages


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        'Application/JSON;charset="UTF-8"',
        "application/vnd.edgee+json",
        "text/plain",
        "text/plain;charset=UTF-8",
    ],
)
def test_any_name_of_json_is_taken(relay: RelayFactory, content_type: str) -> None:
    answer = relay().client.post(
        "/_edgee/pinterest_capi",
        content=json.dumps({"data": [event()]}),
        headers={"content-type": content_type},
    )

    assert answer.status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {},
    ],
)
def test_other_types_are_415(relay: RelayFactory, headers: dict[str, str]) -> None:
    answer = relay().client.post("/_edgee/pinterest_capi", content=b"{}", headers=headers)

    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "type"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"data": {}}',
        b'{"data": [], "more": 1}',
        b"\xff\xfe{}",
        b'{"data": [' + b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"data": NaN}',
    ],
)
def test_what_is_no_such_body_is_400(relay: RelayFactory, body: bytes) -> None:
    answer = relay().client.post(
        "/_edgee/pinterest_capi", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "malformed"


@pytest.mark.parametrize(
    "hostile",
    [
        b'{"event_id": "\\ud800"}',
        b'{"event_id": "\xff"}',
        b'{"event_id": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"event_time": ' + b"9" * 5000 + b"}",
        b'{"event_time": 1e999}',
        b'{"event_time": -0.0}',
        b'{"event_time": NaN}',
        b'"text"',
        b"null",
        b'{"event_id": {"a": 1}, "event_name": ["x"]}',
        b'{"event_id": "' + b"x" * 70_000 + b'"}',
    ],
)
def test_a_hostile_event_gets_a_reason_and_loses_nothing_else(
    relay: RelayFactory, hostile: bytes
) -> None:
    good = json.dumps(event("good")).encode()

    answer = relay().client.post(
        "/_edgee/pinterest_capi",
        content=b'{"data": [' + hostile + b"," + good + b"]}",
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    (rejected,) = answer.json()["rejected"]
    assert rejected["reason"] in ("invalid_event", "too_large")


def test_more_than_a_thousand_events_are_413(relay: RelayFactory) -> None:
    answer = relay().post(*[0] * 1001)

    assert answer.status_code == 413


def test_a_large_body_is_refused_before_it_is_read(relay: RelayFactory) -> None:
    running = relay(body_limit=1000)

    def chunks() -> Any:
        for _ in range(3):
            yield b" " * 500

    headers = {"content-type": "application/json"}
    told = running.client.post("/_edgee/pinterest_capi", content=b" " * 1001, headers=headers)
    streamed = running.client.post("/_edgee/pinterest_capi", content=chunks(), headers=headers)

    assert (told.status_code, streamed.status_code) == (413, 413)
    assert told.json()["error"]["code"] == "size"


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the rate limit stands still: however slow the test is, no allowance comes back."""
    monkeypatch.setattr(utils, "now_mono_f", lambda: 1000.0)


@pytest.mark.usefixtures("stopped")
def test_a_client_over_its_rate_is_429_with_retry_after(relay: RelayFactory) -> None:
    running = relay(rate_limit=3)

    statuses = [running.post(event(str(n))).status_code for n in range(4)]
    refused = running.post(event("late"))
    other = running.post(event("other"), headers={"x-forwarded-for": "203.0.113.9"})

    assert statuses == [202, 202, 202, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert refused.json()["error"]["code"] == "rate"
    assert other.status_code == 202


def test_the_visitors_address_comes_through_a_proxy(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay(trusted_proxies="private")

    chain = {"x-forwarded-for": "6.6.6.6, 203.0.113.7, 10.0.0.3"}
    running.post(event("a"), headers=chain)
    pinterest.wait(lambda fake: fake.events)

    assert pinterest.events[0]["user_data"]["client_ip_address"] == "203.0.113.7"


def test_without_trusted_proxies_headers_say_nothing(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay(trusted_proxies="none")

    running.post(event("a"), headers={"x-forwarded-for": "6.6.6.6", "x-real-ip": "6.6.6.6"})
    pinterest.wait(lambda fake: fake.events)

    assert pinterest.events[0]["user_data"]["client_ip_address"] == "127.0.0.1"


def test_other_methods_are_405_in_json(relay: RelayFactory) -> None:
    answer = relay().client.get("/_edgee/pinterest_capi")

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert "POST" in answer.headers["allow"]


@pytest.mark.usefixtures("stopped")
def test_many_events_weigh_as_much_as_several_requests(relay: RelayFactory) -> None:
    running = relay(rate_limit=30)

    answers = [running.post(*(event(f"{n}-{k}") for k in range(101))) for n in range(3)]

    # Each counts as eleven requests. The third lacks three, and what its size has cost already.
    assert [each.status_code for each in answers] == [202, 202, 429]
    assert 6 <= int(answers[-1].headers["retry-after"]) <= 12
    assert running.post(event("one")).status_code == 202


@pytest.mark.usefixtures("stopped")
def test_more_events_than_the_rate_allows_go_after_a_minute_of_quiet(relay: RelayFactory) -> None:
    running = relay(rate_limit=1)

    first = running.post(*(event(str(n)) for n in range(101)))
    second = running.post(event("one"))

    assert [first.status_code, second.status_code] == [202, 429]
    assert 55 <= int(second.headers["retry-after"]) <= 60


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("path", ["pinterest_capi", "event"])
@pytest.mark.parametrize("body", [b"[" * 50_000, b" " * 50_000, b'{"data": 7}' + b" " * 50_000])
def test_a_large_body_weighs_as_much_as_several_requests_whatever_is_in_it(
    relay: RelayFactory, path: str, body: bytes
) -> None:
    running = relay(rate_limit=11)
    headers = {"content-type": "application/json"}

    answers = [
        running.client.post(f"/_edgee/{path}", content=body, headers=headers) for _ in range(3)
    ]

    # Each is one request, and 48 KiB count as almost five more.
    assert [each.status_code for each in answers] == [400, 429, 429]


@pytest.mark.usefixtures("stopped")
def test_a_body_of_untold_length_is_counted_once_it_is_there(relay: RelayFactory) -> None:
    running = relay(rate_limit=11)
    headers = {"content-type": "application/json"}

    answers = [
        running.client.post(
            "/_edgee/pinterest_capi", content=iter([b" " * 50_000]), headers=headers
        )
        for _ in range(2)
    ]

    assert [each.status_code for each in answers] == [400, 429]


def test_an_address_is_no_id_and_is_not_repeated(relay: RelayFactory) -> None:
    answer = relay().post(event("jane@example.com"), event("jane@example.com", surprise=1))

    assert answer.status_code == 422
    assert "jane" not in answer.text
    assert [each["reason"] for each in answer.json()["rejected"]] == ["invalid_event"] * 2
    assert "event_id holds an e-mail address" in answer.text


def test_an_e_mail_address_where_none_belongs_goes_no_further(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    user = {"click_id": "jane%2540x.de", "partner_id": "jane@x.de", "em": ["jane@x.de"]}
    custom = {"order_id": "jane@x.de", "search_string": "mail jane@x.de", "currency": "EUR"}
    good = {"search_string": "lamp @ 20 %", "order_id": "A@1"}

    relay().post(event("a", user_data=user, custom_data=custom), event("b", custom_data=good))

    pinterest.wait(lambda fake: len(fake.events) == 2)
    first, second = sorted(pinterest.events, key=lambda each: str(each["event_id"]))
    assert "jane" not in str(first)
    assert first["custom_data"] == {"currency": "EUR"}
    assert second["custom_data"] == good
