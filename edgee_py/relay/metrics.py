"""What the relay counts, for Prometheus. No label ever holds a visitor's or an event's value."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.quality import Coverage
from edgee_py.relay.outbox import Stats
from edgee_py.relay.tallies import Tally, Times

#: The content type of Prometheus's text format.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: From at once to the seven days after which Pinterest takes no event (seconds).
_FORWARD_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 3600, 6 * 3600, 86400, 7 * 86400)


class Metrics:
    """The metrics of one relay, in a registry of their own: several relays may share a process."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Tally("edgee_requests", "Posts by route and status.", ("route", "status"))
        self._request_seconds = Times(
            "edgee_request_seconds",
            "Time to answer a post.",
            "route",
            Histogram.DEFAULT_BUCKETS[:-1],
        )
        self._events = Tally(
            "edgee_events", "Events received, by what became of them.", ("outcome",)
        )
        # Prometheus sees no increase in a counter that begins with its first count.
        for outcome in ("accepted", "duplicate", "refused"):
            self._events.add((outcome,), 0)
        self._refused = Counter(
            "edgee_events_refused", "Events refused, by reason.", ("reason",), registry=registry
        )
        self._settled = Tally("edgee_events_settled", "Events that left the queue.", ("state",))
        for state in ("delivered", "parked"):
            self._settled.add((state,), 0)
        self._forward_seconds = Times(
            "edgee_forward_seconds",
            "From an event's acceptance to its leaving the queue.",
            "state",
            _FORWARD_BUCKETS,
        )
        self._coverage = _Coverage()
        for collector in (
            self._requests,
            self._request_seconds,
            self._events,
            self._settled,
            self._forward_seconds,
            self._coverage,
        ):
            registry.register(collector)
        self._answers = Counter(
            "edgee_pinterest_answers",
            "Pinterest's answers by status.",
            ("status",),
            registry=registry,
        )
        self._answer_seconds = Histogram(
            "edgee_pinterest_answer_seconds", "Time Pinterest takes to answer.", registry=registry
        )
        self._authorised = Gauge(
            "edgee_pinterest_authorised", "0 while Pinterest refuses the token.", registry=registry
        )
        self._authorised.set(1)
        self._clock_behind = Gauge(
            "edgee_clock_behind_seconds",
            "By how much Pinterest's clock is before this machine's.",
            registry=registry,
        )
        self._available = Gauge(
            "edgee_outbox_available", "0 while the outbox cannot be read.", registry=registry
        )
        self._queued = Gauge("edgee_outbox_queued", "Events waiting.", registry=registry)
        self._parked = Gauge("edgee_outbox_parked", "Events parked.", registry=registry)
        self._oldest = Gauge(
            "edgee_outbox_oldest_seconds", "Age of the oldest waiting event.", registry=registry
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A post was answered."""
        self._requests.add((route, str(status)))
        self._request_seconds.observe(route, seconds)

    def took(self, accepted: Collection[ConversionEvent], duplicates: int) -> None:
        """Events were written to the outbox, or known already."""
        if accepted:
            self._events.add(("accepted",), len(accepted))
        if duplicates:
            self._events.add(("duplicate",), duplicates)
        for event in accepted:
            self._coverage.add(event)

    def refused(self, reason: str) -> None:
        """An event was refused."""
        self._events.add(("refused",))
        self._refused.labels(reason).inc()

    def settled(self, state: str, waits: Sequence[int]) -> None:
        """Events were delivered or parked; each has waited so many ms since it was accepted."""
        self._settled.add((state,), len(waits))
        for waited in waits:
            self._forward_seconds.observe(state, max(0, waited) / 1000)

    def asked(self, status: int, seconds: float) -> None:
        """Pinterest answered; 0 where it did not."""
        self._answers.labels(str(status)).inc()
        self._answer_seconds.observe(seconds)

    def clock(self, behind: float) -> None:
        """By how many seconds Pinterest's clock is before this machine's."""
        self._clock_behind.set(behind)

    def authorised(self, yes: bool) -> None:
        """Whether Pinterest takes the token."""
        self._authorised.set(int(yes))

    def text(self, stats: Stats | None, now: int) -> bytes:
        """Everything in Prometheus's text format; now is Unix ms, stats None where nobody can tell."""
        self._available.set(int(stats is not None))
        oldest = stats.oldest_queued_at if stats else None
        # No number is better than a wrong one.
        self._queued.set(stats.queued if stats else math.nan)
        self._parked.set(stats.parked if stats else math.nan)
        age = 0 if oldest is None else max(0, now - oldest) / 1000
        self._oldest.set(age if stats else math.nan)
        return generate_latest(self._registry)


class _Coverage(Collector):
    """Match quality, as two counters whose ratio it is; counted as cheaply as a `Tally`."""

    def __init__(self) -> None:
        self._by_name: defaultdict[str, Coverage] = defaultdict(Coverage)

    def add(self, event: ConversionEvent) -> None:
        """Count one accepted event."""
        self._by_name[event["event_name"]].add(event)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The counters as they stand."""
        accepted = CounterMetricFamily(
            "edgee_events_accepted", "Events accepted, by name.", labels=("event_name",)
        )
        carrying = CounterMetricFamily(
            "edgee_events_carrying",
            "Events accepted that carry an identifier of Pinterest's event quality report.",
            labels=("event_name", "identifier"),
        )
        for event_name, each in self._by_name.items():
            accepted.add_metric((event_name,), each.events)
            for identifier, count in each.carried.items():
                carrying.add_metric((event_name, identifier), count)
        yield accepted
        yield carrying
