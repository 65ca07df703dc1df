# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An endpoint from which Prometheus reads the state of a scheduler."""

from __future__ import annotations

import threading
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.missing import need
from edge_sched_ros.pipeline.health.metrics import StatusMetrics
from edge_sched_ros.pipeline.health.rates import Rates
from edge_sched_ros.pipeline.health.status import Status

#: parameters of the node
ADDRESS, PORT = 'metrics_address', 'metrics_port'
#: how long a client may take to ask, and to read
_CLIENT_S = 5


class MetricsEndpoint:
    """
    Serves the metrics over HTTP on a thread of its own, one client at a time.

    :param address: to listen on
    :param port: 0 for any that is free
    :raises ConfigError: without the library, or when it cannot listen there
    """

    def __init__(self, address: str, port: int) -> None:
        prometheus: Any = need('prometheus_client')
        from edge_sched_ros.pipeline.health.metrics_server import MetricsServer

        registry = prometheus.CollectorRegistry()
        self._metrics = StatusMetrics()
        registry.register(self._metrics)
        # one that asks and says no more does not keep the others out for long
        handler: Any = type('_Handler', (prometheus.MetricsHandler,), {'timeout': _CLIENT_S})
        try:
            self._server = MetricsServer((address, port), handler.factory(registry))
        except (OSError, OverflowError, ValueError) as error:
            told = getattr(error, 'strerror', None) or str(error)
            raise ConfigError(PORT, f'cannot listen on {address}:{port}: {told}') from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, name='metrics', daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def update(self, status: Status, rates: Rates) -> None:
        """Take the newest status and what has changed since the one before."""
        self._metrics.update(status, rates)

    def clear(self) -> None:
        """Give nothing until the next status."""
        self._metrics.clear()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def open_endpoint(address: str, port: int) -> MetricsEndpoint | None:
    """
    Return an endpoint; ``None`` for port 0.

    :raises ConfigError: as for :class:`MetricsEndpoint`
    """
    return MetricsEndpoint(address, port) if port else None
