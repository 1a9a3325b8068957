"""Our own counters against the Prometheus client's: the same text for the same counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from edgee_py.relay.tallies import Tally, Times

BOUNDS = (0.1, 1, 2.5, 3600)
LABELS = st.sampled_from(["a", 'b"\\\n', "é"])


def samples(registry: CollectorRegistry) -> list[tuple[object, ...]]:
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return [
        (family.type, family.documentation, sample.name, sample.labels)
        # The one is made a moment after the other.
        + ((sample.value > 1e9,) if sample.name.endswith("_created") else (sample.value,))
        for family in families
        for sample in family.samples
    ]


@given(st.lists(st.tuples(LABELS, LABELS, st.integers(0, 1000))))
def test_a_tally_is_a_counter(counts: list[tuple[str, str, int]]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    tally = Tally("things", "How many.", ("one", "two"))
    ours.register(tally)
    counter = Counter("things", "How many.", ("one", "two"), registry=theirs)
    for one, two, count in counts:
        tally.add((one, two), count)
        counter.labels(one, two).inc(count)

    assert samples(ours) == samples(theirs)


@given(st.lists(st.tuples(LABELS, st.sampled_from(BOUNDS) | st.floats(0, 1e6))))
def test_times_are_a_histogram(durations: list[tuple[str, float]]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    times = Times("things", "How long.", "one", BOUNDS)
    ours.register(times)
    histogram = Histogram("things", "How long.", ("one",), buckets=BOUNDS, registry=theirs)
    for one, seconds in durations:
        times.observe(one, seconds)
        histogram.labels(one).observe(seconds)

    assert samples(ours) == samples(theirs)
