# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""HTTP(S) for kube-scheduler, kubelet's probes and Prometheus: connections and their limits."""

from __future__ import annotations

import logging
import socket
import ssl
import sys
from http.server import ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any

from edge_sched_ros.cluster.limits import ByteBudget
from edge_sched_ros.cluster.limits import ConnectionCount
from edge_sched_ros.cluster.limits import Limits
from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.requests import RequestHandler
from edge_sched_ros.cluster.service import Service
from edge_sched_ros.cluster.tls import Certificates
from edge_sched_ros.cluster.tls import tls_words
from edge_sched_ros.core.errors import ConfigError

_log = logging.getLogger(__name__)


class Server(ThreadingHTTPServer):
    """
    Serves one address, with a thread for each connection.

    :param certificates: for HTTPS; ``None`` for HTTP
    :param limits: what clients may use at once
    :raises ConfigError: when the address cannot be used
    """

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        service: Service,
        metrics: Metrics,
        certificates: Certificates | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.service, self.metrics = service, metrics
        self._certificates = certificates
        self.limits = limits or Limits()
        self.open = ConnectionCount(self.limits)
        self.budget = ByteBudget(self.limits.bytes_in_flight)
        self.slots = BoundedSemaphore(self.limits.at_once)
        self.address_family = socket.AF_INET6 if ':' in address[0] else socket.AF_INET
        try:
            super().__init__(address, RequestHandler)
        except (OSError, OverflowError) as error:
            where = f'--listen {address[0]}:{address[1]}'
            raise ConfigError(where, getattr(error, 'strerror', None) or str(error)) from None

    @property
    def clients_must_show_a_certificate(self) -> bool:
        """Whether all paths except those of probes need a client certificate."""
        return self._certificates is not None and self._certificates.for_clients

    def get_request(self) -> tuple[Any, Any]:
        """Return a connection; the TLS handshake comes later, in its own thread."""
        connection, peer = super().get_request()
        if self._certificates is not None:
            self._certificates.refresh()
            connection = self._certificates.context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, peer

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, unless there are too many."""
        peer = client_address[0]
        if not self.open.admit(peer):
            self.refuse('connections')
            super().shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:
            # no thread can be started
            self.open.release(peer)
            self.refuse('threads')
            super().shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.open.release(client_address[0])

    def refuse(self, reason: str) -> None:
        """Count what was not served."""
        self.metrics.refused.labels(reason).inc()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log one line: a peer that disconnects, or does not use TLS, is not an internal error."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            _log.error('connection of %s: internal error', client_address[0], exc_info=True)
        elif isinstance(error, ssl.SSLError):
            _log.warning('connection of %s: no TLS: %s', client_address[0], tls_words(error))
        else:
            _log.info('connection of %s ended: %s', client_address[0], error)
