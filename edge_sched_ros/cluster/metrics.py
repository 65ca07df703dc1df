# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Protocol

from edge_sched_ros.installation.missing import need

#: name of a value of ``counts`` -> its description
_GAUGES = {
    'nodes': 'Nodes known to the placement model.',
    'unusable_nodes': 'Nodes without a known type, or with unreadable profiles.',
    'apps': 'Bound pods with a declaration.',
    'unmodelled_apps': 'Bound pods that the model cannot place on their node.',
    'claims': 'ResourceClaims with allocated units.',
    'reservations': 'Headroom reserved for pods not yet seen bound.',
    'violations': 'Pods that have been late for long enough to be moved.',
    'deviations': 'Pods bound to another node than that of their reservation.',
    'heard_s': 'Seconds since the last data from the API server, for the oldest watch.',
}
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Counted(Protocol):
    """The state that the gauges read."""

    def counts(self) -> dict[str, float]:
        """Return the counts."""
        ...

    def utilisation(self) -> dict[tuple[str, str], float]:
        """Return the utilisation of units, by node and unit."""
        ...


class Metrics:
    """
    Counters of actions and gauges of the state, in a separate registry.

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
            'Requests from kube-scheduler.',
            ['verb', 'code'],
            registry=self._registry,
        )
        self.seconds = prometheus.Histogram(
            'edge_sched_request_seconds',
            'Time to reply.',
            ['verb'],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.refused = prometheus.Counter(
            'edge_sched_refused',
            'Connections and requests that were ended because of a limit.',
            ['reason'],
            registry=self._registry,
        )
        self.moves = prometheus.Counter(
            'edge_sched_moves',
            'Evictions of pods that were late.',
            ['result'],
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return all metrics in the text format."""
        return bytes(self._text(self._registry))


class _Now:
    """Gauges that are computed on request."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def describe(self) -> list[Any]:
        """Return nothing: registration needs no check."""
        return []

    def collect(self) -> Iterator[Any]:
        """Yield the gauges."""
        from prometheus_client.core import GaugeMetricFamily

        counts = self._counted.counts()
        for name, meaning in _GAUGES.items():
            yield GaugeMetricFamily(f'edge_sched_{name}', meaning, value=counts[name])
        busy = GaugeMetricFamily(
            'edge_sched_unit_utilisation', 'Utilisation by the model.', labels=['node', 'unit']
        )
        for (node, unit), share in self._counted.utilisation().items():
            busy.add_metric([node, unit], share)
        yield busy
