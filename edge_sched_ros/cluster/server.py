# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""HTTP(S) for kube-scheduler, kubelet's probes and Prometheus."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any

from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.service import NotReady
from edge_sched_ros.cluster.service import Service
from edge_sched_ros.cluster.tls import Certificates
from edge_sched_ros.cluster.tls import tls_words
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError

_log = logging.getLogger(__name__)

#: maximum body in bytes; 5,000 nodes of 13 kB, or any number of names
_MOST_BODY = 64 * 1024 * 1024
#: Python refuses to read very long numbers
_DIGITS = 15
_MOST_AT_ONCE = 32
#: seconds of silence after which a connection is closed
_IDLE_S = 120.0
_JSON = 'application/json'
_PLAIN = 'text/plain; charset=utf-8'


class Server(ThreadingHTTPServer):
    """
    Serves one address, with a thread for each connection.

    :param certificates: for HTTPS; ``None`` for HTTP
    :raises ConfigError: when the address cannot be used
    """

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        service: Service,
        metrics: Metrics,
        certificates: Certificates | None = None,
    ) -> None:
        self.service, self.metrics = service, metrics
        self._certificates = certificates
        self.slots = BoundedSemaphore(_MOST_AT_ONCE)
        self.address_family = socket.AF_INET6 if ':' in address[0] else socket.AF_INET
        try:
            super().__init__(address, _Handler)
        except (OSError, OverflowError) as error:
            where = f'--listen {address[0]}:{address[1]}'
            raise ConfigError(where, getattr(error, 'strerror', None) or str(error)) from None

    def get_request(self) -> tuple[Any, Any]:
        """Return a connection; the TLS handshake comes later, in its own thread."""
        connection, peer = super().get_request()
        if self._certificates is not None:
            self._certificates.refresh()
            connection = self._certificates.context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, peer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log one line: a peer that disconnects, or does not use TLS, is not an internal error."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            _log.error('connection of %s: internal error', client_address[0], exc_info=True)
        elif isinstance(error, ssl.SSLError):
            _log.warning('connection of %s: no TLS: %s', client_address[0], tls_words(error))
        else:
            _log.info('connection of %s ended: %s', client_address[0], error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    timeout = _IDLE_S
    # head and body in one write: otherwise the second waits 40 ms for a delayed acknowledgement
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        """Set up the connection, with the handshake for TLS."""
        if isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(10)
            self.request.do_handshake()
        super().setup()

    def do_GET(self) -> None:
        """Answer probes and Prometheus."""
        if self.path == '/healthz':
            self._send(200, b'ok\n', _PLAIN)
        elif self.path == '/readyz':
            problem = self.server.service.why_not_ready()
            self._send(503 if problem else 200, f'{problem or "ok"}\n'.encode(), _PLAIN)
        elif self.path == '/metrics':
            metrics = self.server.metrics
            self._send(200, metrics.text(), metrics.content_type)
        else:
            self._send(404, b'there are /filter /prioritize /healthz /readyz /metrics\n', _PLAIN)

    def do_POST(self) -> None:
        """Answer kube-scheduler."""
        service = self.server.service
        calls: dict[str, Callable[[bytes], Any]] = {
            '/filter': service.filter,
            '/prioritize': service.prioritize,
        }
        call = calls.get(self.path)
        body = self._body()
        if body is None:
            return
        if call is None:
            self._send(404, b'there are /filter and /prioritize\n', _PLAIN)
            return
        before = time.perf_counter()
        with self.server.slots:
            code, answer = _answer(call, body)
        verb = self.path.lstrip('/')
        self.server.metrics.seconds.labels(verb).observe(time.perf_counter() - before)
        self.server.metrics.requests.labels(verb, str(code)).inc()
        self._send(code, json.dumps(answer).encode(), _JSON)

    def _body(self) -> bytes | None:
        """Return the request's body; ``None`` when an error was already sent."""
        text = self.headers.get('Content-Length', '')
        code = 400
        if not (text.isascii() and text.isdigit()):
            problem = (
                'Content-Length: is missing' if not text else 'Content-Length: must be a number'
            )
        elif len(text) > _DIGITS or int(text) > _MOST_BODY:
            code, problem = 413, f'Content-Length: is above {_MOST_BODY}'
        else:
            return self.rfile.read(int(text))
        self.close_connection = True
        self._send(code, json.dumps({'Error': problem}).encode(), _JSON)
        return None

    def _send(self, code: int, body: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        if self.close_connection:
            self.send_header('Connection', 'close')
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Return the header Server, without the version of Python."""
        return 'edge-sched'

    def log_message(self, format: str, *args: Any) -> None:
        """Write the access log, if enabled."""
        _log.debug(format, *args)


def _answer(call: Callable[[bytes], Any], body: bytes) -> tuple[int, Any]:
    try:
        return 200, call(body)
    except NotReady as error:
        return 503, {'Error': str(error)}
    except EdgeSchedError as error:
        _log.warning('a request cannot be used: %s', error)
        return 400, {'Error': ' '.join(str(error).split())}
    except Exception:
        _log.exception('a defect')
        return 500, {'Error': 'internal error of edge-sched: see its log'}
