# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What Prometheus may ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Protocol

from edge_sched_ros.installation.missing import need

#: name -> what ``counts`` gives under it
_GAUGES = {
    'nodes': 'Nodes the placement model knows.',
    'unusable_nodes': 'Nodes without a type it knows, or with profiles that cannot be read.',
    'apps': 'Bound pods that ask for something.',
    'unmodelled_apps': 'Those of them the model cannot place where they are.',
    'reservations': 'Headroom reserved for pods not yet seen bound.',
    'violations': 'Pods that have been late for long enough to be moved.',
    'deviations': 'Pods that went elsewhere than where they had a reservation.',
    'heard_s': 'Seconds since the API server was last heard, of the stalest watch.',
}
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Counted(Protocol):
    """What is looked at when Prometheus asks."""

    def counts(self) -> dict[str, float]:
        """Return what there is."""
        ...

    def utilisation(self) -> dict[tuple[str, str], float]:
        """Return how busy units are, by node and unit."""
        ...


class Metrics:
    """
    Counters of what was done, and gauges of what is, in a registry of their own.

    :raises ConfigError: when the library is not installed
    """

    def __init__(self, counted: Counted) -> None:
        prometheus: Any = need('prometheus_client')
        self._text = prometheus.generate_latest
        self.content_type = prometheus.CONTENT_TYPE_LATEST
        self._registry = prometheus.CollectorRegistry()
        self._registry.register(_Now(counted))
        self.requests = prometheus.Counter(
            'edge_sched_requests',
            'Requests of kube-scheduler.',
            ['verb', 'code'],
            registry=self._registry,
        )
        self.seconds = prometheus.Histogram(
            'edge_sched_request_seconds',
            'Time to answer.',
            ['verb'],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.moves = prometheus.Counter(
            'edge_sched_moves',
            'Evictions of pods that were late.',
            ['result'],
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return all of it in the text format."""
        return bytes(self._text(self._registry))


class _Now:
    """Gauges that are read when they are asked for."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def describe(self) -> list[Any]:
        """Return nothing: what there is needs no checking when it is registered."""
        return []

    def collect(self) -> Iterator[Any]:
        """Yield the gauges."""
        from prometheus_client.core import GaugeMetricFamily

        counts = self._counted.counts()
        for name, meaning in _GAUGES.items():
            yield GaugeMetricFamily(f'edge_sched_{name}', meaning, value=counts[name])
        busy = GaugeMetricFamily(
            'edge_sched_unit_utilisation', 'Share of time by the model.', labels=['node', 'unit']
        )
        for (node, unit), share in self._counted.utilisation().items():
            busy.add_metric([node, unit], share)
        yield busy
