# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Changes by the rates that a model of the shared units predicts."""

from __future__ import annotations

from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pareto.changes import Changes
from edge_sched_ros.policies.pareto.growth import best_growth
from edge_sched_ros.policies.pareto.memory import Memory
from edge_sched_ros.policies.pareto.round import Proposal
from edge_sched_ros.policies.pareto.round import ProposalRound
from edge_sched_ros.policies.pareto.tasks import Allocated
from edge_sched_ros.policies.pareto.tasks import latency_ns


class Balanced:
    """
    Makes the change, of any network, that increases the rates of all networks most.

    :param tasks: task -> its present point; the caller's dict, which changes
    :param settle_ns: how long to wait for a network without jobs
    :param gain: minimum growth of the rates for a change
    """

    def __init__(
        self,
        tasks: dict[str, Allocated],
        memory: Memory,
        changes: Changes,
        *,
        settle_ns: int,
        gain: float,
    ) -> None:
        self._tasks = tasks
        self._memory = memory
        self._changes = changes
        self._gain = gain
        self._round = ProposalRound(tasks, settle_ns)

    def clear(self) -> None:
        """Forget proposals: they referred to other points."""
        self._round.clear()

    def follow(self, view: View, task: TaskSpec, state: Allocated, took_ns: int) -> None:
        """Use the time of a job; make the best change when all networks have proposed one."""
        if state.lock or len(state.choices) == 1:
            return
        proposal = self._proposal(view, task, state, took_ns)
        active = [name for name in self._tasks if view.tasks[name].enabled]
        best = self._round.collect(proposal, view.now_ns, active)
        if best is None:
            return
        proposers = self._round.proposers()
        self._round.clear()
        other = self._tasks[best.task]
        free = self._memory.free_mib(view, without=best.task)
        if best.growth > self._gain and self._memory.fits(best.point, free):
            self._changes.change(view, other, best.point, 'time')
            return
        for name in proposers:
            # tried again after some time
            if name in self._tasks:
                self._tasks[name].lock, self._tasks[name].since_ns = 'time', view.now_ns

    def _proposal(self, view: View, task: TaskSpec, state: Allocated, took_ns: int) -> Proposal:
        """Return the best point that alone meets the deadline, or is faster than the job was."""
        limit_ns = max(latency_ns(state.current), task.deadline_ns)
        if self._changes.is_slow(state, took_ns):
            limit_ns = max(limit_ns, took_ns)
        free = self._memory.free_mib(view, without=task.name)
        candidates = [
            point
            for point in state.choices
            if point is not state.current
            and self._memory.fits(point, free)
            and latency_ns(point) <= limit_ns
        ]
        if not candidates:
            return Proposal(task.name, state.current, 0.0)
        return Proposal(task.name, *best_growth(view, task, self._tasks, candidates))
