"""The worker's entry: several pages, one runtime, one relay. Only the transport is a stand-in."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from edgee_py.browser.worker import Driver, surroundings
from edgee_py.client_hints import read_client_hints
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.transport import Answer

from .device import ACCEPTED, DAY
from .visitor import MINUTE, SECOND

HOUR = 60 * MINUTE
CALL = {"method": "track", "arguments": ["x"], "page": {"url": "https://shop.example/"}}
HELLO = {"endpoint": "https://shop.example/_edgee", "consent": "granted", "client": {}}


class Browser:
    """Pages of one origin: what each is told, and what the worker posts to the relay."""

    def __init__(self) -> None:
        self.driver = Driver(self._heard, self._relay)
        self.storage: dict[str, str] = {}
        self.journal: dict[str, dict[str, Any]] = {}
        self.closed: set[int] = set()
        self.told: list[tuple[int, dict[str, Any]]] = []
        self.heard: list[tuple[int, dict[str, Any]]] = []
        self.posted: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.answer = Answer(202, ACCEPTED)

    def _heard(self, port: int, text: str) -> None:
        if port in self.closed:
            return
        message = json.loads(text)
        self.heard.append((port, message))
        for key, value in message.get("store", {}).items():
            if value is None:
                self.storage.pop(key, None)
            else:
                self.storage[key] = value
        self.journal |= message.get("keep", {})
        for id_ in message.get("strike", []):
            self.journal.pop(id_, None)
        self.told += [(port, each) for each in message.get("tell", [])]

    def _relay(self, url: str, body: str, headers: dict[str, str]) -> Answer:
        self.posted.append((url, json.loads(body), headers))
        return self.answer

    def open(self, port: int, now: int | None = None, **hello: Any) -> None:
        keys = ("_edgee", "_edgee_user")
        stored = {key: self.storage.get(key) for key in keys}
        journal = list(self.journal.values())
        hello = {**HELLO, "stored": stored, "journal": journal, **hello}
        self.say(port, hello=hello, now=now)

    def say(self, port: int, **message: Any) -> None:
        self.driver.receive(port, json.dumps(message))

    def call(self, port: int, id_: str, method: str = "track", *arguments: Any) -> None:
        call = {
            "id": id_,
            "at": int(time.time() * 1000),
            "method": method,
            "arguments": list(arguments) or ["x"],
            "page": {"url": "https://shop.example/"},
        }
        self.journal[id_] = call
        self.say(port, calls=[call])

    def ids(self) -> list[str]:
        return [event["event_id"] for _, body, _ in self.posted for event in body["data"]]

    @property
    def outcomes(self) -> list[tuple[int, str, str]]:
        return [(port, each["id"], each["outcome"]) for port, each in self.told]


@pytest.fixture
def browser() -> Browser:
    browser = Browser()
    browser.open(0)
    return browser


def test_a_page_that_says_hello_is_told_that_python_is_ready(browser: Browser) -> None:
    assert browser.heard == [(0, {"ready": True})]
    assert browser.driver.wake() == -1


def test_before_any_page_there_is_nothing_to_wake_for() -> None:
    browser = Browser()
    browser.say(0, calls=[{"id": "c1"}])
    assert browser.driver.wake() == -1 and browser.heard == []


def test_a_denial_comes_between_the_batches_of_a_backlog(browser: Browser) -> None:
    for number in range(250):
        browser.call(0, f"c{number}")
    browser.say(0, flush=1)
    assert browser.driver.wake() == 0
    assert len(browser.ids()) == 100
    browser.call(0, "no", "consent", "denied")
    assert browser.driver.wake() == -1
    assert len(browser.ids()) == 100
    refused = [id_ for _, id_, outcome in browser.outcomes if outcome == "refused"]
    assert refused == [f"c{number}" for number in range(100, 250)]
    assert [each["flushed"] for _, each in browser.heard if "flushed" in each] == [1]


def test_a_call_is_posted_struck_and_told(browser: Browser) -> None:
    before = int(time.time() * 1000)
    browser.call(0, "c1")
    assert browser.driver.wake() == -1
    ((url, body, headers),) = browser.posted
    assert url == "https://shop.example/_edgee/pinterest_capi"
    assert [event["event_id"] for event in body["data"]] == ["c1"]
    assert before <= int(headers["Edgee-Sent-At"]) <= int(time.time() * 1000)
    assert browser.journal == {} and browser.outcomes == [(0, "c1", "delivered")]
    assert "edgee_id" in browser.storage["_edgee"]


def test_calls_that_come_in_together_go_out_together(browser: Browser) -> None:
    for id_ in ("c1", "c2", "c3"):
        browser.call(0, id_)
    browser.driver.wake()
    assert len(browser.posted) == 1 and browser.ids() == ["c1", "c2", "c3"]


def test_each_page_is_told_of_its_own_calls(browser: Browser) -> None:
    browser.open(1)
    browser.call(0, "c1")
    browser.call(1, "c2")
    browser.driver.wake()
    assert browser.outcomes == [(0, "c1", "delivered"), (1, "c2", "delivered")]


def test_pages_share_one_identity(browser: Browser) -> None:
    browser.open(1)
    browser.call(0, "c1", "user", "u-1")
    browser.call(1, "c2")
    browser.driver.wake()
    first, second = browser.posted[0][1]["data"]
    assert first["user_data"]["external_id"] == second["user_data"]["external_id"]


def test_each_page_has_its_own_consent_default_and_settings(browser: Browser) -> None:
    browser.open(1, consent="pending")
    browser.call(0, "c1")
    browser.call(1, "c2")
    browser.driver.wake()
    assert browser.ids() == ["c1"]
    assert (1, "c2", "held") in browser.outcomes


def test_without_an_answer_the_worker_asks_to_be_woken_and_goes_on(browser: Browser) -> None:
    browser.answer = Answer(0)
    browser.call(0, "c1")
    assert 0 < browser.driver.wake() <= 1000
    assert "queued" in browser.journal["c1"]
    browser.answer = Answer(202, ACCEPTED)
    browser.say(0, online=1)
    assert browser.driver.wake() == -1
    assert browser.journal == {} and browser.ids() == ["c1", "c1"]


def test_retry_after_is_heard(browser: Browser) -> None:
    browser.answer = Answer(429, {}, "20")
    browser.call(0, "c1")
    assert 19_000 < browser.driver.wake() <= 20_000


def test_flush_is_answered_after_posting_with_what_came_of_it(browser: Browser) -> None:
    browser.call(0, "c1")
    browser.say(0, flush=7)
    browser.driver.wake()
    summary = {"delivered": 1, "refused": 0, "duplicates": 0, "held": 0, "waiting": 0}
    assert browser.heard[-1] == (0, {"flushed": 7, "summary": summary})


def test_flush_does_not_wait_for_a_relay_that_is_away(browser: Browser) -> None:
    browser.answer = Answer(503, {})
    browser.call(0, "c1")
    browser.driver.wake()
    browser.say(0, flush=8)
    assert browser.driver.wake() > 0
    assert len(browser.posted) == 2
    assert browser.heard[-1][1]["summary"]["waiting"] == 1


def test_a_change_in_another_tab_is_taken_before_the_call_it_comes_with(browser: Browser) -> None:
    browser.call(0, "c1", "user", "u-1")
    cleared = {"_edgee": None, "_edgee_user": None}
    call = browser.journal["c1"] | {"id": "c2", "method": "track", "arguments": ["x"]}
    browser.say(0, calls=[call], stored=cleared)
    browser.driver.wake()
    first, second = browser.posted[0][1]["data"]
    assert first["user_data"]["external_id"] != second["user_data"]["external_id"]


def test_what_a_tab_does_not_see_yet_is_not_forgotten_but_stored_again(browser: Browser) -> None:
    """Browsers bring one tab's writes to the other one by one, and late."""
    browser.open(1)
    browser.call(0, "c1", "user", "u-1")
    before = dict(browser.storage)
    browser.call(1, "c2", "page")
    browser.storage.clear()
    browser.say(1, stored={"_edgee": before["_edgee"]}, found={**before, "_edgee_user": None})
    browser.call(1, "c3")
    browser.driver.wake()
    visitors = {str(event["user_data"]["external_id"]) for event in browser.posted[0][1]["data"]}
    assert len(visitors) == 1
    assert browser.storage["_edgee_user"] == '{"user_id":"u-1"}'


def test_what_a_page_left_behind_is_taken_up_by_the_next(browser: Browser) -> None:
    browser.answer = Answer(0)
    browser.call(0, "c1", "user", {"properties": {"email": "jane@example.com"}})
    browser.driver.wake()
    again = Browser()
    again.storage, again.journal = browser.storage, browser.journal
    again.open(0)
    again.driver.wake()
    assert again.ids() == ["c1"] and again.journal == {}
    assert again.outcomes == [(0, "c1", "delivered")]


def test_what_a_closed_page_could_not_store_or_strike_the_next_one_does(browser: Browser) -> None:
    browser.closed.add(0)
    browser.call(0, "c1", "user", "u-1")
    browser.driver.wake()
    assert browser.storage == {} and "c1" in browser.journal
    browser.open(1)
    assert browser.storage["_edgee_user"] == '{"user_id":"u-1"}'
    assert browser.journal == {} and browser.ids() == ["c1"]


def test_a_page_that_goes_leaves_what_it_could_not_do_to_another(browser: Browser) -> None:
    browser.open(1)
    browser.closed.add(0)
    browser.call(0, "c1", "user", "u-1")
    browser.driver.wake()
    assert browser.storage == {} and "c1" in browser.journal
    browser.say(0, bye=1)
    assert browser.storage["_edgee_user"] == '{"user_id":"u-1"}'
    assert browser.journal == {}


def test_all_that_a_page_was_told_to_strike_is_struck_by_another_when_it_goes(
    browser: Browser,
) -> None:
    browser.open(1)
    browser.open(2)
    browser.closed.update((0, 1))
    calls = [f"c{number}" for number in range(300)]
    for each in calls:
        browser.call(0, each)
    assert [browser.driver.wake() for _ in range(3)] == [0, 0, -1]
    assert set(browser.journal) == set(calls)
    browser.say(0, bye=1)
    browser.say(1, bye=1)
    assert browser.journal == {}


def test_with_no_page_left_the_worker_goes_on_sending(browser: Browser) -> None:
    browser.call(0, "c1")
    browser.say(0, bye=1)
    assert browser.driver.wake() == -1
    assert browser.ids() == ["c1"]
    browser.open(1)
    browser.driver.wake()
    assert browser.journal == {} and browser.ids() == ["c1"]


def test_a_page_is_told_of_the_calls_it_made_before_python_ran() -> None:
    browser = Browser()
    browser.open(1)
    browser.call(1, "early")
    record = dict(browser.journal)
    again = Browser()
    again.journal = record
    again.open(0)
    again.open(1, own=["early"])
    again.driver.wake()
    assert again.outcomes == [(1, "early", "delivered")]


def test_two_pages_that_start_together_send_nothing_twice_and_lose_nothing() -> None:
    browser = Browser()
    hello = {**HELLO, "stored": {"_edgee": None, "_edgee_user": None}, "journal": []}
    browser.say(0, hello=hello)
    browser.call(0, "c1", "user", "u-1")
    browser.say(1, hello={**hello, "journal": list(browser.journal.values())})
    browser.call(1, "c2")
    browser.driver.wake()
    first, second = browser.posted[0][1]["data"]
    assert browser.ids() == ["c1", "c2"]
    assert first["user_data"]["external_id"] == second["user_data"]["external_id"]


@pytest.mark.parametrize("levels", [100, 20_000])
def test_a_property_nested_without_end_stops_neither_this_page_nor_the_next(levels: int) -> None:
    bomb = '{"a":' * levels + "1" + "}" * levels
    call = (
        f'{{"id":"c1","at":{int(time.time() * 1000)},"method":"track","arguments":'
        f'[{{"name":"x","properties":{{"deep":{bomb}}}}}],"page":{{}}}}'
    )
    browser = Browser()
    browser.open(0)
    browser.driver.receive(0, f'{{"calls":[{call}]}}')
    browser.driver.wake()
    hello = json.dumps({**HELLO, "stored": {}, "journal": ["HERE"]}).replace('"HERE"', call)
    again = Browser()
    again.driver.receive(0, f'{{"hello":{hello}}}')
    again.driver.wake()
    assert browser.ids() == again.ids() == ["c1"]


@pytest.mark.parametrize("text", ["", "{", "undefined"])
def test_what_is_no_message_stops_nothing(browser: Browser, text: str) -> None:
    browser.driver.receive(0, text)
    browser.call(0, "c1")
    browser.driver.wake()
    assert browser.ids() == ["c1"]


def test_what_a_page_says_of_its_site_and_browser() -> None:
    around = surroundings(
        {
            "consent": "denied",
            "gpc": True,
            "client": {"locale": "fr", "ip": "10.0.0.1"},
            "settings": {"event_names": "standard"},
        }
    )
    assert (around.default_consent, around.gpc) == ("denied", True)
    assert around.client == {"locale": "fr"}
    assert around.settings == PinterestSettings(event_names="standard")


@pytest.mark.parametrize("off", [-30 * DAY, -2 * HOUR, 2 * HOUR, 365 * DAY])
def test_a_page_whose_clock_is_another_is_read_in_the_workers_time(off: int) -> None:
    browser = Browser()
    now = int(time.time() * 1000)
    there = now + off
    browser.journal["c1"] = {**CALL, "id": "c1", "at": there - SECOND}
    browser.open(1, now=there)
    browser.say(1, now=there, calls=[{**CALL, "id": "c2", "at": there}])
    browser.driver.wake()
    times = [event["event_time"] for _, body, _ in browser.posted for event in body["data"]]
    assert times == [pytest.approx(now // 1000 - 1, abs=2), pytest.approx(now // 1000, abs=2)]


def test_a_call_that_waited_for_python_keeps_its_time() -> None:
    browser = Browser()
    then = int(time.time() * 1000) - 10 * MINUTE
    browser.open(1, now=then)
    browser.say(1, now=then, calls=[{**CALL, "id": "c1", "at": then}])
    browser.driver.wake()
    [(_, body, _)] = browser.posted
    assert body["data"][0]["event_time"] == then // 1000


@pytest.mark.parametrize(
    ("word", "consent"), [(None, "granted"), ("", "granted"), ("No", "pending")]
)
def test_a_misspelt_default_holds_calls_back(word: Any, consent: str) -> None:
    assert surroundings({"consent": word}).default_consent == consent


def test_settings_that_cannot_be_are_the_defaults() -> None:
    assert surroundings({"settings": {"event_names": "all"}}).settings == PinterestSettings()


def test_what_a_page_is_to_store_says_which_of_its_news_it_knows(browser: Browser) -> None:
    browser.say(0, news=3, calls=[{**CALL, "id": "c1", "at": int(time.time() * 1000)}])
    assert [message["news"] for _, message in browser.heard if "store" in message] == [3]


def test_client_hints_are_the_workers_to_say(browser: Browser) -> None:
    hints = read_client_hints(
        {
            "brands": [{"brand": "Chromium", "version": "156"}, "x"],
            "mobile": False,
            "platform": "Linux",
            "platformVersion": "6.1",
            "architecture": "x86",
            "model": "",
            "timezone": "Europe/Lisbon",
        }
    )
    assert surroundings({"client": {"locale": "pt-PT"}}, hints).client == {
        "user_agent_version_list": "Chromium;156",
        "user_agent_mobile": "0",
        "os_name": "Linux",
        "os_version": "6.1",
        "user_agent_architecture": "x86",
        "timezone": "Europe/Lisbon",
        "locale": "pt-PT",
    }
    assert read_client_hints(None) == {}


def test_a_call_the_journal_had_no_room_for_goes_with_that_reason(browser: Browser) -> None:
    browser.call(0, "c1", "consent", "pending")
    browser.call(0, "c2")
    browser.call(0, "c3")
    browser.say(0, evicted=["c2", "unknown"])
    assert (0, "c2", "refused") in browser.outcomes
    assert [each["reason"] for _, each in browser.told if each["outcome"] == "refused"] == [
        "journal_full"
    ]
    browser.call(0, "c4", "consent", "granted")
    browser.driver.wake()
    assert browser.ids() == ["c3"]


def test_pages_hear_until_when_the_relay_asks_not_to_be_troubled(browser: Browser) -> None:
    browser.open(1)
    browser.answer = Answer(503, {}, "30")
    browser.call(0, "c1")
    browser.heard.clear()
    browser.driver.wake()
    pauses = [(port, message["pause"]) for port, message in browser.heard if "pause" in message]
    assert [port for port, _ in pauses] == [0, 1]
    until = pauses[0][1]
    assert 29_000 < until - time.time() * 1000 <= 30_000
    browser.open(2)
    assert browser.heard[-1] == (2, {"ready": True, "pause": until, "failing": "answers 503"})


def test_a_page_that_a_developer_looks_at_is_told_more(browser: Browser) -> None:
    browser.open(1, trace=True)
    browser.call(0, "a")
    browser.call(1, "b")
    traced = [(port, each["id"]) for port, told in browser.heard for each in told.get("trace", ())]
    assert traced == [(1, "b")]

    browser.say(1, bye=1)
    browser.call(0, "c")
    assert not browser.driver._runtime.traced  # type: ignore[union-attr]


def test_why_calls_wait_is_told_to_every_page_once_and_to_those_that_come() -> None:
    browser = Browser()
    browser.open(0)
    browser.open(1)
    browser.answer = Answer(0)
    browser.call(0, "a")
    browser.driver.wake()
    browser.say(0, flush=1)
    browser.driver.wake()
    browser.open(2)

    def told() -> list[tuple[int, str]]:
        return [(port, each["failing"]) for port, each in browser.heard if "failing" in each]

    assert told() == [(port, "cannot be reached") for port in (0, 1, 2)]
    browser.answer = Answer(202, ACCEPTED)
    browser.say(0, flush=2)
    browser.driver.wake()
    browser.open(3)
    browser.answer = Answer(404)
    browser.call(0, "b")
    browser.driver.wake()
    assert dict(told()[3:]) == dict.fromkeys(
        range(4), "answers 404, and not as a relay does; is the address right?"
    )
