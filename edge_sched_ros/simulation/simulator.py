# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drives the real dispatcher in virtual time."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.policies.registry import make_policy
from edge_sched_ros.simulation.machine import Active
from edge_sched_ros.simulation.machine import Machine
from edge_sched_ros.simulation.nature import Nature
from edge_sched_ros.simulation.objectives import Score
from edge_sched_ros.simulation.sources import Source
from edge_sched_ros.simulation.system import System

NS_PER_S = 1_000_000_000

#: told every event, its time, and what was decided
Listener = Callable[[int, Event, list[Decision]], None]


class Simulator:
    """
    One run of a system under a policy.

    :param system: workload and platform
    :param policy: its name
    :param policy_parameters: its settings
    :param seed: same seed, same run
    :param listener: hears all events and decisions (to write a trace)
    """

    def __init__(
        self,
        system: System,
        *,
        policy: str = 'edf',
        policy_parameters: Mapping[str, Any] | None = None,
        seed: int = 0,
        listener: Listener | None = None,
    ) -> None:
        self.system = system
        self.seed = seed
        self.now_ns = 0
        self.dispatcher = LowLevelDispatcher(
            tasks=system.tasks,
            units=system.units,
            policy=policy,
            make_policy=make_policy,
            policy_parameters=policy_parameters,
            profiles=system.profiles(),
        )
        self.score = Score(tuple(task.name for task in system.tasks))
        #: wall time of every call of the dispatcher, in nanoseconds
        self.decision_ns: list[int] = []
        self._listener = listener
        self._nature = Nature(system, seed)
        self._machine = Machine(system.platform, self._foresee_end)
        self._sources = {
            name: Source(name, stream, seed) for name, stream in system.streams.items()
        }
        self._queue: list[tuple[int, int, Callable[..., None], Any, int]] = []
        self._order = 0
        #: one object each, so that their turns in the queue can be told from others
        self._on_timer = self._timer
        self._on_finish = self._finish
        self._end_ns = 0
        #: releases of jobs in flight
        self._jobs: dict[int, Release] = {}
        self._stage_index = {
            (task.name, variant.name, stage.name): index
            for task in system.tasks
            for variant in task.variants
            for index, stage in enumerate(variant.stages)
        }

    def run(self, seconds: float) -> None:
        """Let frames come for that long, then finish what is in flight."""
        self._end_ns = round(seconds * NS_PER_S)
        for change in self.system.workload.changes:
            self._at(round(change.at_s * NS_PER_S), self._change, change)
        for source in self._sources.values():
            self._next_frame(source)
        queue, timer, finish = self._queue, self._on_timer, self._on_finish
        while queue:
            time_ns, _, action, argument, turn = heapq.heappop(queue)
            if action is timer and not self._jobs and time_ns >= self._end_ns:
                continue  # the watchdog of a stage that has long ended
            if action is finish and turn != argument.turn:
                continue  # its pace changed after this end was foreseen
            self.now_ns = time_ns
            action(argument, turn)

    # --- the queue of what will happen ------------------------------------------------------

    def _at(self, time_ns: int, action: Callable[..., None], argument: Any, turn: int = 0) -> None:
        self._order += 1
        heapq.heappush(self._queue, (time_ns, self._order, action, argument, turn))

    def _next_frame(self, source: Source) -> None:
        # jitter may be longer than a period, but frames come in order
        time_ns = max(self.now_ns, source.next_ns())
        if time_ns < self._end_ns:
            self._at(time_ns, self._frame, source)

    def _frame(self, source: Source, _turn: int) -> None:
        self._send(FrameArrived(source.name, source.take(), self.now_ns))
        self._next_frame(source)

    def _timer(self, _argument: None, _turn: int) -> None:
        self._send(TimerFired())

    def _change(self, change: Any, _turn: int) -> None:
        from edge_sched_ros.simulation.changes import apply_change

        apply_change(self, change)

    # --- events and decisions ---------------------------------------------------------------

    def send(self, event: Event) -> None:
        """Let something happen now."""
        self._send(event)

    def _send(self, event: Event) -> None:
        before = time.perf_counter_ns()
        decisions = self.dispatcher.handle(event, self.now_ns)
        self.decision_ns.append(time.perf_counter_ns() - before)
        if self._listener is not None:
            self._listener(self.now_ns, event, decisions)
        for decision in decisions:
            kind = type(decision)
            if kind is Run:
                self._start(decision)  # type: ignore[arg-type]
            elif kind is Release:
                self._jobs[decision.job] = decision  # type: ignore[union-attr, assignment]
            elif kind is Complete:
                self._complete(decision)  # type: ignore[arg-type]
            elif kind is WakeAt:
                self._at(max(self.now_ns, decision.time_ns), self._on_timer, None)  # type: ignore[union-attr]
            elif isinstance(decision, (Drop, Fail)):
                del self._jobs[decision.job]
                self.score.no_answer(decision.task, decision.job)

    def _complete(self, decision: Complete) -> None:
        release = self._jobs.pop(decision.job)
        late_ns = self.now_ns - release.deadline_ns
        self.score.answer(decision.task, decision.job, late_ns)

    def _start(self, run: Run) -> None:
        release = self._jobs[run.job]
        cost = self.system.costs[(run.task, run.variant, run.stage, run.unit)]
        index = self._stage_index[(run.task, run.variant, run.stage)]
        timings = self.dispatcher.jobs[run.job].timings
        before = timings[-1].unit if timings else None
        handover_ns = self.dispatcher.profiles.transition_ns(before, run.unit)
        work_ns = self._nature.work_ns(cost, run.items, run.task, release.seq, index)
        more = max(0, run.items - 1) * cost.energy_per_item_mj
        active = Active(run, work_ns, cost.demand_gbps, cost.energy_mj + more)
        self._machine.reserve(active)
        if handover_ns:
            self._at(self.now_ns + handover_ns, self._begin, active)
        else:
            self._machine.start(active, self.now_ns)

    def _begin(self, active: Active, _turn: int) -> None:
        """The job's data has been handed over."""
        self._machine.start(active, self.now_ns)

    def _foresee_end(self, time_ns: int, active: Active) -> None:
        self._at(time_ns, self._on_finish, active, active.turn)

    def _finish(self, active: Active, _turn: int) -> None:
        run = active.run
        self._machine.end(active, self.now_ns)
        release = self._jobs.get(run.job)
        seq = -1 if release is None else release.seq
        variant = self.dispatcher.tasks[run.task].variant(run.variant)
        index = self._stage_index[(run.task, run.variant, run.stage)]
        self.score.spend(run.task, run.job, active.spent_mj)
        self._send(
            StageFinished(
                run.job,
                run.stage,
                run.unit,
                min(active.started_ns, self.now_ns),
                self.now_ns,
                items=1,
                items_for=self._nature.items_for(run.task, seq),
                skip=self._nature.skip(run.task, variant, seq, index),
                energy_mj=active.spent_mj,
            )
        )

    # --- what a workload may change ---------------------------------------------------------

    def set_unit(self, name: str, *, state: str, speed: float, energy: float) -> None:
        """Change state and clock of a unit."""
        if state != AVAILABLE:
            self._machine.lose(name)
        self._machine.set_clock(name, speed, energy, self.now_ns)
        self._send(UnitChanged(name, state, 'workload', speed))

    def set_period(self, stream: str, period_ms: float) -> None:
        """Change the rate of a stream from its next frame on."""
        self._sources[stream].set_period(period_ms, self.now_ns)

    def set_cascade(self, task: str, **values: Any) -> None:
        """Change how often a cascade has something to do, and how much."""
        self._nature.set_cascade(task, **values)
