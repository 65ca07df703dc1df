# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drives the real dispatcher in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from heapq import heappop
from heapq import heappush
from time import perf_counter_ns
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
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.subclassed import mypyc_attr
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.simulation.change_keys import check_changes
from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.simulation.machine import Active
from edge_sched_ros.simulation.machine import Machine
from edge_sched_ros.simulation.objectives import Score
from edge_sched_ros.simulation.sources import Source
from edge_sched_ros.system.system import System

NS_PER_S = 1_000_000_000

#: returns new values of the policy's parameters, such as a new plan, or ``None``
Planner = Callable[[LowLevelDispatcher], 'Mapping[str, Any] | None']
#: interval of calls of a planner, as on a robot
_PLAN_EVERY_NS = NS_PER_S

#: called with every event, its time, and the decisions
Listener = Callable[[int, Event, list[Decision]], None]


@mypyc_attr(allow_interpreted_subclasses=True)
class Simulator:
    """
    One run of a system under a policy.

    :param system: workload and platform
    :param policy: name of the policy
    :param policy_parameters: settings of the policy
    :param seed: same seed, same run
    :param listener: called with all events and decisions (to write a trace)
    :param planner: called once a second of virtual time
    :param planning_s: virtual time from the call until the policy gets the plan
    :param clock: gives the nanoseconds by which ``decision_ns`` is measured
    :param floor_periods: as for the dispatcher
    """

    def __init__(
        self,
        system: System,
        *,
        policy: str = 'edf',
        policy_parameters: Mapping[str, Any] | None = None,
        seed: int = 0,
        listener: Listener | None = None,
        planner: Planner | None = None,
        planning_s: float = 1.0,
        clock: Callable[[], int] = perf_counter_ns,
        floor_periods: float = 0.0,
    ) -> None:
        check_changes(system)
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
            floor_periods=floor_periods,
        )
        self.score = Score(tuple(task.name for task in system.tasks))
        self._clock = clock
        #: time that every call of the dispatcher took, in nanoseconds
        self.decision_ns: list[int] = []
        self._listener = listener
        self._planner = planner
        self._planning_ns = round(planning_s * NS_PER_S)
        self._model = ExecutionModel(system, seed)
        self._machine = Machine(system, self._foresee_end)
        self._sources = {
            name: Source(name, stream, seed) for name, stream in system.streams.items()
        }
        self._queue: list[tuple[int, int, Callable[..., None], Any, int]] = []
        self._order = 0
        #: separate objects, so that their entries in the queue can be identified
        self._on_timer = self._timer
        self._on_change = self._change
        self._on_finish = self._finish
        self._on_later = self._later
        self._on_plan_look = self._look_for_plan
        self._on_plan = self._take_plan
        self._end_ns = 0
        #: the only timer: its time, and its entry in the queue
        self._alarm_ns: int | None = None
        self._alarm_turn = 0
        #: releases of jobs in flight
        self._jobs: dict[int, Release] = {}
        #: (task, variant, stage) -> index of the stage and its variant
        self._stages = {
            (task.name, variant.name, stage.name): (index, variant)
            for task in system.tasks
            for variant in task.variants
            for index, stage in enumerate(variant.stages)
        }

    def run(self, seconds: float) -> None:
        """Run with frames for this long, then finish the jobs in flight."""
        self._end_ns = round(seconds * NS_PER_S)
        for change in self.system.workload.changes:
            self._at(round(change.at_s * NS_PER_S), self._on_change, change)
        for source in self._sources.values():
            self._next_frame(source)
        if self._planner is not None:
            self._at(0, self._on_plan_look, None)
        queue, timer, finish = self._queue, self._on_timer, self._on_finish
        # these have no effect after the last job
        late = (timer, self._on_change, self._on_plan_look, self._on_plan)
        while queue:
            time_ns, _, action, argument, turn = heappop(queue)
            if time_ns >= self._end_ns and not self._jobs and action in late:
                continue  # the watchdog of a stage that has ended, or a change
            if action is finish and turn != argument.turn:
                continue  # its speed changed after this end was computed
            if action is timer and turn != self._alarm_turn:
                continue  # an earlier one has replaced it
            self.now_ns = time_ns
            action(argument, turn)

    # --- the queue of future events ---------------------------------------------------------

    def _at(self, time_ns: int, action: Callable[..., None], argument: Any, turn: int = 0) -> None:
        self._order += 1
        heappush(self._queue, (time_ns, self._order, action, argument, turn))

    def _next_frame(self, source: Source) -> None:
        # jitter may be longer than a period, but frames come in order
        time_ns = max(self.now_ns, source.next_ns())
        if time_ns < self._end_ns:
            self._at(time_ns, self._frame, source)

    def _frame(self, source: Source, _turn: int) -> None:
        self._send(FrameArrived(source.name, source.take(), self.now_ns))
        self._next_frame(source)

    def _timer(self, _argument: None, _turn: int) -> None:
        self._alarm_ns = None
        self._send(TimerFired())

    def _change(self, change: Any, _turn: int) -> None:
        from edge_sched_ros.simulation.changes import apply_change

        apply_change(self, change)

    def _look_for_plan(self, _argument: None, _turn: int) -> None:
        assert self._planner is not None
        values = self._planner(self.dispatcher)
        if values is not None:
            self._at(self.now_ns + self._planning_ns, self._on_plan, values)
        if self.now_ns + _PLAN_EVERY_NS < self._end_ns:
            self._at(self.now_ns + _PLAN_EVERY_NS, self._on_plan_look, None)

    def _take_plan(self, values: Mapping[str, Any], _turn: int) -> None:
        self._send(ParametersChanged(dict(values)))

    # --- events and decisions ---------------------------------------------------------------

    def send(self, event: Event) -> None:
        """Handle an event now."""
        self._send(event)

    def send_at(self, time_ns: int, event: Event) -> None:
        """Handle an event at a time from now on; a listener may ask for this."""
        self._at(time_ns, self._on_later, event)

    def _later(self, event: Event, _turn: int) -> None:
        self._send(event)

    def _send(self, event: Event) -> None:
        before = self._clock()
        decisions = self.dispatcher.handle(event, self.now_ns)
        self.decision_ns.append(self._clock() - before)
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
                self._set_alarm(decision.time_ns)  # type: ignore[union-attr]
            elif isinstance(decision, (Drop, Fail)):
                del self._jobs[decision.job]
                self.score.no_answer(decision.task, decision.job)

    def _set_alarm(self, time_ns: int) -> None:
        if self._alarm_ns is None or time_ns < self._alarm_ns:
            self._alarm_ns = time_ns
            self._alarm_turn += 1
            self._at(max(self.now_ns, time_ns), self._on_timer, None, self._alarm_turn)

    def _complete(self, decision: Complete) -> None:
        release = self._jobs.pop(decision.job)
        late_ns = self.now_ns - release.deadline_ns
        self.score.answer(decision.task, decision.job, late_ns)

    def _start(self, run: Run) -> None:
        task, items = run.task, run.items
        index, variant = self._stages[(task, run.variant, run.stage)]
        cost = self.system.costs[(task, run.variant, run.stage, run.unit)]
        seq = self._jobs[run.job].seq
        work_ns = self._model.work_ns(cost, items, task, seq, index)
        energy_mj = cost.energy_mj
        if items > 1:
            energy_mj += (items - 1) * cost.energy_per_item_mj
        active = Active(run, variant, index, work_ns, cost.demand_gbps, energy_mj)
        handover_ns = self._handover_ns(run) if self.dispatcher.profiles.has_transitions else 0
        if handover_ns:
            self._machine.reserve(active)
            self._at(self.now_ns + handover_ns, self._begin, active)
        else:
            self._machine.start(active, self.now_ns)

    def _handover_ns(self, run: Run) -> int:
        timings = self.dispatcher.jobs[run.job].timings
        before = timings[-1].unit if timings else None
        return self.dispatcher.profiles.transition_ns(before, run.unit)

    def _begin(self, active: Active, _turn: int) -> None:
        """The job's data has been transferred."""
        self._machine.start_reserved(active, self.now_ns)

    def _foresee_end(self, time_ns: int, active: Active) -> None:
        self._at(time_ns, self._on_finish, active, active.turn)

    def _finish(self, active: Active, _turn: int) -> None:
        run, now_ns, model = active.run, self.now_ns, self._model
        self._machine.end(active, now_ns)
        release = self._jobs.get(run.job)
        seq = -1 if release is None else release.seq
        spent_mj = active.spent_mj
        self.score.spend(run.task, run.job, spent_mj)
        items_for = model.items_for(run.task, seq)
        skip = model.skip(run.task, active.variant, seq, active.index)
        started_ns = active.started_ns if active.started_ns < now_ns else now_ns
        self._send(
            StageFinished(
                run.job, run.stage, run.unit, started_ns, now_ns, 1, items_for, skip, spent_mj
            )
        )

    # --- changes of the workload ------------------------------------------------------------

    def set_unit(self, name: str, *, state: str, speed: float, energy: float) -> None:
        """Change state and clock of a unit."""
        if state != AVAILABLE:
            self._machine.lose(name)
        self._machine.set_clock(name, speed, energy, self.now_ns)
        self._send(UnitChanged(name, state, 'workload', speed))

    def set_period(self, stream: str, period_ms: float) -> None:
        """Change the rate of a stream after its next frame."""
        self._sources[stream].set_period(period_ms, self.now_ns)

    def set_cascade(self, task: str, **values: Any) -> None:
        """Change the probability and the fan-out of a cascade."""
        self._model.set_cascade(task, **values)
