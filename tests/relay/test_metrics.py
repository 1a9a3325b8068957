"""GET /_edgee/metrics: what Prometheus is told, read by its own client's parser."""

from __future__ import annotations

import math
import re
import time
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edgee_py.pinterest.quality import IDENTIFIERS
from edgee_py.relay.metrics import Metrics
from edgee_py.relay.outbox import Stats
from tests.readme import codes, table
from tests.relay.conftest import FakePinterest, RelayFactory, Reply, RunningRelay, event, processed

Samples = dict[tuple[str, ...], float]


def read(text: str) -> Samples:
    """Values by name and labels, in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def samples(running: RunningRelay, *until: tuple[tuple[str, ...], float]) -> Samples:
    """All samples, once these have these values."""
    deadline = time.monotonic() + 10
    while True:
        found = read(running.client.get("/_edgee/metrics").text)
        if all(found.get(key) == value for key, value in until):
            return found
        assert time.monotonic() < deadline, found


def test_every_metric_has_a_help_a_type_and_a_name_of_ours(relay: RelayFactory) -> None:
    running = relay()
    running.post(event("a"), event("b", event_name="no"))
    answer = running.client.get("/_edgee/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(answer.text))
    assert len({each.name for each in families}) == len(families)
    for family in families:
        assert family.name.startswith("edgee_")
        assert family.documentation.endswith(".")
        assert family.type in ("counter", "gauge", "histogram")
        for sample in family.samples:
            assert (family.type == "counter") == sample.name.endswith("_total")


def test_what_alerts_count_begins_at_nothing() -> None:
    found = read(Metrics().text(Stats(), 0).decode())
    for outcome in ("accepted", "duplicate", "refused"):
        assert found["edgee_events_total", outcome] == 0
    for state in ("delivered", "parked"):
        assert found["edgee_events_settled_total", state] == 0


def test_each_is_told_of_with_its_labels() -> None:
    metrics = Metrics()
    metrics.answered("/event", 202, 0.1)
    metrics.took([event("a")], 1)
    metrics.refused("bot")
    metrics.settled("delivered", [5])
    metrics.asked(200, 0.1)
    there: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics.text(None, 0).decode()):
        for sample in family.samples:
            name = re.sub("_(bucket|sum|count)$", "", sample.name)
            if not name.endswith("_created"):
                there.setdefault(name, set()).update(sample.labels.keys() - {"le"})
    told = table("Metric", "Labels", "What it tells")
    assert {name: set(codes(row[1])) for row in told for name in codes(row[0])} == there


def test_an_outbox_that_cannot_be_read_is_not_taken_for_an_empty_one(
    relay: RelayFactory,
) -> None:
    running = relay(outbox="nats://127.0.0.1:9")
    found = samples(running, (("edgee_outbox_available",), 0))
    for name in ("queued", "parked", "oldest_seconds"):
        assert math.isnan(found[(f"edgee_outbox_{name}",)])
    assert samples(relay())[("edgee_outbox_available",)] == 1


def test_an_alert_sees_the_first_parked_event_for_the_counter_is_there_before(
    relay: RelayFactory,
) -> None:
    assert samples(relay())[("edgee_events_settled_total", "parked")] == 0


def test_coverage_is_a_ratio_of_two_counters(relay: RelayFactory) -> None:
    running = relay()
    order = {"order_id": "7", "value": "59.90", "contents": [{"id": "lamp-1"}]}
    known = {"em": ["jane@example.com"], "external_id": ["u7"]}
    running.post(event("a", event_name="checkout", custom_data=order, user_data=known))
    running.post(event("b", event_name="checkout"), event("c"))
    running.post(event("c"))  # a duplicate is no event

    found = samples(running)

    assert found["edgee_events_accepted_total", "checkout"] == 2
    assert found["edgee_events_accepted_total", "page_visit"] == 1
    carrying = {
        name: found["edgee_events_carrying_total", "checkout", name] for name in IDENTIFIERS
    }
    assert carrying == {
        "hashed_email": 1,
        "hashed_maid": 0,
        "click_id_epik": 0,
        "ip_address": 2,
        "user_agent": 2,
        "advertiser_external_id": 1,
        "external_event_id": 2,
        "order_id": 1,
        "order_value": 1,
        "product_id": 1,
        "source_url": 0,
    }
    assert found["edgee_events_total", "accepted"] == 3
    assert found["edgee_events_total", "duplicate"] == 1


def test_refusals_are_counted_by_reason(relay: RelayFactory) -> None:
    running = relay()
    running.post(event("a", event_time=1), event("b", surprise=1))
    running.post(event("c"), event("d"), headers={"user-agent": "Googlebot/2.1"})
    running.post(event("e"), headers={"user-agent": ""})
    running.client.post("/_edgee/event", json={"data_collection": {"events": [{"type": "track"}]}})

    found = samples(running)

    reasons = ("too_old", "invalid_event", "bot", "no_identifier", "missing_name")
    counted = {reason: found.get(("edgee_events_refused_total", reason)) for reason in reasons}
    assert counted == dict(zip(reasons, (1, 1, 2, 1, 1), strict=True))
    assert found["edgee_events_total", "refused"] == 6


def test_the_wait_from_acceptance_to_settlement_is_measured(
    relay: RelayFactory, pinterest: FakePinterest
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        if len(pinterest.requests) < 1:
            return 503, {}, {"code": 1, "message": "Busy."}
        failed = {"status": "failed", "error_message": "No.", "warning_message": ""}
        _, _, body = processed(events)
        return 200, {}, {**body, "events": [body["events"][0], failed]}

    pinterest.answer = answer
    running = relay()
    running.post(event("a"), event("b"))

    found = samples(
        running,
        (("edgee_forward_seconds_count", "delivered"), 1),
        (("edgee_forward_seconds_count", "parked"), 1),
    )

    # The pause after the first failure, half a second at the least, is part of the wait.
    assert 0.5 <= found["edgee_forward_seconds_sum", "delivered"] < 10
    assert found["edgee_forward_seconds_bucket", "0.25", "delivered"] == 0
    assert found["edgee_forward_seconds_bucket", "604800.0", "delivered"] == 1
    assert found["edgee_pinterest_answers_total", "503"] == 1
    assert found["edgee_pinterest_answers_total", "200"] == 1
    assert found[("edgee_outbox_parked",)] == 1


@pytest.mark.parametrize(
    ("stats", "queued", "age"),
    [(Stats(), 0, 0), (Stats(3, 1, 90_000), 3, 10), (Stats(1, 0, 200_000), 1, 0)],
)
def test_the_outboxs_depth_and_age(stats: Stats, queued: int, age: float) -> None:
    found = read(Metrics().text(stats, 100_000).decode())

    assert found[("edgee_outbox_queued",)] == queued
    assert found[("edgee_outbox_oldest_seconds",)] == age


SECRET = "count-on-me-count-on-me"


@pytest.mark.parametrize(
    "authorization", ["", SECRET, f"Basic {SECRET}", f"Bearer {SECRET}x", "Bearer", "Bearer \xe9"]
)
def test_metrics_with_a_secret_are_for_those_who_send_it(
    relay: RelayFactory, authorization: str
) -> None:
    client = relay(metrics_secret=SECRET).client
    headers = {"authorization": authorization.encode("latin-1")} if authorization else {}

    answer = client.get("/_edgee/metrics", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "secret"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "edgee_" not in answer.text


def test_who_sends_the_secret_gets_the_metrics(relay: RelayFactory) -> None:
    client = relay(metrics_secret=SECRET).client

    for authorization in (f"Bearer {SECRET}", f"bearer  {SECRET}"):
        answer = client.get("/_edgee/metrics", headers={"authorization": authorization})
        assert answer.status_code == 200
        assert "edgee_outbox_queued" in answer.text
