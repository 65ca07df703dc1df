# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stages of partitions on the units of one device, as its own dispatcher decides."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any

from edge_sched_ros.core.decisions import Complete
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
from edge_sched_ros.core.events import TasksAdded
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.partition_task import PARTITION_VARIANT
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.simulation.fleet.account import DeviceAccount
from edge_sched_ros.simulation.fleet.clock import VirtualClock
from edge_sched_ros.simulation.fleet.partition_tasks import PartitionTask
from edge_sched_ros.simulation.fleet.skipping import is_needed
from edge_sched_ros.simulation.fleet.system import FleetDevice
from edge_sched_ros.simulation.machine import Active
from edge_sched_ros.simulation.machine import Machine
from edge_sched_ros.system.system import RunCost

#: told of a partition that ended: what was given to :meth:`DeviceRuns.start`, and how
Ended = Callable[[Any, 'Complete | str'], None]


@dataclass(slots=True)
class _Begun:
    """
    A partition at work.

    :param units: that made its inputs on this device
    """

    job: JobReleased
    units: tuple[str, ...]
    token: Any


class DeviceRuns:
    """
    The low-level half of a simulated device.

    :param ended: told of every partition that ended
    """

    def __init__(
        self,
        spec: FleetDevice,
        clock: VirtualClock,
        account: DeviceAccount,
        ended: Ended,
        *,
        policy: str,
        policy_parameters: Mapping[str, Any],
        seed: int,
    ) -> None:
        profiles = Profiles()
        for (source, target), time_ns in spec.offer.hand_over_ns.items():
            profiles.set_transition(source, target, time_ns)
        self.dispatcher = LowLevelDispatcher(
            tasks=(),
            units=spec.offer.units,
            policy=policy,
            make_policy=make_policy,
            policy_parameters=policy_parameters,
            profiles=profiles,
        )
        #: wall time of every call of the dispatcher
        self.decision_ns: list[int] = []
        self._spec = spec
        self._clock = clock
        self._account = account
        self._ended = ended
        self._model = ExecutionModel(spec, seed)
        self._machine = Machine(spec, self._foresee_end)
        self._tasks: dict[str, PartitionTask] = {}
        self._begun: dict[int, _Begun] = {}
        self._next: _Begun | None = None
        self._alarm_ns: int | None = None
        self._stopped = False

    def knows(self, name: str) -> bool:
        """Whether a partition has been added."""
        return name in self._tasks

    def add(self, task: PartitionTask) -> None:
        """Get ready to run a partition."""
        self._tasks[task.spec.name] = task
        for (segment, unit), cost in task.costs.items():
            self.dispatcher.profiles.set(
                StageKey(task.spec.name, PARTITION_VARIANT, segment, unit),
                cost.latency_ns,
                source=self._spec.name,
                energy_mj=cost.energy_mj or None,
                demand=cost.demand_gbps,
            )
        self.send(TasksAdded((task.spec,)))

    def set_priority(self, name: str, priority: int) -> None:
        """Let the jobs of a partition that was added have another priority from now on."""
        if self.dispatcher.tasks[name].priority != priority:
            self.send(ParametersChanged({'priority': priority}, task=name))

    def start(
        self, name: str, job: JobReleased, deadline_ns: int, units: tuple[str, ...], token: Any
    ) -> None:
        """
        Run a partition of a job whose inputs are here.

        :param units: that made the inputs on this device
        :param token: given back when it has ended
        """
        self._next = _Begun(job, units, token)
        self.send(FrameArrived(name, job.seq, job.release_ns, deadline_ns))

    def send(self, event: Event) -> None:
        """Let something happen to the device's dispatcher, and do what it decides."""
        before = perf_counter_ns()
        decisions = self.dispatcher.handle(event, self._clock.now_ns)
        self.decision_ns.append(perf_counter_ns() - before)
        for decision in decisions:
            if isinstance(decision, Run):
                self._run(decision)
            elif isinstance(decision, Release):
                assert self._next is not None
                self._begun[decision.job] = self._next
                self._next.token.low_job = decision.job
            elif isinstance(decision, WakeAt):
                self._set_alarm(decision.time_ns)
            elif isinstance(decision, Complete):
                self._ended(self._begun.pop(decision.job).token, decision)
            elif isinstance(decision, (Drop, Fail)):
                self._ended(self._begun.pop(decision.job).token, decision.reason)

    def set_unit(self, name: str, *, state: str, speed: float, energy: float) -> None:
        """Change state and clock of a unit."""
        if state != AVAILABLE:
            self._machine.lose(name)
        self._machine.set_clock(name, speed, energy, self._clock.now_ns)
        self.send(UnitChanged(name, state, 'workload', speed))

    def stop(self) -> None:
        """Let nothing happen here any more."""
        self._stopped = True
        for unit in self._spec.device.units:
            self._machine.lose(unit)

    # --- stages on units --------------------------------------------------------------------

    def _run(self, run: Run) -> None:
        task, begun = self._tasks[run.task], self._begun[run.job]
        cost = task.costs[(run.stage, run.unit)]
        index = task.index[run.stage]
        work_ns, energy_mj = self._work(cost, begun.job, index)
        variant = task.spec.variants[0]
        active = Active(run, variant, index, work_ns, cost.demand_gbps, energy_mj)
        wait_ns = self._hand_over_ns(run, begun)
        if wait_ns:
            self._machine.reserve(active)
            self._clock.at(self._clock.now_ns + wait_ns, self._begin, active)
        else:
            self._machine.start(active, self._clock.now_ns)

    def _work(self, cost: RunCost, job: JobReleased, index: int) -> tuple[float, float]:
        """Return time and energy of a segment; none where the job does not need it."""
        if not self._needs(job, index):
            return 0.0, 0.0
        more = max(0, job.items - 1)
        energy_mj = cost.energy_mj + more * cost.energy_per_item_mj
        return self._model.work_ns(cost, job.items, job.task, job.seq, index), energy_mj

    def needs(self, job: JobReleased, network: str, segments: Iterable[str]) -> bool:
        """Return whether a job needs one of some segments of its network."""
        if job.task not in self._spec.skipping:
            return True
        order = self._spec.order[network]
        return any(self._needs(job, order[segment]) for segment in segments)

    def _needs(self, job: JobReleased, index: int) -> bool:
        network = self._spec.skipping.get(job.task)
        return network is None or is_needed(self._model, job.task, network, job.seq, index)

    def _skip(self, run: Run, task: PartitionTask) -> int:
        """Return how many of the segments that follow in the partition the job does not need."""
        begun = self._begun.get(run.job)
        if begun is None or begun.job.task not in self._spec.skipping:
            return 0
        names = [stage.name for stage in task.spec.variants[0].stages]
        skipped = 0
        for name in names[names.index(run.stage) + 1 :]:
            if self._needs(begun.job, task.index[name]):
                break
            skipped += 1
        return skipped

    def _hand_over_ns(self, run: Run, begun: _Begun) -> int:
        """Return how long it takes until the unit has the data of the unit before."""
        profiles = self.dispatcher.profiles
        if not profiles.has_transitions:
            return 0
        timings = self.dispatcher.jobs[run.job].timings
        before = (timings[-1].unit,) if timings else begun.units
        return max((profiles.transition_ns(unit, run.unit) for unit in before), default=0)

    def _begin(self, active: Active) -> None:
        self._machine.start_reserved(active, self._clock.now_ns)

    def _foresee_end(self, time_ns: int, active: Active) -> None:
        self._clock.at(time_ns, self._finish, active, active.turn)

    def _finish(self, active: Active, turn: int) -> None:
        if turn != active.turn or self._stopped:
            return  # its pace changed after this end was foreseen
        run, now_ns = active.run, self._clock.now_ns
        self._machine.end(active, now_ns)
        started_ns = min(active.started_ns, now_ns)
        task, energy_mj = run.task.partition('/')[0], active.spent_mj
        self._account.stage(task, run.unit, now_ns - started_ns, energy_mj)
        skip = self._skip(run, self._tasks[run.task])
        self.send(
            StageFinished(
                run.job, run.stage, run.unit, started_ns, now_ns, 1, None, skip, energy_mj
            )
        )

    # --- its timer --------------------------------------------------------------------------

    def _set_alarm(self, time_ns: int) -> None:
        if self._alarm_ns is None or time_ns < self._alarm_ns:
            self._alarm_ns = time_ns
            self._clock.at(time_ns, self._timer, time_ns, idle=True)

    def _timer(self, asked_ns: int) -> None:
        if asked_ns == self._alarm_ns and not self._stopped:
            self._alarm_ns = None
            self.send(TimerFired())
