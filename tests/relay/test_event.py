"""POST /_edgee/event: Edgee's collector format, and the same with our calls in it."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import httpx2
import pytest

from edgee_py.pinterest.settings import PinterestSettings
from tests.relay.conftest import BROWSER, FakePinterest, RelayFactory, RunningRelay

PAGE = {"url": "https://shop.example/lamps", "title": "Lamps"}


def collect(running: RunningRelay, collection: dict[str, Any], **more: Any) -> httpx2.Response:
    return running.client.post("/_edgee/event", json={"data_collection": collection}, **more)


def test_an_event_of_edgees_own_sdk_reaches_pinterest(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    answer = collect(
        relay(),
        {
            "events": [
                {"type": "user", "data": {"user_id": "7", "properties": {"email": "J@x.example"}}}
            ],
            "context": {"page": PAGE},
            "consent": "granted",
        },
    )

    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    assert answer.json()["rejected"] == []
    assert set(answer.json()) == {"accepted", "duplicates", "rejected", "state", "held"}
    pinterest.wait(lambda fake: fake.events)
    (event,) = pinterest.events
    assert event["event_name"] == "lead"
    assert event["event_source_url"] == PAGE["url"]
    assert event["user_data"]["em"] == [hashlib.sha256(b"j@x.example").hexdigest()]
    assert event["user_data"]["client_ip_address"] == "127.0.0.1"
    assert event["user_data"]["client_user_agent"] == BROWSER


def call(
    id_: str = "c1", method: str = "track", at: int | None = None, **more: Any
) -> dict[str, Any]:
    """A call as our facade beacons it."""
    return {
        "id": id_,
        "at": int(time.time() * 1000) if at is None else at,
        "type": method,
        "data": {"name": "Signed up"},
        "page": PAGE,
        **more,
    }


def test_a_beacon_with_our_calls_keeps_ids_and_is_deduplicated_with_the_other_way(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay()
    body = json.dumps({"data_collection": {"events": [call("c1")], "state": {"_edgee": None}}})

    answers = [
        running.client.post(
            "/_edgee/event", content=body, headers={"content-type": "text/plain;charset=UTF-8"}
        ).json()
        for _ in range(2)
    ]

    assert [(each["accepted"], each["duplicates"]) for each in answers] == [(1, 0), (0, 1)]
    pinterest.wait(lambda fake: fake.events)
    assert pinterest.events[0]["event_id"] == "c1"
    same = running.post(pinterest.events[0])
    assert same.json()["duplicates"] == 1


def test_the_answer_carries_the_state_to_store(relay: RelayFactory) -> None:
    running = relay()
    user = call("c1", "user", data={"user_id": "u7"})

    first = collect(running, {"events": [user], "state": {}}).json()

    assert "u7" in first["state"]["_edgee_user"]
    assert "edgee_id" in first["state"]["_edgee"]


def test_a_call_that_waits_for_consent_is_held_by_the_device(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    answer = collect(relay(default_consent="pending"), {"events": [call("c1")]})

    assert answer.status_code == 202
    assert answer.json()["held"] == ["c1"]
    assert answer.json()["accepted"] == 0
    assert pinterest.events == []


def test_denied_consent_is_a_refusal(relay: RelayFactory) -> None:
    answer = collect(relay(default_consent="denied"), {"events": [call("c1")]})

    assert answer.status_code == 422
    assert answer.json()["rejected"][0]["event_id"] == "c1"
    assert answer.json()["rejected"][0]["reason"] == "consent_denied"
    assert "state" in answer.json()


@pytest.mark.parametrize(("respect_gpc", "status"), [(True, 422), (False, 202)])
def test_global_privacy_control_means_denied_where_it_is_respected(
    relay: RelayFactory, respect_gpc: bool, status: int
) -> None:
    running = relay(respect_gpc=respect_gpc)

    answer = collect(running, {"events": [call()]}, headers={"sec-gpc": "1"})

    assert answer.status_code == status


def test_the_components_default_consent_beats_the_relays(relay: RelayFactory) -> None:
    settings = PinterestSettings(edgee_default_consent="granted")

    answer = collect(relay(default_consent="denied", pinterest=settings), {"events": [call()]})

    assert answer.json()["accepted"] == 1


def test_a_choice_of_consent_alone_is_taken(relay: RelayFactory) -> None:
    answer = collect(relay(), {"consent": "denied"})

    assert answer.status_code == 202
    assert "denied" in answer.json()["state"]["_edgee"]


def test_a_wrong_clock_is_corrected_once(relay: RelayFactory, pinterest: FakePinterest) -> None:
    running = relay()
    hour = 3_600_000
    device_now = int(time.time() * 1000) - 5 * hour
    body = {"data_collection": {"events": [call(at=device_now - 100_000)]}}

    answer = running.client.post(f"/_edgee/event?t={device_now}", json=body)

    assert answer.json()["accepted"] == 1
    pinterest.wait(lambda fake: fake.events)
    assert abs(pinterest.events[0]["event_time"] - (time.time() - 100)) < 5


def test_a_bot_is_refused(relay: RelayFactory) -> None:
    answer = collect(relay(), {"events": [call()]}, headers={"user-agent": "Googlebot/2.1"})

    assert answer.status_code == 422
    assert answer.json()["rejected"][0]["reason"] == "bot"


def test_many_events_at_once(relay: RelayFactory, pinterest: FakePinterest) -> None:
    calls = [call(f"c{n}", data={"name": "x" * 300}) for n in range(200)]

    answer = collect(relay(), {"events": calls})

    assert answer.json()["accepted"] == 200
    pinterest.wait(lambda fake: len(fake.events) == 200)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"data_collection": []}',
        b'{"data_collection": {"events": {}}}',
        b'{"data_collection": {"events": [1]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_collection_is_400(relay: RelayFactory, body: bytes) -> None:
    answer = relay().client.post(
        "/_edgee/event", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "malformed"


HOSTILE = [
    '{"events": [null, 1, "x", []]}',
    '{"events": [{"type": "track"}]}',
    '{"events": [{"type": "track", "data": {"name": "\\ud800"}}]}',
    '{"events": [{"type": "track", "data": {"name": "n", "properties": {"value": NaN}}}]}',
    '{"events": [{"type": "page", "data": ' + "[" * 300 + "]" * 300 + "}]}",
    '{"events": [{"page": {}, "id": {}, "at": "x", "type": 1}]}',
    '{"events": [{"page": 1, "id": "a", "at": 1e308, "type": "track"}]}',
    '{"events": [{"type": "user", "data": {"properties": {"email": {"a": 1}}}}]}',
    '{"events": [{"type": "page"}], "context": [], "components": 3, "consent": {}}',
    '{"events": [{"type": "page"}], "state": {"_edgee": "not json", "_edgee_user": 7}}',
    '{"events": [{"type": "track", "data": {"name": "n", "properties": {"value": '
    + "9" * 4000
    + "}}}]}",
]


@pytest.mark.parametrize("collection", HOSTILE)
def test_hostile_collections_get_an_answer(relay: RelayFactory, collection: str) -> None:
    answer = relay().client.post(
        "/_edgee/event",
        content=f'{{"data_collection": {collection}}}'.encode(),
        headers={"content-type": "application/json"},
    )

    assert answer.status_code in (202, 400, 422), answer.text
