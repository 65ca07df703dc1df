# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The messages of a connection: how much is read, how long that may take, and what is sent."""

from __future__ import annotations

import io
import json
import logging
import socket
import ssl
from http.server import BaseHTTPRequestHandler
from threading import BoundedSemaphore
from typing import Any
from typing import Protocol

from edge_sched_ros.cluster.limits import ByteBudget
from edge_sched_ros.cluster.limits import Limits
from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.service import Service
from edge_sched_ros.cluster.timed_stream import TimedStream

_log = logging.getLogger(__name__)

#: Python refuses to read very long numbers
_DIGITS = 15
#: bytes of a body that are read at once
_CHUNK = 64 * 1024
_JSON = 'application/json'


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


class MessageHandler(BaseHTTPRequestHandler):
    """Reads the requests of one connection within limits, one after the other."""

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

    def time_left_s(self) -> float:
        """Return how long the answer to the present request may still take."""
        return self._stream.left_s()

    def give_up_late(self, code: int, problem: str) -> None:
        """Send an error although the time of the request is over."""
        self._stream.allow(1.0)
        self.give_up(code, problem)

    def send_json(self, code: int, answer: Any) -> None:
        """Send an answer."""
        self.send_body(code, json.dumps(answer).encode(), _JSON)

    def body_length(self) -> int | None:
        """Return the size of the request's body; ``None`` when an error was already sent."""
        text = self.headers.get('Content-Length', '')
        most = self.server.limits.body_bytes
        if not text:
            self.give_up(400, 'Content-Length: is missing')
        elif not (text.isascii() and text.isdigit()):
            self.give_up(400, 'Content-Length: must be a number')
        elif len(text) > _DIGITS or int(text) > most:
            self.give_up(413, f'Content-Length: is above {most} (--max-body-mib)')
        else:
            return int(text)
        return None

    def read_body(self, length: int, held: list[int]) -> bytes | None:
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
                self.give_up(503, 'too many bytes of requests at once')
                return None
            held.append(len(part))
            parts.append(part)
            left -= len(part)
        return b''.join(parts)

    def give_up(self, code: int, problem: str) -> None:
        """Send an error and end the connection: the rest of the request is not read."""
        self.close_connection = True
        self.send_json(code, {'Error': problem})

    def send_body(self, code: int, body: bytes, kind: str) -> None:
        """Send a body of a kind."""
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
