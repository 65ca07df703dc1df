# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The threads of ``edge-sched kube serve``: the watches, the mover, the server."""

from __future__ import annotations

import logging
from threading import Event
from threading import Thread

from edge_sched_ros.cluster.api import Api
from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.feeds import CLAIMS
from edge_sched_ros.cluster.feeds import KINDS
from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.migration import Move
from edge_sched_ros.cluster.server import Server
from edge_sched_ros.cluster.service import Service
from edge_sched_ros.cluster.watcher import Watcher

_log = logging.getLogger(__name__)
#: seconds between checks for pods to move
_POLL_S = 1.0
#: reply of the API server for a pod whose disruption budget is used up
_BLOCKED = 429


class Controller:
    """
    Runs until stopped.

    :param poll_s: seconds between checks for pods to move
    """

    def __init__(
        self, api: Api, service: Service, server: Server, metrics: Metrics, poll_s: float = _POLL_S
    ) -> None:
        self._api, self._service, self._server, self._metrics = api, service, server, metrics
        self._poll_s = poll_s
        self._halt = Event()
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Start watching, replying and moving."""
        self._threads = [
            *(
                Watcher(self._api, self._service, kind, self._halt, optional=kind == CLAIMS)
                for kind in KINDS
            ),
            Thread(target=self._server.serve_forever, name='server', daemon=True),
            Thread(target=self._move, name='mover', daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Return when it was stopped, or when a thread has ended unexpectedly."""
        while not self._halt.wait(1):
            dead = [thread.name for thread in self._threads if not thread.is_alive()]
            if dead:
                _log.error('%s: ended unexpectedly', ', '.join(dead))
                return

    def stop(self) -> None:
        """Stop; a watch that waits for the API server ends with the process."""
        self._halt.set()
        self._server.shutdown()
        self._server.server_close()

    def _move(self) -> None:
        while not self._halt.wait(self._poll_s):
            try:
                move = self._service.next_move()
                if move is not None:
                    self._evict(move)
            except Exception:
                _log.exception('mover: internal error')

    def _evict(self, move: Move) -> None:
        what = f'{move.pod.name} from {move.pod.node}, room on {move.target}: {move.reason}'
        try:
            self._api.evict(move.pod.name, move.pod.uid)
        except ApiError as error:
            result = 'blocked' if error.status == _BLOCKED else 'failed'
            _log.warning('eviction %s of %s: %s', result, what, error)
        else:
            result = 'evicted'
            _log.warning('evicted %s', what)
        self._metrics.moves.labels(result).inc()
        self._service.moved(move, ok=result == 'evicted')
