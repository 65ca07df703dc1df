# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Moves networks along their fronts of latency and memory as units get crowded."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pareto.front import Point
from edge_sched_ros.policies.pareto.growth import best_growth
from edge_sched_ros.policies.pareto.memory import Memory
from edge_sched_ros.policies.pareto.round import Proposal
from edge_sched_ros.policies.pareto.round import ProposalRound
from edge_sched_ros.policies.pareto.tasks import allocate
from edge_sched_ros.policies.pareto.tasks import Allocated
from edge_sched_ros.policies.pareto.tasks import known_costs
from edge_sched_ros.policies.pareto.tasks import latency_ns
from edge_sched_ros.policies.pareto.tasks import memory_of
from edge_sched_ros.policies.pareto.tasks import renew
from edge_sched_ros.policies.placement import Allowed
from edge_sched_ros.policies.turns import run_in_turn


class Pareto:
    """
    Every network stays on a point of its front and leaves it when its answers get slow.

    It begins with the fastest point that fits the memory. When a job takes longer than the
    point alone by more than ``latency_margin``, another point is looked for among those that
    alone are faster than the job was; when memory gets free, it returns. After a change it
    stays for ``settle_ms``. Margins, the search from below and the return are those of the
    author's code (Iyer et al., POMACS 7(3), 2023; Samsung/ONE), which ``balanced=False`` follows.

    ``balanced=True`` is this project's: of all networks' points that alone keep their deadline it
    takes the one with the greatest sum of all rates, relative to those alone, as a model of the
    crowded units foresees it; only if that grows by ``gain``; and it also returns when units get
    free. As every change raises the same number by a share, the same load cannot make it go
    round in circles.
    """

    name = 'pareto'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'latency_margin', 0.8, 0.0, 100.0, 'Share by which answers may be slower than alone'
        ),
        PolicyParameter('settle_ms', 2000.0, 0.0, 1e6, 'How long a changed network stays'),
        PolicyParameter(
            'memory_margin', 1.0, 0.0, 100.0, 'Memory that must get free, over that in use'
        ),
        PolicyParameter('memory_mib', 0.0, 0.0, 1e9, 'Memory for all networks; 0: no limit'),
        PolicyParameter(
            'balanced', True, 0, 1, 'Whether predicted rates decide; false: as published'
        ),
        PolicyParameter('gain', 0.05, 0.0, 10.0, 'Least growth of the rates for a change'),
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
        self._latency_margin = latency_margin
        self._settle_ns = round(settle_ms * 1e6)
        self._memory_margin = memory_margin
        self._balanced = balanced
        self._gain = gain
        self._made_for: tuple[object, ...] = ()
        #: changes of costs seen so far
        self._drifts = 0
        self._tasks: dict[str, Allocated] = {}
        self._memory = Memory(memory_mib, self._tasks)
        self._round = ProposalRound(self._tasks, self._settle_ns)
        #: changes of points so far, for tests and reports
        self.changes = 0

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs on the units of their points; look at how long jobs took."""
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
        """Make new fronts when units or tasks come or go, or cost something else than before."""
        there = frozenset(name for name, unit in view.units.items() if unit.state == AVAILABLE)
        # a pinned variant is the first
        now = (there, *((name, task.variants[0].name) for name, task in view.tasks.items()))
        if now == self._made_for:
            if view.profiles.drifts != self._drifts:
                self._drifts = view.profiles.drifts
                self._round.clear()
                for name, state in self._tasks.items():
                    renew(view, view.tasks[name], state, there)
            return
        self._made_for, self._drifts = now, view.profiles.drifts
        self._tasks.clear()
        self._round.clear()
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
        """A job's last stage begins: its time is known but for that stage, which is expected."""
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
        if self._balanced:
            self._balance(view, task, state, took_ns)
        else:
            self._follow_published(view, state, took_ns, job.task)

    def _began_ns(self, view: View, job: Job) -> int:
        """
        Return since when the job could have run but for units.

        That is not before the job before it ended; and a job that took the place of others,
        which waited in vain, counts from the first of them, or it would never be its turn.
        """
        first_ns = job.timings[0].ready_ns if job.timings else job.ready_ns
        state = self._tasks.get(job.task)
        if state is None:
            return first_ns
        due_ns = state.ended_ns + view.period_ns(job.task)
        return max(state.ended_ns, min(first_ns, due_ns))

    def _available(self, view: View) -> list[str]:
        return [name for name, unit in view.units.items() if unit.state == AVAILABLE]

    def _is_slow(self, state: Allocated, took_ns: float) -> bool:
        alone = latency_ns(state.current)
        return took_ns - alone > self._latency_margin * alone

    def _has_freed(self, view: View, state: Allocated) -> bool:
        freed = self._memory.free_mib(view) - state.free_mib
        return freed > self._memory_margin * memory_of(state.current)

    def _change(self, view: View, state: Allocated, point: Point, lock: str) -> None:
        if point is not state.current:
            self.changes += 1
            state.current = point
        state.lock = 'memory' if lock == 'memory' else 'time'
        state.since_ns = view.now_ns
        state.free_mib = self._memory.free_mib(view)

    def _follow_published(self, view: View, state: Allocated, took_ns: float, name: str) -> None:
        if state.lock != 'memory' and self._is_slow(state, took_ns):
            free = self._memory.free_mib(view, without=name)
            below = [
                p for p in state.points if latency_ns(p) < took_ns and self._memory.fits(p, free)
            ]
            if below and below[-1] is not state.current:
                self._change(view, state, below[-1], 'time')
                return
        largest = max(map(memory_of, state.points))
        returns = not state.lock and memory_of(state.current) < largest
        if returns and self._has_freed(view, state):
            free = self._memory.free_mib(view, without=name)
            self._change(view, state, self._memory.fastest_that_fits(state, free), 'memory')

    # --- by predicted rates -------------------------------------------------------------------

    def _balance(self, view: View, task: TaskSpec, state: Allocated, took_ns: int) -> None:
        """Make the change that helps the rates most, of this network or of another."""
        if state.lock or len(state.choices) == 1:
            return
        proposal = self._proposal(view, task, state, took_ns)
        active = [name for name in self._tasks if view.tasks[name].enabled]
        best = self._round.collect(proposal, view.now_ns, active)
        if best is None:
            return
        spoke = self._round.proposers()
        self._round.clear()
        other = self._tasks[best.task]
        free = self._memory.free_mib(view, without=best.task)
        if best.growth > self._gain and self._memory.fits(best.point, free):
            self._change(view, other, best.point, 'time')
            return
        for name in spoke:
            # asked again when it has had time to be otherwise
            if name in self._tasks:
                self._tasks[name].lock, self._tasks[name].since_ns = 'time', view.now_ns

    def _proposal(self, view: View, task: TaskSpec, state: Allocated, took_ns: int) -> Proposal:
        """Return the best point that alone answers in time, or sooner than the job did."""
        limit_ns = max(latency_ns(state.current), task.deadline_ns)
        if self._is_slow(state, took_ns):
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


POLICY = Pareto
