# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The requests of a connection: who may ask what, and the answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from edge_sched_ros.cluster.http_messages import MessageHandler
from edge_sched_ros.cluster.service import NotReady
from edge_sched_ros.core.errors import EdgeSchedError

_log = logging.getLogger(__name__)

#: what answers clients without a certificate: the probes of kubelet cannot have one
_OPEN_PATHS = ('/healthz', '/readyz')
_PLAIN = 'text/plain; charset=utf-8'


class RequestHandler(MessageHandler):
    """Serves the requests of one connection, one after the other."""

    def do_GET(self) -> None:
        """Answer probes and Prometheus."""
        if not self._is_allowed():
            return
        if self.path == '/healthz':
            self.send_body(200, b'ok\n', _PLAIN)
        elif self.path == '/readyz':
            problem = self.server.service.why_not_ready()
            self.send_body(503 if problem else 200, f'{problem or "ok"}\n'.encode(), _PLAIN)
        elif self.path == '/metrics':
            metrics = self.server.metrics
            self.send_body(200, metrics.text(), metrics.content_type)
        else:
            self.send_body(
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
        length = self.body_length()
        if length is None:
            return
        if call is None:
            self.give_up(404, 'there are /filter, /prioritize and /preempt')
            return
        held: list[int] = []
        try:
            body = self.read_body(length, held)
            if body is not None:
                self._reply(call, body)
        finally:
            self.server.budget.give_back(sum(held))

    def _reply(self, call: Callable[[bytes], Any], body: bytes) -> None:
        before = time.perf_counter()
        if not self.server.slots.acquire(timeout=self.time_left_s()):
            self.server.refuse('busy')
            self.give_up_late(503, 'too many requests at once')
            return
        try:
            code, answer = _answer(call, body)
        finally:
            self.server.slots.release()
        verb = self.path.lstrip('/')
        self.server.metrics.seconds.labels(verb).observe(time.perf_counter() - before)
        self.server.metrics.requests.labels(verb, str(code)).inc()
        self.send_json(code, answer)

    def _is_allowed(self) -> bool:
        """Whether the client may ask for the path; sends the error if not."""
        if (
            not self.server.clients_must_show_a_certificate
            or self.path in _OPEN_PATHS
            or self.connection.getpeercert()
        ):
            return True
        self.server.refuse('certificate')
        self.give_up(403, 'a client certificate is needed')
        return False


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
