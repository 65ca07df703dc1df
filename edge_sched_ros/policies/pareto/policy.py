# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Moves networks along their fronts of latency and memory when units get overloaded."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pareto.balanced import Balanced
from edge_sched_ros.policies.pareto.changes import Changes
from edge_sched_ros.policies.pareto.memory import Memory
from edge_sched_ros.policies.pareto.published import Published
from edge_sched_ros.policies.pareto.tasks import allocate
from edge_sched_ros.policies.pareto.tasks import Allocated
from edge_sched_ros.policies.pareto.tasks import known_costs
from edge_sched_ros.policies.pareto.tasks import renew
from edge_sched_ros.policies.placement import Allowed
from edge_sched_ros.policies.turns import run_in_turn


class Pareto:
    """
    Every network stays on a point of its front and leaves it when its results get slow.

    It starts with the fastest point that fits the memory. When a job takes longer than the point
    alone by more than ``latency_margin``, the policy searches another point among those that alone
    are faster than the job was; when memory gets free, it returns. After a change it stays for
    ``settle_ms``. Margins, the search from below and the return are those of the author's code
    (Iyer et al., POMACS 7(3), 2023; Samsung/ONE), which ``balanced=False`` follows.

    ``balanced=True`` is this project's: of all networks' points that alone meet their deadline it
    takes the one with the greatest sum of all rates, relative to those alone, as predicted by a
    model of the shared units, but only if this sum grows by ``gain``; it also returns when units
    get free. As every change increases the same number by a minimum share, a constant load cannot
    cause a cycle of changes.
    """

    name: ClassVar[str] = 'pareto'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'latency_margin',
            0.8,
            0.0,
            100.0,
            'Share by which answers may be slower than without other networks',
        ),
        PolicyParameter(
            'settle_ms',
            2000.0,
            0.0,
            1e6,
            'Time that a network stays on a new point of its front, in milliseconds',
        ),
        PolicyParameter(
            'memory_margin',
            1.0,
            0.0,
            100.0,
            'Memory that must become free before a network returns, as a multiple of the '
            'memory it uses; only with balanced=false',
        ),
        PolicyParameter(
            'memory_mib', 0.0, 0.0, 1e9, 'Memory for all networks, in MiB; 0 for no limit'
        ),
        PolicyParameter(
            'balanced',
            True,
            0,
            1,
            'Whether the predicted rates of all networks decide; if false, as in the publication',
        ),
        PolicyParameter(
            'gain', 0.05, 0.0, 10.0, 'Minimum growth of the sum of rates for a change'
        ),
    )
    asks_when_busy: ClassVar[bool] = False

    def __init__(
        self,
        *,
        latency_margin: float,
        settle_ms: float,
        memory_margin: float,
        memory_mib: float,
        balanced: bool,
        gain: float,
    ) -> None:
        self._settle_ns = round(settle_ms * 1e6)
        self._made_for: tuple[object, ...] = ()
        #: number of changes of costs seen so far
        self._drifts = 0
        self._tasks: dict[str, Allocated] = {}
        self._memory = Memory(memory_mib, self._tasks)
        changes = Changes(self._memory, latency_margin)
        self._feedback = (
            Balanced(self._tasks, self._memory, changes, settle_ns=self._settle_ns, gain=gain)
            if balanced
            else Published(self._memory, changes, memory_margin)
        )

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs on the units of their points; use the times of ended jobs."""
        self._follow_units(view)

        def urgency(job: Job) -> tuple[int, int, int]:
            due_ns = job.deadline_ns + self._began_ns(view, job) - job.release_ns
            return -job.priority, due_ns, job.id

        decisions = run_in_turn(view, urgency, self._units_of(view), by_deadline=False)
        for decision in decisions:
            if isinstance(decision, Run):
                job = view.jobs[decision.job]
                if len(job.remaining) == 1:
                    self._last_stage(view, job, decision.unit)
        return decisions

    def _units_of(self, view: View) -> Allowed:
        def allowed(job: Job) -> tuple[str, ...]:
            state = self._tasks.get(job.task)
            if state is None or job.stage_index >= len(state.current.units):
                return job.stage.units
            unit = state.current.units[job.stage_index]
            return (unit,) if unit in job.stage.units else job.stage.units

        return allowed

    # --- units that come and go ---------------------------------------------------------------

    def _follow_units(self, view: View) -> None:
        """Make new fronts when units, tasks or costs change."""
        there = frozenset(name for name, unit in view.units.items() if unit.state == AVAILABLE)
        # a pinned variant is the first
        now = (there, *((name, task.variants[0].name) for name, task in view.tasks.items()))
        if now == self._made_for:
            if view.profiles.drifts != self._drifts:
                self._drifts = view.profiles.drifts
                self._feedback.clear()
                for name, state in self._tasks.items():
                    renew(view, view.tasks[name], state, there)
            return
        self._made_for, self._drifts = now, view.profiles.drifts
        self._tasks.clear()
        self._feedback.clear()
        for name in view.tasks:
            self._begin(view, name, there)

    def _begin(self, view: View, name: str, there: frozenset[str]) -> None:
        self._tasks.pop(name, None)
        state = allocate(view, view.tasks[name], there)
        if state is not None:
            free = self._memory.free_mib(view)
            state.current = self._memory.fastest_that_fits(state, free)
            self._tasks[name] = state
            state.free_mib = self._memory.free_mib(view)
            state.ended_ns = view.now_ns

    # --- feedback -----------------------------------------------------------------------------

    def _last_stage(self, view: View, job: Job, unit: str) -> None:
        """A job's last stage starts: its time is known except for this stage (estimated)."""
        state = self._tasks.get(job.task)
        task = view.tasks[job.task]
        if state is None or job.variant.name != task.variants[0].name:
            return
        if known_costs(view, task) != state.known:
            self._begin(view, job.task, frozenset(self._available(view)))
            return
        last_ns = view.cost_ns(job, job.stage, unit)
        took_ns = view.now_ns + last_ns - self._began_ns(view, job)
        state.ended_ns = view.now_ns + last_ns
        if state.lock and view.now_ns - state.since_ns > self._settle_ns:
            state.lock = ''
            state.free_mib = self._memory.free_mib(view)
        self._feedback.follow(view, task, state, took_ns)

    def _began_ns(self, view: View, job: Job) -> int:
        """
        Return the time since which the job could have run if units were free.

        This is not before the end of the previous job; and a job that superseded others, which
        waited in vain, counts from the first of them, or it would never get its turn.
        """
        first_ns = job.timings[0].ready_ns if job.timings else job.ready_ns
        state = self._tasks.get(job.task)
        if state is None:
            return first_ns
        due_ns = state.ended_ns + view.period_ns(job.task)
        return max(state.ended_ns, min(first_ns, due_ns))

    def _available(self, view: View) -> list[str]:
        return [name for name, unit in view.units.items() if unit.state == AVAILABLE]


POLICY = Pareto
