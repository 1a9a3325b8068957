"""Edgee's own SDK posts to the relay: what its release 1.2.0 sent for these calls, and what Pinterest gets.

edgee_sdk_1_2_0.json was recorded in Chromium: the SDK in a page of shop.example, first without a data layer,
then with one, then with `?_edgeedebug=true`. What it refuses by itself (`user("u-42")` throws) is not there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from edgee_py.pinterest.normalise import hashed
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.wire import Received, receive
from tests.relay.conftest import BROWSER, FakePinterest, RelayFactory, RunningRelay

RECORDED = json.loads(Path(__file__).with_name("edgee_sdk_1_2_0.json").read_text())
BY_CALL: dict[str, dict[str, Any]] = {each["call"]: each for each in RECORDED}

LANDING = "https://shop.example/lamps/dune?utm_campaign=spring&utm_source=pinterest&epik=dj0yJnU9"
PAGE = "https://shop.example/lamps/dune"
DUNE = {"content_name": "Dune"}
EMAIL = [hashed("em", "jane@example.com")]


def call(start: str) -> str:
    [found] = [each for each in BY_CALL if each.startswith(start)]
    return found


def post(running: RunningRelay, recorded: dict[str, Any]) -> httpx2.Response:
    """The request as the SDK makes it: its content type has no charset."""
    content = json.dumps(recorded["body"], separators=(",", ":"), ensure_ascii=False).encode()
    return running.client.post("/_edgee/event", content=content, headers=recorded["headers"])


def test_the_recording_is_what_it_says() -> None:
    assert len(BY_CALL) == len(RECORDED) == 15
    assert {each["headers"]["content-type"] for each in RECORDED} == {"application/json"}
    assert [each["call"] for each in RECORDED if "edgee-debug" in each["headers"]] == [
        "load in debug mode"
    ]
    for each in RECORDED:
        client = each["body"]["data_collection"]["context"]["client"]
        assert client["user_agent_platform"] == "15.1.1"


@pytest.mark.parametrize(
    ("made", "name", "custom"),
    [
        ("load", "page_visit", DUNE),
        ("edgee.page()", "page_visit", DUNE),
        ("edgee.page('Dune lamp')", "page_visit", {"content_name": "Dune lamp"}),
        (call("edgee.page({"), "page_visit", DUNE | {"content_category": "Lamps"}),
        ("edgee.track('Signup')", "custom", {"content_name": "Signup"}),
        (
            call("edgee.track({ name: 'Order"),
            "custom",
            {
                "content_name": "Order Completed",
                "order_id": "1001",
                "value": "119.8",
                "currency": "EUR",
                "num_items": 2,
                "content_ids": ["lamp-1"],
                "contents": [
                    {"id": "lamp-1", "item_name": "Dune", "item_price": "59.9", "quantity": 2}
                ],
            },
        ),
        (call("edgee.track({ name: 'With more"), "custom", {"content_name": "With more"}),
        ("edgee.user()", "lead", None),
        (call("edgee.user({ user_id"), "lead", None),
    ],
)
def test_a_call_of_edgees_sdk_is_pinterests_event(
    relay: RelayFactory,
    pinterest: FakePinterest,
    made: str,
    name: str,
    custom: dict[str, Any] | None,
) -> None:
    answer = post(relay(), BY_CALL[made])
    assert answer.status_code == 202
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (1, [])
    pinterest.wait(lambda fake: fake.events)
    [event] = pinterest.events
    assert event["event_name"] == name
    assert event["event_source_url"] == LANDING
    assert event.get("custom_data") == custom
    user = event["user_data"]
    assert user["click_id"] == "dj0yJnU9"
    assert (user["client_ip_address"], user["client_user_agent"]) == ("127.0.0.1", BROWSER)
    if made.startswith("edgee.user({"):
        assert (user["em"], user["external_id"]) == (EMAIL, [hashed("external_id", "u-42")])


def test_a_call_of_edgees_sdk_with_a_standard_name(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay(pinterest=PinterestSettings(event_names="standard"))
    post(running, BY_CALL[call("edgee.track({ name: 'Order")])
    pinterest.wait(lambda fake: fake.events)
    assert pinterest.events[0]["event_name"] == "checkout"


@pytest.mark.parametrize("made", ["edgee.track(7)", "edgee.track('')"])
def test_a_track_that_edgees_sdk_posts_without_a_name_is_refused(
    relay: RelayFactory, pinterest: FakePinterest, made: str
) -> None:
    answer = post(relay(), BY_CALL[made])
    assert answer.status_code == 422
    assert [each["reason"] for each in answer.json()["rejected"]] == ["missing_name"]


def test_a_data_layers_events_come_in_one_post(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    assert post(relay(), BY_CALL["load with a data layer"]).json()["accepted"] == 2
    pinterest.wait(lambda fake: len(fake.events) == 2)
    visit, viewed = pinterest.events
    assert visit["custom_data"] == {"content_name": "Lamp", "content_category": "Lamps"}
    assert viewed["custom_data"]["content_ids"] == ["lamp-1"]
    assert viewed["custom_data"]["content_name"] == "Product Viewed"
    for event in (visit, viewed):
        assert event["event_source_url"] == PAGE
        assert event["user_data"]["em"] == EMAIL
        assert event["user_data"]["external_id"] == [hashed("external_id", "u-1")]


def test_a_call_beside_a_data_layer_is_merged_with_it(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    running = relay()
    post(running, BY_CALL[call("edgee.user({ anonymous_id")])
    left_out = post(running, BY_CALL[call("edgee.track('Lit'")])
    assert left_out.json()["rejected"][0]["reason"] == "component_disabled"
    pinterest.wait(lambda fake: fake.events)
    [user] = pinterest.events
    assert user["event_name"] == "lead"
    assert user["user_data"]["em"] == EMAIL


def test_the_debug_header_changes_nothing(relay: RelayFactory, pinterest: FakePinterest) -> None:
    assert post(relay(), BY_CALL["load in debug mode"]).json()["accepted"] == 1
    pinterest.wait(lambda fake: fake.events)
    assert pinterest.events[0]["event_name"] == "page_visit"


class TestAnotherHost:
    """Where its script comes from another host, the SDK posts to `csevent` with what the last answer gave it."""

    SITE = "https://shop.example"

    @pytest.fixture
    def running(self, relay: RelayFactory) -> RunningRelay:
        return relay(origins=[self.SITE])

    def post(self, running: RunningRelay, made: str, kept: str | None = None) -> httpx2.Response:
        return running.client.post(
            "/_edgee/csevent",
            params={} if kept is None else {"e": kept},
            json=BY_CALL[made]["body"],
            headers={"origin": self.SITE, "sec-fetch-site": "cross-site"},
        )

    def test_the_visitor_stays_one_over_its_posts(
        self, running: RunningRelay, pinterest: FakePinterest
    ) -> None:
        answer = self.post(running, "load")
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == self.SITE
        assert answer.json().keys() == {"accepted", "duplicates", "rejected", "e", "u"}
        kept = answer.json()["e"]
        again = self.post(running, "edgee.page()", kept)
        assert again.json()["accepted"] == 1
        stranger = self.post(running, "edgee.track('Signup')")
        assert stranger.json()["accepted"] == 1
        pinterest.wait(lambda fake: len(fake.events) == 3)
        first, second, third = (each["user_data"]["external_id"] for each in pinterest.events)
        assert first == second != third
        edgee_id = json.loads(bytes.fromhex(again.json()["e"]))["edgee_id"]
        assert first == [hashed("external_id", edgee_id)]

    def test_nothing_personal_gets_into_an_address(self, running: RunningRelay) -> None:
        answer = self.post(running, call("edgee.user({ user_id")).json()
        assert answer["u"] == ""
        kept = bytes.fromhex(answer["e"]).decode()
        assert "jane" not in kept and "u-42" not in kept

    @pytest.mark.parametrize(
        "kept",
        ["", "undefined", "null", "abc", "00ff", b"7".hex(), "5b" * 400, '{"v":1}', "0" * 20_000],
    )
    def test_what_is_none_of_ours_is_a_new_visitor(
        self, running: RunningRelay, pinterest: FakePinterest, kept: str
    ) -> None:
        answer = self.post(running, "load", kept)
        assert answer.json()["accepted"] == 1 and len(answer.json()["e"]) > 64
        pinterest.wait(lambda fake: fake.events)
        assert len(pinterest.events[0]["user_data"]["external_id"]) == 1

    def test_a_later_versions_state_is_handed_back(self, running: RunningRelay) -> None:
        kept = b'{"v":99}'.hex()
        assert self.post(running, "load", kept).json()["e"] == kept

    def test_a_campaign_too_long_for_an_address_is_not_handed_out(
        self, running: RunningRelay
    ) -> None:
        long = dict.fromkeys(("utm_campaign", "utm_source", "utm_term", "epik"), "ü" * 1000)
        page = {"url": f"https://shop.example/?{urlencode(long)}"}
        answer = running.client.post(
            "/_edgee/csevent",
            json={"data_collection": {"events": [{"type": "page"}], "context": {"page": page}}},
            headers={"origin": self.SITE, "sec-fetch-site": "cross-site"},
        ).json()
        assert len(answer["e"]) < 6100
        again = self.post(running, "load", answer["e"]).json()
        assert (
            json.loads(bytes.fromhex(again["e"]))["edgee_id"] in bytes.fromhex(answer["e"]).decode()
        )

    def test_a_denial_is_kept_and_forgets_the_visitor(self, running: RunningRelay) -> None:
        kept = self.post(running, "load").json()["e"]
        answer = running.client.post(
            "/_edgee/csevent",
            params={"e": kept},
            json={"data_collection": {"consent": "denied"}},
            headers={"origin": self.SITE, "sec-fetch-site": "cross-site"},
        )
        left = json.loads(bytes.fromhex(answer.json()["e"]))
        assert left["consent"] == "denied" and "edgee_id" not in left
        assert self.post(running, "load", answer.json()["e"]).json()["accepted"] == 0

    def test_only_the_origins_that_are_named_may_post(self, relay: RelayFactory) -> None:
        assert self.post(relay(), "load").status_code == 403


def test_its_user_agent_platform_is_the_version_of_the_system() -> None:
    reception = receive(
        BY_CALL["load"]["body"],
        Received(now=1_800_000_000_000),
        PinterestSettings(),
        default_consent="granted",
        new_id=lambda: "made",
        traced=True,
    )
    [trace] = reception.traces
    client = trace["events"][0]["edgee"]["context"]["client"]
    assert client["os_version"] == "15.1.1"
    assert client["user_agent_full_version_list"] == (
        "Chromium;131.0.6778.109|Not_A Brand;24.0.0.0"
    )
    assert reception.told == []
