from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from edgee_py.verify.expectation import Expectation
from edgee_py.verify.junit import write_junit
from edgee_py.verify.record import Record
from edgee_py.verify.report import Report, StepResult, Visited
from edgee_py.verify.steps import Step

PAGE = "https://shop.example/"
RELAY = "https://shop.example/_edgee/pinterest_capi"
EVENT: dict[str, Any] = {
    "event_name": "checkout",
    "event_id": "1",
    "user_data": {},
    "custom_data": {"order_id": "1001"},
}


def report(record: Record) -> Report:
    return Report(record, [], visited=[Visited(PAGE, PAGE, loaded=True, python=True)])


def test_a_held_call_that_goes_on_is_one_call() -> None:
    record = Record()
    record.told("held", {"id": "1", "method": "track"}, PAGE)
    assert [each.outcome for each in record.heard] == ["held"]
    told = {"id": "1", "method": "track", "event_id": "1", "event_name": "checkout", "event": EVENT}
    record.told("delivered", told, PAGE)
    assert [(each.outcome, each.label) for each in record.heard] == [("delivered", "1001")]


def test_a_calls_events_are_told_apart_and_repeats_are_not_counted() -> None:
    record = Record()
    for id_ in ("1-1", "1-2", "1-2"):
        record.told("delivered", {"id": "1", "method": "load", "event_id": id_}, PAGE)
    assert [each.event_id for each in record.heard] == ["1-1", "1-2"]


def test_what_a_bot_is_refused_is_shown_as_it_was_sent() -> None:
    record = Record()
    record.posted(RELAY, json.dumps({"data": [EVENT]}), 422)
    refusal = {
        "id": "1",
        "method": "track",
        "event_id": "1",
        "reason": "bot",
        "message": "No bots.",
    }
    record.told("refused", refusal, PAGE)
    made = report(record)
    assert made.problems == []
    assert made.record.heard[0].event == EVENT
    assert made.meet(Expectation("checkout", {"order_id": "1001"}))
    assert not made.meet(Expectation("checkout")), "one event meets one expectation"


def test_other_refusals_are_failures_unless_they_are_allowed() -> None:
    record = Record()
    told = {
        "id": "1",
        "method": "track",
        "event_id": "1",
        "reason": "missing_name",
        "message": "Name it.",
    }
    record.told("refused", told, PAGE)
    assert report(record).problems == ["track: track refused (missing_name). Name it."]
    made = report(record)
    made.allowed = ["missing_name"]
    assert made.problems == []


def test_what_waits_in_the_journal_says_what_the_relay_answered() -> None:
    call = {"id": "1", "method": "track", "at": 1, "arguments": ["x"], "page": {}}
    queued = {"id": "2", "method": "track", "at": 1, "queued": [EVENT]}
    journal = json.dumps({"v": 1, "calls": [call, queued, 3, {"id": 4}]})
    for status, error, said in (
        (0, "", f"The relay at {RELAY} could not be reached."),
        (503, '{"error": {"message": "Later."}}', "The relay answered 503. Later."),
    ):
        record = Record()
        record.posted(RELAY, "", status, error)
        record.left(journal, PAGE)
        assert [(each.outcome, each.message) for each in record.heard[:2]] == [
            ("waiting", said)
        ] * 2
        assert record.heard[1].event == EVENT


def test_nonsense_is_survived() -> None:
    record = Record()
    record.told("delivered", {"id": 1, "method": None, "event": []}, PAGE)
    record.told("strange", {}, PAGE)
    for body in ("", "[", '{"data": 1}', '{"data": [1, {"event_id": 2}]}'):
        record.posted(RELAY, body, 200, body)
    record.posted("https://shop.example/other", "", 200)
    assert len(record.posts) == 4
    record.left("{", PAGE)
    record.left('{"calls": 1}', PAGE)


def test_junit_has_a_case_for_each_step_and_event(tmp_path: Path) -> None:
    record = Record()
    record.told("delivered", {"id": "1", "method": "track", "event_id": "1", "event": EVENT}, PAGE)
    told = {
        "id": "2",
        "method": "track",
        "event_id": "2",
        "reason": "invalid_call",
        "message": "\x1b",
    }
    record.told("refused", told, PAGE)
    made = report(record)
    made.steps = [StepResult(Step("click", "#x"), "it took more than 1 seconds", 1.0)]
    write_junit(made, tmp_path / "junit.xml")
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["click #x", "track"]


def test_a_page_that_calls_nothing_fails_in_junit_too(tmp_path: Path) -> None:
    made = report(Record())
    assert made.problems == ["edgee is there, but nothing was called"]
    write_junit(made, tmp_path / "junit.xml")
    assert ElementTree.parse(tmp_path / "junit.xml").getroot().get("failures") == "1"
