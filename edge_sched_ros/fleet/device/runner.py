# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs partitions in real time: a low-level dispatcher, its workers, and the loaded networks."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core import reasons
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import JobCancelled
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import TasksAdded
from edge_sched_ros.core.free_times import free_at_ns
from edge_sched_ros.core.high_level.partition_task import partition_task_name
from edge_sched_ros.core.high_level.partition_task import partition_task_spec
from edge_sched_ros.core.high_level.partition_task import PARTITION_VARIANT
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.watchdog import Watchdog
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import DROPPED
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.runtime import Runtime
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.fleet.device.networks import Served
from edge_sched_ros.fleet.device.work import Runnable
from edge_sched_ros.fleet.device.work import Work
from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.wire.offers import UnitLoad
from edge_sched_ros.fleet.wire.reports import StageRun
from edge_sched_ros.plugins.policies import make_lasting_policy


@dataclass(slots=True)
class _WorkFrame(Frame):
    """A work on its way through the runtime, which knows frames."""

    work: Work | None = None


class _Partition:
    """The program of one partition: its segments are the stages."""

    stateful = False
    output = 'none'

    def __init__(self, served: Served, segments: tuple[str, ...]) -> None:
        self._served = served
        by_name = {segment.name: segment for segment in served.form.graph.segments}
        self._segments = {name: by_name[name] for name in segments}
        self.stages = segments
        #: stage -> tensors that no later stage of the partition takes
        self._last_taken: dict[str, tuple[str, ...]] = {}
        last = {tensor: name for name in segments for tensor in by_name[name].inputs}
        for tensor, name in last.items():
            self._last_taken[name] = (*self._last_taken.get(name, ()), tensor)

    def run(self, stage: str, context: JobContext) -> int:
        """Run a segment; inputs that nothing needs any more are let go."""
        assert isinstance(context.frame, _WorkFrame) and context.frame.work is not None
        work, segment = context.frame.work, self._segments[stage]
        tensors = work.tensors
        inputs = [tensors[name] for name in segment.inputs]
        *outputs, items = self._served.run(stage, context.unit, inputs, work.job)
        for name in self._last_taken.get(stage, ()):
            if name not in work.keep:
                del tensors[name]
        tensors.update(zip(segment.outputs, outputs))
        work.items = int(items or 0)
        return work.items

    def set_option(self, name: str, value: float | None) -> None:
        """There is none."""

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """The network is the device's."""


class RuntimeRunner:
    """
    A runtime whose tasks are partitions, added as they come.

    :param networks: by the name they are served by
    :param local_units: what to run them on
    :param policy: low-level policy and its parameters
    """

    def __init__(
        self,
        networks: Mapping[str, Served],
        local_units: tuple[LocalUnit, ...],
        *,
        policy: str = 'edf+drop',
        policy_parameters: Mapping[str, Any] | None = None,
        watchdog: Watchdog | None = None,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._networks = networks
        self.units = tuple(local.unit for local in local_units)
        self._profiles = Profiles()
        self._programs: dict[str, Program] = {}
        self._names: dict[Runnable, str] = {}
        self._priorities: dict[str, int] = {}
        self._seq = 0
        self._on_end: Callable[[WorkEnd], None] = lambda _end: None
        self._runtime = Runtime(
            dispatcher=LowLevelDispatcher(
                tasks=(),
                units=self.units,
                policy=policy,
                make_policy=make_lasting_policy,
                policy_parameters=policy_parameters,
                profiles=self._profiles,
                watchdog=watchdog,
            ),
            programs=self._programs,
            units=local_units,
            deliver=self._deliver,
            clock_ns=clock_ns,
        )

    def start(self, on_end: Callable[[WorkEnd], None]) -> None:
        """Begin; ``on_end`` is called once for every work, from any thread."""
        self._on_end = on_end
        self._runtime.start()

    def stop(self) -> None:
        """End every work and all threads."""
        self._runtime.stop()

    @property
    def abandoned(self) -> frozenset[str]:
        """Units that a thread is still busy on after the stop."""
        return self._runtime.abandoned

    def submit(self, work: Work) -> None:
        """
        Run a partition.

        :raises ConfigError: when no unit here can
        """
        name = self._names.get(work.runnable) or self._add(work.runnable)
        if self._priorities.get(name, 0) != work.priority:
            self._priorities[name] = work.priority
            self._runtime.post(ParametersChanged({'priority': work.priority}, task=name))
        self._seq += 1
        frame = _WorkFrame(name, self._seq, 0, '', work=work)
        self._runtime.submit(frame, deadline_ns=work.deadline_ns)

    def cancel(self, works: Sequence[Work]) -> None:
        """Give up works; a stage that runs ends on its unit first."""
        wanted = {id(work) for work in works}
        for work in works:
            work.cancelled = True
        for job in self._runtime.jobs_where(
            lambda frame: isinstance(frame, _WorkFrame) and id(frame.work) in wanted
        ):
            self._runtime.post(JobCancelled(job, reasons.CANCELLED))

    def problems(self) -> tuple[str, ...]:
        """Return which networks start nothing since a call hung; a line each."""
        found: tuple[str, ...] = self._runtime.read(_hung_networks)
        return found

    def loads(self, now_ns: int) -> tuple[UnitLoad, ...]:
        """Return what the units do now."""
        found: tuple[UnitLoad, ...] = self._runtime.read(
            lambda dispatcher, _: loads_of(dispatcher, now_ns)
        )
        return found

    def _add(self, runnable: Runnable) -> str:
        """Make a low-level task of a partition and return its name."""
        served = self._networks[runnable.network]
        name = partition_task_name(
            runnable.task, runnable.network, runnable.segments, runnable.unit_of
        )
        forced = dict(runnable.unit_of)
        spec = partition_task_spec(
            name,
            [(one, _times_ns(one, served, forced)) for one in runnable.segments],
            hang_group=runnable.network,
        )
        for segment in runnable.segments:
            for unit, cost_ns in served.costs_ns.get(segment, {}).items():
                key = StageKey(name, PARTITION_VARIANT, segment, unit)
                self._profiles.set(key, cost_ns, source='offered')
        self._programs[name] = _Partition(served, runnable.segments)
        self._runtime.post(TasksAdded((spec,)))
        self._names[runnable] = name
        return name

    def _deliver(self, end: JobEnd) -> None:
        assert isinstance(end.frame, _WorkFrame) and end.frame.work is not None
        stages = tuple(
            StageRun(one.stage, one.unit, one.started_ns, one.finished_ns) for one in end.stages
        )
        self._on_end(WorkEnd(end.frame.work, end.reason, end.outcome == DROPPED, stages))


def _hung_networks(dispatcher: LowLevelDispatcher, now_ns: int) -> tuple[str, ...]:
    if not dispatcher.hung_calls:
        return ()
    found = {
        spec.hang_group: dispatcher.why_off(name, now_ns)
        for name, spec in dispatcher.tasks.items()
    }
    return tuple(f'{network} is off: {why}' for network, why in found.items() if why)


def loads_of(dispatcher: LowLevelDispatcher, now_ns: int) -> tuple[UnitLoad, ...]:
    """Return what the units of a low-level dispatcher do now."""
    free_ns = free_at_ns(dispatcher, now_ns)
    return tuple(
        UnitLoad(name, free_ns.get(name, now_ns), one.state, one.busy_ns, one.stages_done)
        for name, one in dispatcher.units.items()
    )


def _times_ns(segment: str, served: Served, forced: Mapping[str, str]) -> dict[str, int]:
    """Return the units that may run a segment, and what it takes there; 0 where not known."""
    units, known = served.units[segment], served.costs_ns.get(segment, {})
    if segment not in forced:
        return {unit: known.get(unit, 0) for unit in units}
    if forced[segment] not in units:
        raise ConfigError(
            f'{served.form.graph.name}.{segment}', f"the unit '{forced[segment]}' cannot run it"
        )
    return {forced[segment]: known.get(forced[segment], 0)}
