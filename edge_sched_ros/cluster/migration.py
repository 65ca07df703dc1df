# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which pod should move because its results are observed to be late. Time is a parameter."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from dataclasses import replace

from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.cluster.allocations import Allocations
from edge_sched_ros.cluster.records import Pod
from edge_sched_ros.cluster.reservations import Reservation
from edge_sched_ros.cluster.schedulable import schedulable
from edge_sched_ros.cluster.screening import shown
from edge_sched_ros.cluster.staleness import Staleness

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MoverSettings:
    """
    Settings of migration.

    :param violation_s: time that a pod must be late before it moves
    :param every_s: minimum time between moves
    :param penalty_s: time during which the node it left takes no new pods
    """

    violation_s: float = 10.0
    every_s: float = 30.0
    penalty_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Move:
    """
    A pod to evict.

    :param key: key of its successor's reservation
    :param target: node with room for the successor
    """

    pod: Pod
    key: str
    target: str
    reason: str


class Mover:
    """
    Compares observed responses with deadlines and decides what to move.

    Only pods that a controller recreates are moved, and only when another node has room, which is
    then reserved for the successor.
    """

    def __init__(
        self, allocations: Allocations, algorithm: Algorithm, settings: MoverSettings
    ) -> None:
        self._allocations, self._algorithm, self._settings = allocations, algorithm, settings
        #: uid -> time since which it is late
        self._since: dict[str, float] = {}
        #: node -> time until which it is excluded
        self._penalties: dict[str, float] = {}
        #: uid -> earliest time of the next attempt
        self._retry: dict[str, float] = {}
        self._told: dict[str, str] = {}
        self._stale = Staleness()
        self._next = float('-inf')

    def update(self, now: float) -> None:
        """Record which pods are late."""
        pods = self._allocations.pods
        self._stale.update(self._allocations.nodes.values(), now)
        for uid in [uid for uid in self._since if uid not in pods]:
            self._forget(uid)
        for uid, pod in pods.items():
            if self._excess(pod) > 1:
                self._since.setdefault(uid, now)
            elif uid in self._since:
                self._forget(uid)

    def late(self, now: float) -> dict[str, float]:
        """Return the pods that were late for long enough, with observed over required response."""
        pods = self._allocations.pods
        return {
            uid: self._excess(pods[uid])
            for uid, since in self._since.items()
            if uid in pods and now - since >= self._settings.violation_s
        }

    def excluded(self, now: float) -> dict[str, str]:
        """Return the nodes that take no new pods, and why."""
        found = {
            self._allocations.pods[uid].node: 'results there are observed to be late'
            for uid in self.late(now)
        }
        for node, until in self._penalties.items():
            if now < until:
                found.setdefault(node, 'results there were observed to be late')
        return found

    def next_move(self, now: float) -> Move | None:
        """Return the latest pod that can move, if it is time for a move."""
        self.update(now)
        if now < self._next:
            return None
        late = self.late(now)
        for uid in sorted(late, key=lambda uid: -late[uid]):
            if now < self._retry.get(uid, now):
                continue
            pod = self._allocations.pods[uid]
            found = self._where_to(pod, now)
            if isinstance(found, Choice) and pod.app is not None:
                return self._begin(pod, pod.app, found, now)
            if found and self._told.get(uid) != found:
                self._told[uid] = str(found)
                _log.warning('%s is late on %s and stays: %s', pod.name, pod.node, found)
        return None

    def moved(self, move: Move, *, ok: bool) -> None:
        """Record the result of a move; a failed one releases its reservation."""
        if not ok:
            self._allocations.reservations.release(move.key)
            self._penalties.pop(move.pod.node, None)

    # --- inside -------------------------------------------------------------------------------

    def _excess(self, pod: Pod) -> float:
        """Return observed over required response; 0 when one is not known."""
        if pod.app is None or pod.app.task.deadline_ms is None:
            return 0.0
        observed = pod.observed_ms
        if observed is None:
            node = self._allocations.nodes.get(pod.node)
            if node is not None and node.name not in self._stale.nodes:
                observed = node.observed.get(pod.name)
        return 0.0 if observed is None else observed / pod.app.task.deadline_ms

    def _where_to(self, pod: Pod, now: float) -> Choice | str:
        """Return the node for a pod's successor, or why the pod stays; empty if it is ending."""
        if pod.app is None or pod.ending:
            return ''
        if not pod.owner or pod.owner_kind == 'DaemonSet':
            return 'no controller would recreate it on another node'
        # including the pod's own node
        excluded = self.excluded(now)
        names = [
            node.name
            for node in self._allocations.nodes.values()
            if node.name not in excluded and schedulable(node, pod)
        ]
        app, hosts = _successor(pod, pod.app), self._allocations.hosts
        if pod.unit:
            hosts.wanted[app.name] = pod.unit
        found = self._algorithm.choose(self._allocations.view(names), app)
        hosts.wanted.pop(app.name, None)
        return found if isinstance(found, Choice) else f'on the other nodes: {shown(found.reason)}'

    def _begin(self, pod: Pod, app: App, choice: Choice, now: float) -> Move:
        settings = self._settings
        self._next = now + settings.every_s
        self._penalties[pod.node] = now + settings.penalty_s
        # other pods first, if it is still there
        self._retry[pod.uid] = now + 2 * settings.every_s
        self._told.pop(pod.uid, None)
        key = f'move:{pod.uid}'
        places = {choice.node: choice.option}
        until = now + self._allocations.reserve_s
        reserved = Reservation(_successor(pod, app), places, until, pod.owner)
        self._allocations.reservations.add(key, reserved, pod.unit)
        reason = f'{self._excess(pod):.3g} of its {app.task.deadline_ms:g} ms observed'
        return Move(pod, key, choice.node, reason)

    def _forget(self, uid: str) -> None:
        for known in (self._since, self._retry, self._told):
            known.pop(uid, None)


def _successor(pod: Pod, app: App) -> App:
    """Return the successor that the controller of a pod will create, under a separate name."""
    return replace(app, name=f'the successor of {pod.name}~{pod.uid}')
