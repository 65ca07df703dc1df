# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A workload on a platform, in the core's own words."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import check_tasks
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.simulation.change_keys import check_changes
from edge_sched_ros.simulation.checks import whole_ns
from edge_sched_ros.simulation.contention import make_contention
from edge_sched_ros.simulation.contention import units_called
from edge_sched_ros.simulation.costs import NS_PER_MS
from edge_sched_ros.simulation.costs import stage_costs
from edge_sched_ros.simulation.costs import StageCosts
from edge_sched_ros.simulation.platform import Platform
from edge_sched_ros.simulation.workload import Stream
from edge_sched_ros.simulation.workload import Task
from edge_sched_ros.simulation.workload import Workload


@dataclass(frozen=True, slots=True)
class RunCost:
    """What a run of a stage on a unit takes at full speed, undisturbed."""

    latency_ns: int
    per_item_ns: int
    energy_mj: float
    energy_per_item_mj: float
    demand_gbps: float
    #: what the stage takes there, running or not; 0 where the platform does not say
    memory_mib: float = 0.0


class System:
    """
    Tasks, units, streams and true costs.

    :param slowdown: times every latency of the platform
    :param speedup: what the workload's rates were multiplied by already; for reports
    :raises ConfigError: when workload and platform do not fit; names the key
    """

    def __init__(
        self,
        workload: Workload,
        platform: Platform,
        *,
        slowdown: float = 1.0,
        speedup: float = 1.0,
    ) -> None:
        self.workload = workload
        self.platform = platform
        self.slowdown = slowdown
        self.speedup = speedup
        self.streams: dict[str, Stream] = {**workload.streams, **_own_streams(workload)}
        self.units = tuple(
            Unit(name, unit.kind, unit.slots) for name, unit in platform.units.items()
        )
        #: (task, variant, stage, unit) -> cost
        self.costs: dict[tuple[str, str, str, str], RunCost] = {}
        self._memory_mib = 0.0
        try:
            self.tasks = tuple(self._task(name, task) for name, task in workload.tasks.items())
            check_tasks(self.tasks, frozenset(platform.units))
        except ConfigError as error:
            if error.where.startswith(workload.where):
                raise
            raise ConfigError(f'{workload.where}: {error.where}', error.problem) from None
        if platform.memory_mib is not None and self._memory_mib > platform.memory_mib:
            raise ConfigError(
                f'{platform.where}: memory_mib',
                f'the networks of {workload.name} need {self._memory_mib:.0f} MiB, there are '
                f'{platform.memory_mib:.0f}',
            )
        check_changes(workload, platform, self.streams)
        make_contention(platform)

    def profiles(self) -> Profiles:
        """Return what is known beforehand: the mean of every cost, and the transitions."""
        profiles = Profiles()
        for key, cost in self.costs.items():
            profiles.set(
                StageKey(*key),
                cost.latency_ns,
                source=self.platform.name,
                per_item_ns=cost.per_item_ns,
                energy_mj=cost.energy_mj or None,
                energy_per_item_mj=cost.energy_per_item_mj,
                demand=cost.demand_gbps,
                memory_mib=cost.memory_mib or None,
            )
        for transition in self.platform.transitions:
            for source in self._units_called(transition.begin, 'from'):
                for target in self._units_called(transition.end, 'to'):
                    if source != target:
                        time_ns = round(transition.ms * NS_PER_MS)
                        profiles.set_transition(source, target, time_ns)
        return profiles

    def _units_called(self, name: str, end: str) -> list[str]:
        found = units_called(self.platform, name)
        if not found:
            known = ', '.join(self.platform.units)
            raise ConfigError(
                f'{self.platform.where}: transitions.{end}', f"unknown unit '{name}' ({known})"
            )
        return found

    def _task(self, name: str, task: Task) -> TaskSpec:
        where = f'{self.workload.where}: tasks.{name}'
        network = self.workload.networks.get(task.network)
        if network is None:
            known = ', '.join(self.workload.networks)
            raise ConfigError(
                f'{where}.network', f"there is no network '{task.network}' (there are {known})"
            )
        variants = []
        for variant_name, variant in network.variants.items():
            at = f'{self.workload.where}: networks.{task.network}.{variant_name}'
            stages = stage_costs(variant, self.platform, at)
            for stage in stages:
                self._enter(name, variant_name, stage)
            specs = (
                StageSpec(stage.name, tuple(stage.on), stage.chance, stage.exit_chance)
                for stage in stages
            )
            variants.append(VariantSpec(variant_name, tuple(specs), variant.accuracy))
        period_ms = self._period_ms(task, where)
        deadline_ms = task.deadline_ms or period_ms
        period_key = 'deadline_ms' if task.deadline_ms else 'period_ms'
        return TaskSpec(
            name=name,
            variants=tuple(variants),
            deadline_ns=whole_ns(deadline_ms, f'{where}.{period_key}'),
            stream='' if task.after else task.stream or name,
            after=task.after,
            period_ns=whole_ns(period_ms, f'{where}.period_ms'),
            priority=task.priority,
            every_n=task.every_n,
            queue_depth=task.queue_depth,
            max_in_flight=task.max_in_flight,
            enabled=task.enabled,
            needs_items=bool(task.after),
        )

    def _enter(self, task: str, variant: str, stage: StageCosts) -> None:
        for unit, cost in stage.on.items():
            energy = cost.energy_mj or 0.0
            per_item = cost.per_item_ms / cost.latency_ms if cost.latency_ms else 0.0
            self.costs[(task, variant, stage.name, unit)] = RunCost(
                latency_ns=round(cost.latency_ms * NS_PER_MS * self.slowdown),
                per_item_ns=round(cost.per_item_ms * NS_PER_MS * self.slowdown),
                energy_mj=energy,
                energy_per_item_mj=energy * per_item,
                demand_gbps=cost.demand_gbps,
                memory_mib=cost.memory_mib,
            )
        self._memory_mib += max(cost.memory_mib for cost in stage.on.values())

    def _period_ms(self, task: Task, where: str) -> float:
        """Return the time between a task's releases when every cascade has something to do."""
        seen: list[str] = []
        every = task.every_n
        while task.after:
            if task.after not in self.workload.tasks:
                known = ', '.join(self.workload.tasks)
                problem = f"there is no task '{task.after}' (there are {known})"
                raise ConfigError(f'{where}.after', problem)
            if task.after in seen:
                chain = ' -> '.join([*seen, task.after])
                raise ConfigError(f'{where}.after', f'is a loop: {chain}')
            seen.append(task.after)
            task = self.workload.tasks[task.after]
            every *= task.every_n
        if task.period_ms is not None:
            return task.period_ms * every
        if task.stream not in self.streams:
            known = ', '.join(self.streams) or 'none'
            raise ConfigError(
                f'{where}.stream', f"there is no stream '{task.stream}' (there are {known})"
            )
        return self.streams[task.stream].period_ms * every


def _own_streams(workload: Workload) -> dict[str, Stream]:
    streams = {}
    for name, task in workload.tasks.items():
        if task.period_ms is None:
            continue
        if name in workload.streams:
            raise ConfigError(
                f'{workload.where}: tasks.{name}.period_ms',
                f"makes a stream '{name}', which there is already",
            )
        streams[name] = Stream(
            period_ms=task.period_ms, jitter_ms=task.jitter_ms, phase_ms=task.phase_ms
        )
    return streams
