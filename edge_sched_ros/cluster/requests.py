# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The requests of a connection: who may ask, how much and how long, and the answer."""

from __future__ import annotations

import io
import json
import logging
import socket
import ssl
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from threading import BoundedSemaphore
from typing import Any
from typing import Protocol

from edge_sched_ros.cluster.limits import ByteBudget
from edge_sched_ros.cluster.limits import Limits
from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.service import NotReady
from edge_sched_ros.cluster.service import Service
from edge_sched_ros.cluster.timed_stream import TimedStream
from edge_sched_ros.core.errors import EdgeSchedError

_log = logging.getLogger(__name__)

#: Python refuses to read very long numbers
_DIGITS = 15
#: bytes of a body that are read at once
_CHUNK = 64 * 1024
#: what answers clients without a certificate: the probes of kubelet cannot have one
_OPEN_PATHS = ('/healthz', '/readyz')
_JSON = 'application/json'
_PLAIN = 'text/plain; charset=utf-8'


class Serving(Protocol):
    """What the requests of all connections share."""

    service: Service
    metrics: Metrics
    limits: Limits
    budget: ByteBudget
    slots: BoundedSemaphore

    @property
    def clients_must_show_a_certificate(self) -> bool:
        """Whether all paths except those of probes need a client certificate."""

    def refuse(self, reason: str) -> None:
        """Count what was not served."""


class RequestHandler(BaseHTTPRequestHandler):
    """Serves the requests of one connection, one after the other."""

    protocol_version = 'HTTP/1.1'
    server: Serving  # type: ignore[assignment]

    def setup(self) -> None:
        """Set up the connection, with the handshake for TLS."""
        self.connection = self.request
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        if isinstance(self.request, ssl.SSLSocket):
            # for the handshake as a whole
            self.request.settimeout(self.server.limits.handshake_s)
            self.request.do_handshake()
        self._stream = TimedStream(self.connection)
        self._reader = self.rfile = io.BufferedReader(self._stream)
        # head and body in one write: otherwise the second waits 40 ms for a delayed
        # acknowledgement
        self.wfile = io.BufferedWriter(self._stream)

    def handle_one_request(self) -> None:
        """Serve a request: it may begin late, but then everything has a deadline."""
        limits = self.server.limits
        self._stream.allow(limits.idle_s)
        try:
            begun = self._reader.peek(1)
        except TimeoutError:
            begun = b''
        if not begun:
            self.close_connection = True
            return
        self._stream.allow(limits.request_s)
        super().handle_one_request()
        if self._stream.left_s() <= 0:
            self.server.refuse('time')
            self.close_connection = True

    def finish(self) -> None:
        """End the connection; what could not be sent in time is given up."""
        try:
            super().finish()
        except TimeoutError:
            self.server.refuse('time')

    def do_GET(self) -> None:
        """Answer probes and Prometheus."""
        if not self._is_allowed():
            return
        if self.path == '/healthz':
            self._send(200, b'ok\n', _PLAIN)
        elif self.path == '/readyz':
            problem = self.server.service.why_not_ready()
            self._send(503 if problem else 200, f'{problem or "ok"}\n'.encode(), _PLAIN)
        elif self.path == '/metrics':
            metrics = self.server.metrics
            self._send(200, metrics.text(), metrics.content_type)
        else:
            self._send(
                404, b'there are /filter /prioritize /preempt /healthz /readyz /metrics\n', _PLAIN
            )

    def do_POST(self) -> None:
        """Answer kube-scheduler."""
        if not self._is_allowed():
            return
        service = self.server.service
        calls: dict[str, Callable[[bytes], Any]] = {
            '/filter': service.filter,
            '/prioritize': service.prioritize,
            '/preempt': service.preempt,
        }
        call = calls.get(self.path)
        length = self._length()
        if length is None:
            return
        if call is None:
            self._give_up(404, 'there are /filter, /prioritize and /preempt')
            return
        held: list[int] = []
        try:
            body = self._body(length, held)
            if body is not None:
                self._reply(call, body)
        finally:
            self.server.budget.give_back(sum(held))

    def _reply(self, call: Callable[[bytes], Any], body: bytes) -> None:
        before = time.perf_counter()
        if not self.server.slots.acquire(timeout=self._stream.left_s()):
            self.server.refuse('busy')
            self._stream.allow(1.0)
            self._give_up(503, 'too many requests at once')
            return
        try:
            code, answer = _answer(call, body)
        finally:
            self.server.slots.release()
        verb = self.path.lstrip('/')
        self.server.metrics.seconds.labels(verb).observe(time.perf_counter() - before)
        self.server.metrics.requests.labels(verb, str(code)).inc()
        self._send(code, json.dumps(answer).encode(), _JSON)

    def _is_allowed(self) -> bool:
        """Whether the client may ask for the path; sends the error if not."""
        if (
            not self.server.clients_must_show_a_certificate
            or self.path in _OPEN_PATHS
            or self.connection.getpeercert()
        ):
            return True
        self.server.refuse('certificate')
        self._give_up(403, 'a client certificate is needed')
        return False

    def _length(self) -> int | None:
        """Return the size of the request's body; ``None`` when an error was already sent."""
        text = self.headers.get('Content-Length', '')
        most = self.server.limits.body_bytes
        if not text:
            self._give_up(400, 'Content-Length: is missing')
        elif not (text.isascii() and text.isdigit()):
            self._give_up(400, 'Content-Length: must be a number')
        elif len(text) > _DIGITS or int(text) > most:
            self._give_up(413, f'Content-Length: is above {most} (--max-body-mib)')
        else:
            return int(text)
        return None

    def _body(self, length: int, held: list[int]) -> bytes | None:
        """
        Return the request's body; ``None`` when an error was already sent.

        Bytes count when they have arrived: a client cannot keep others out by announcing much.

        :param held: the sizes that count, also after an error
        """
        parts = []
        left = length
        while left:
            part = self._reader.read1(min(left, _CHUNK))
            if not part:
                self.close_connection = True
                return None
            if not self.server.budget.take(len(part)):
                self.server.refuse('bytes')
                self._give_up(503, 'too many bytes of requests at once')
                return None
            held.append(len(part))
            parts.append(part)
            left -= len(part)
        return b''.join(parts)

    def _give_up(self, code: int, problem: str) -> None:
        """Send an error and end the connection: the rest of the request is not read."""
        self.close_connection = True
        self._send(code, json.dumps({'Error': problem}).encode(), _JSON)

    def _send(self, code: int, body: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        if self.close_connection:
            self.send_header('Connection', 'close')
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

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
