"""Counters for what happens with every post, in a third of the time that the Prometheus client's take.

Its metrics may be counted by several threads, and look for exemplars; these belong to the event loop's thread.
The client collects and writes them like its own.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector


class Tally(Collector):
    """A counter with labels."""

    def __init__(self, name: str, help_: str, labels: Sequence[str]) -> None:
        self._name, self._help, self._labels = name, help_, labels
        self._counts: dict[tuple[str, ...], int] = {}
        self._created: dict[tuple[str, ...], float] = {}

    def add(self, values: tuple[str, ...], count: int = 1) -> None:
        """Count so many more under the labels' values."""
        try:
            self._counts[values] += count
        except KeyError:
            self._counts[values] = count
            self._created[values] = time.time()

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The counter as it stands."""
        family = CounterMetricFamily(self._name, self._help, labels=self._labels)
        for values, count in self._counts.items():
            family.add_metric(values, count, created=self._created[values])
        yield family


class Times(Collector):
    """A histogram of seconds with one label."""

    def __init__(self, name: str, help_: str, label: str, bounds: Sequence[float]) -> None:
        self._name, self._help, self._label = name, help_, label
        self._bounds = tuple(bounds)
        self._by_value: dict[str, _Histogram] = {}

    def observe(self, value: str, seconds: float) -> None:
        """Count one more duration under the label's value."""
        try:
            histogram = self._by_value[value]
        except KeyError:
            histogram = self._by_value[value] = _Histogram(len(self._bounds) + 1)
        histogram.counts[bisect_left(self._bounds, seconds)] += 1
        histogram.sum += seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """The histogram as it stands."""
        family = HistogramMetricFamily(self._name, self._help, labels=(self._label,))
        bounds = [str(float(bound)) for bound in self._bounds] + ["+Inf"]
        for value, each in self._by_value.items():
            buckets = list(zip(bounds, accumulate(each.counts), strict=True))
            family.add_metric((value,), buckets, each.sum)
            family.add_sample(f"{self._name}_created", {self._label: value}, each.created)
        yield family


class _Histogram:
    """counts: how many fell between two bounds."""

    __slots__ = ("counts", "created", "sum")

    def __init__(self, buckets: int) -> None:
        self.counts = [0] * buckets
        self.sum = 0.0
        self.created = time.time()
