# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scheduler extender: filter and prioritise. Time is a parameter; nothing here blocks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.cluster.allocations import Allocations
from edge_sched_ros.cluster.records import Pod
from edge_sched_ros.cluster.reservations import Reservation
from edge_sched_ros.cluster.screening import scores
from edge_sched_ros.cluster.screening import screen
from edge_sched_ros.cluster.screening import Screening
from edge_sched_ros.cluster.wire import filter_answer
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
        view = allocations.view(name for name in question.nodes if name in known.places)
        fits = {name: [known.places[name]] for name in view.nodes}
        choice, values = scores(view, self._algorithm, pod.app, fits)
        until = now + allocations.reserve_s
        if choice is None:
            reservations.add(pod.uid, Reservation(known.app, known.places, until), pod.unit)
            return score_answer(question, {})
        _log.info('%s goes to %s (%s)', pod.name, choice.node, choice.option[-1].unit)
        places = {choice.node: choice.option}
        reservations.add(pod.uid, Reservation(pod.app, places, until), pod.unit)
        return score_answer(question, values)

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
        reservations.release(pod.uid)
        reservations.release(reservations.key_for(pod.owner))
        if pod.unit:
            allocations.hosts.wanted[app.name] = pod.unit
        found = screen(allocations, app, question.nodes, excluded)
        if found.fits:
            places = {name: ways[0] for name, ways in found.fits.items()}
            until = now + allocations.reserve_s
            reservations.add(pod.uid, Reservation(app, places, until), pod.unit)
        else:
            allocations.hosts.wanted.pop(app.name, None)
            _log.info('%s fits no node: %s', pod.name, found.detail or _first(found))
        return found


def _first(found: Screening) -> str:
    return next(iter(found.failed.values()), 'none was asked')
