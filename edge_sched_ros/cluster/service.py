# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The controller's state for many threads: one lock, held for one request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from threading import Lock
from typing import Any
from typing import TypeVar

from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.verdict import late_apps
from edge_sched_ros.cluster.allocations import Allocations
from edge_sched_ros.cluster.consistency import check
from edge_sched_ros.cluster.extender import Extender
from edge_sched_ros.cluster.feeds import feeds_of
from edge_sched_ros.cluster.feeds import KINDS
from edge_sched_ros.cluster.migration import Move
from edge_sched_ros.cluster.migration import Mover
from edge_sched_ros.cluster.migration import MoverSettings
from edge_sched_ros.cluster.reading import read_all
from edge_sched_ros.cluster.reading import read_pod
from edge_sched_ros.cluster.screening import shown
from edge_sched_ros.cluster.wire import read_preemption
from edge_sched_ros.cluster.wire import read_question
from edge_sched_ros.core.errors import EdgeSchedError

_T = TypeVar('_T')
_log = logging.getLogger(__name__)


class NotReady(EdgeSchedError):
    """The cluster is not known yet, so no headroom can be reserved."""


class Service:
    """
    Allocations, extender and mover behind one lock.

    :param reserve_s: how long headroom is reserved for a pod that passed the filter
    :param stale_s: time without data from the API server after which it is not ready
    :param clock: returns the time in seconds
    """

    def __init__(
        self,
        types: Problem,
        algorithm: Algorithm,
        *,
        reserve_s: float = 60.0,
        stale_s: float = 120.0,
        moving: MoverSettings | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._types, self._clock, self._stale_s = types, clock, stale_s
        self._lock = Lock()
        self._allocations = Allocations(types, reserve_s)
        self._feeds = feeds_of(self._allocations, types)
        self._extender = Extender(self._allocations, algorithm)
        self._mover = Mover(self._allocations, algorithm, moving or MoverSettings())
        #: kind -> time of the last data from the API server
        self._heard: dict[str, float] = {}

    # --- kube-scheduler -----------------------------------------------------------------------

    def filter(self, body: bytes) -> dict[str, Any]:
        """
        Answer ``/filter``.

        :raises ConfigError: for a request that cannot be used
        :raises NotReady: before the whole cluster is known
        """
        question = read_question(body)
        pod = read_pod(question.pod, self._types)
        with self._lock:
            now = self._begin()
            return self._extender.filter(question, pod, self._mover.excluded(now), now)

    def prioritize(self, body: bytes) -> list[dict[str, Any]]:
        """Answer ``/prioritize``; raises like ``filter``."""
        question = read_question(body)
        pod = read_pod(question.pod, self._types)
        with self._lock:
            return self._extender.prioritize(question, pod, self._begin())

    def preempt(self, body: bytes) -> dict[str, Any]:
        """Answer ``/preempt``; raises like ``filter``."""
        asked = read_preemption(body)
        pod = read_pod(asked.pod, self._types)
        with self._lock:
            now = self._begin()
            return self._extender.preempt(asked, pod, self._mover.excluded(now))

    # --- the API server -----------------------------------------------------------------------

    def replace(self, kind: str, items: Iterable[Mapping[str, Any]]) -> None:
        """Replace all objects of a kind by a list."""
        feed = self._feeds[kind]
        found = list(read_all(feed.read, items))
        with self._lock:
            feed.replace(found)
        self.heard(kind)

    def note(self, kind: str, change: str, item: Mapping[str, Any]) -> None:
        """Apply an event of a watch: ``ADDED``, ``MODIFIED`` or ``DELETED``."""
        feed = self._feeds[kind]
        found = feed.read(item)
        with self._lock:
            feed.forget(found) if change == 'DELETED' else feed.note(found)
        self.heard(kind)

    def heard(self, kind: str) -> None:
        """Record that the API server is available and all its events have arrived."""
        self._heard[kind] = self._clock()

    # --- migration ----------------------------------------------------------------------------

    def next_move(self) -> Move | None:
        """Return a pod that should move now, room reserved for its successor; else ``None``."""
        with self._lock:
            if len(self._heard) < len(KINDS):
                return None
            return self._mover.next_move(self._begin())

    def moved(self, move: Move, *, ok: bool) -> None:
        """Record the result of a move; a failed one releases its reservation."""
        with self._lock:
            self._mover.moved(move, ok=ok)

    # --- how it is ----------------------------------------------------------------------------

    def why_not_ready(self) -> str:
        """Return why replies may be wrong; empty when they are not."""
        now = self._clock()
        for kind in KINDS:
            at = self._heard.get(kind)
            if at is None:
                return f'{kind}: not listed yet'
            if now - at > self._stale_s:
                return f'{kind}: stale, no data for {now - at:.0f} s'
        return ''

    def counts(self) -> dict[str, float]:
        """Return the counts for metrics."""
        with self._lock:
            allocations = self._allocations
            now = self._clock()
            return {
                'nodes': len(allocations.hosts.nodes),
                'unusable_nodes': len(allocations.unusable),
                'apps': len(allocations.pods),
                'unmodelled_apps': sum(
                    pod.app is None or pod.app.name not in allocations.hosts.where
                    for pod in allocations.pods.values()
                ),
                'claims': len(allocations.claims),
                'reservations': len(allocations.reservations),
                'violations': len(self._mover.late(now)),
                'deviations': allocations.deviations,
                'heard_s': max((now - at for at in self._heard.values()), default=0.0),
            }

    def utilisation(self) -> dict[tuple[str, str], float]:
        """Return the utilisation of units by the model, by node and unit."""
        with self._lock:
            return {
                (node.name, unit): share
                for node in self._allocations.hosts.nodes.values()
                for unit, share in node.utilisation.items()
            }

    def late_by_model(self) -> dict[str, str]:
        """Return the applications that miss their objective by the model, and how."""
        with self._lock:
            return {shown(name): how for name, how in late_apps(self._allocations.hosts).items()}

    def validate(self) -> None:
        """
        Check that pods, reservations and the state of the cluster agree.

        :raises InvariantError: when they do not
        """
        with self._lock:
            check(self._allocations)

    def _begin(self) -> float:
        """Return the time, after removing what has expired."""
        missing = [kind for kind in KINDS if kind not in self._heard]
        if missing:
            raise NotReady(f'{", ".join(missing)} of the cluster: not listed yet')
        self._allocations.reservations.expire(self._heard['pods'])
        return self._clock()
