# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scheduler extender: filter and prioritise. Time is a parameter; nothing here blocks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.cluster.allocations import Allocations
from edge_sched_ros.cluster.groups import Groups
from edge_sched_ros.cluster.preemption import victims_by_node
from edge_sched_ros.cluster.records import Pod
from edge_sched_ros.cluster.reservations import Reservation
from edge_sched_ros.cluster.screening import scores
from edge_sched_ros.cluster.screening import screen
from edge_sched_ros.cluster.screening import Screening
from edge_sched_ros.cluster.wire import filter_answer
from edge_sched_ros.cluster.wire import Preemption
from edge_sched_ros.cluster.wire import preemption_answer
from edge_sched_ros.cluster.wire import Question
from edge_sched_ros.cluster.wire import score_answer

_log = logging.getLogger(__name__)


class Extender:
    """
    Answers requests of kube-scheduler from the allocations.

    :param algorithm: chooses among the feasible nodes
    """

    def __init__(self, allocations: Allocations, algorithm: Algorithm) -> None:
        self._allocations = allocations
        self._algorithm = algorithm
        self._groups = Groups(allocations.reservations)

    def filter(
        self, question: Question, pod: Pod, excluded: Mapping[str, str], now: float
    ) -> dict[str, Any]:
        """
        Return which nodes can take a pod (``ExtenderFilterResult``), and reserve room there.

        A pod without a declaration fits on every node; one with an invalid declaration on none.

        :param excluded: node -> why it takes no new pods now
        """
        if pod.problem:
            failed = dict.fromkeys(question.nodes, f'edge-sched: {pod.problem}')
            return filter_answer(question, {}, failed, set(failed))
        if pod.app is None:
            return filter_answer(question, question.nodes, {}, set())
        bound = self._allocations.pods.get(pod.uid)
        if bound is not None:
            others = [name for name in question.nodes if name != bound.node]
            failed = dict.fromkeys(others, f'edge-sched: the pod is on {bound.node}')
            return filter_answer(question, {bound.node: None}, failed, set(failed))
        found = self._screen(pod, pod.app, question, excluded, now)
        return filter_answer(question, found.fits, found.failed, found.hopeless)

    def prioritize(self, question: Question, pod: Pod, now: float) -> list[dict[str, Any]]:
        """Return a score for every node (``HostPriorityList``), and reserve room on the best."""
        allocations, reservations = self._allocations, self._allocations.reservations
        known = reservations.get(pod.uid)
        if pod.app is None or pod.problem or known is None or known.app != pod.app:
            # never passed a filter, or too long ago: there is no reservation
            return score_answer(question, {})
        reservations.release(pod.uid)
        if pod.unit:
            allocations.hosts.wanted[pod.app.name] = pod.unit
        # a promise to a group that has failed is not renewed
        until = known.until if pod.group else now + allocations.reserve_s
        view = allocations.view(name for name in question.nodes if name in known.places)
        fits = {name: [known.places[name]] for name in view.nodes}
        choice, values = scores(view, self._algorithm, pod.app, fits)
        if choice is None:
            reservations.add(pod.uid, replace(known, until=until), pod.unit)
            return score_answer(question, {})
        _log.info('%s goes to %s (%s)', pod.name, choice.node, choice.option[-1].unit)
        places = {choice.node: choice.option}
        reservations.add(pod.uid, replace(known, places=places, until=until), pod.unit)
        return score_answer(question, values)

    def preempt(self, asked: Preemption, pod: Pod, excluded: Mapping[str, str]) -> dict[str, Any]:
        """
        Return on which nodes an eviction lets a pod in, and whom to evict there.

        :param excluded: node -> why it takes no new pods now
        """
        reservations = self._allocations.reservations
        known = reservations.get(pod.uid)
        # its own promise is no reason against it
        reservations.release(pod.uid)
        if pod.app is not None and pod.unit:
            self._allocations.hosts.wanted[pod.app.name] = pod.unit
        found = victims_by_node(self._allocations, pod, asked.victims, excluded)
        if pod.app is not None:
            self._allocations.hosts.wanted.pop(pod.app.name, None)
        if known is not None and known.nominated:
            reservations.add(pod.uid, known, pod.unit)
        in_vain = asked.victims.keys() - found.keys()
        if in_vain:
            _log.info('%s: no eviction on %s would help', pod.name, ', '.join(sorted(in_vain)))
        return preemption_answer(asked, found)

    def _screen(
        self,
        pod: Pod,
        app: App,
        question: Question,
        excluded: Mapping[str, str],
        now: float,
    ) -> Screening:
        allocations = self._allocations
        reservations = allocations.reservations
        known = reservations.get(pod.uid)
        reservations.release(pod.uid)
        reservations.release(reservations.key_for(pod.owner))
        if pod.unit:
            allocations.hosts.wanted[app.name] = pod.unit
        found = screen(allocations, app, pod.priority, question.nodes, excluded)
        if found.fits:
            places = {name: ways[0] for name, ways in found.fits.items()}
            until = self._groups.until(
                pod.group, now, allocations.reserve_s, again=known is not None
            )
            reserved = Reservation(app, places, until, group=pod.group)
            reservations.add(pod.uid, reserved, pod.unit)
        else:
            allocations.hosts.wanted.pop(app.name, None)
            if known is not None and known.nominated:
                # those evicted for it have not ended yet
                reservations.add(pod.uid, known, pod.unit)
            if pod.group:
                self._groups.refused(pod.group, now)
            _log.info('%s fits no node: %s', pod.name, found.detail or _first(found))
        return found


def _first(found: Screening) -> str:
    return next(iter(found.failed.values()), 'none was asked')
