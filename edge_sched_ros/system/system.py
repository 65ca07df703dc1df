# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks on one device, in the terms of the core: task specifications, units, costs in ns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import check_tasks
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.documents.parsing import checking
from edge_sched_ros.system.checks import whole_ns
from edge_sched_ros.system.cost_lookup import joined_costs
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.pieces import check_task_devices
from edge_sched_ros.system.pieces import Key
from edge_sched_ros.system.pieces import keyed_pieces
from edge_sched_ros.system.stage_costs import network_called
from edge_sched_ros.system.stage_costs import only_on
from edge_sched_ros.system.stage_costs import stage_costs
from edge_sched_ros.system.stage_costs import StageCosts
from edge_sched_ros.system.streams import own_streams
from edge_sched_ros.system.streams import period_at
from edge_sched_ros.system.streams import period_ms_of
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Piece
from edge_sched_ros.system.workload import Stream
from edge_sched_ros.system.workload import Task


@dataclass(frozen=True, slots=True)
class RunCost:
    """The cost of a run of a stage on a unit at full speed, undisturbed."""

    latency_ns: int
    per_item_ns: int
    energy_mj: float
    energy_per_item_mj: float
    demand_gbps: float
    #: memory of the stage there, running or not; 0 if the platform does not give it
    memory_mib: float = 0.0
    #: spread of its time, if different from the device's
    cv: float | None = None
    #: times that the first profile tells, relative to the true ones
    profile_factor: float = 1.0


def run_cost(cost: Cost, slowdown: float = 1.0) -> RunCost:
    """Return a cost in the units of the core, its times multiplied."""
    energy, per_item_ms = cost.energy_mj or 0.0, cost.per_item_ms or 0.0
    per_item = per_item_ms / cost.latency_ms if cost.latency_ms else 0.0
    return RunCost(
        latency_ns=round(cost.latency_ms * NS_PER_MS * slowdown),
        per_item_ns=round(per_item_ms * NS_PER_MS * slowdown),
        energy_mj=energy,
        energy_per_item_mj=energy * per_item,
        demand_gbps=cost.demand_gbps,
        memory_mib=cost.memory_mib,
        cv=cost.cv,
        profile_factor=cost.profile_factor,
    )


class System:
    """
    Tasks, units, streams and true costs.

    :param workload: the file with the tasks
    :param platform: the file with the device and what networks cost on it; ``None``: the same
    :param slowdown: factor on every latency of the platform
    :param speedup: factor already applied to the workload's rates; for reports
    :raises ConfigError: when workload and platform do not match; names the key
    """

    def __init__(
        self,
        workload: SystemFile,
        platform: SystemFile | None = None,
        *,
        slowdown: float = 1.0,
        speedup: float = 1.0,
    ) -> None:
        platform = workload if platform is None else platform
        self.workload = workload
        self.platform = platform
        self.device = platform.device()
        if platform is workload:
            check_task_devices(workload)
        self.slowdown = slowdown
        self.speedup = speedup
        #: costs of networks on the device; costs of the workload's file override others
        self._costs = joined_costs(platform.costs, workload.costs)
        self.streams: dict[str, Stream] = {**workload.streams, **own_streams(workload)}
        self.units = tuple(
            Unit(name, unit.kind, unit.slots, unit.depth)
            for name, unit in self.device.units.items()
        )
        #: (task, variant, stage, unit) -> cost
        self.costs: dict[tuple[str, str, str, str], RunCost] = {}
        #: (network, variant, stage) -> its memory, on the unit where it is largest
        self._memory_mib: dict[tuple[str, str, str], float] = {}
        self.tasks = tuple(self._task(name, task) for name, task in workload.tasks.items())
        with checking(workload.where):
            check_tasks(self.tasks, frozenset(self.device.units))
        self._check_memory()
        self.contention = self.device.contention_law(platform.at('contention'))

    def profiles(self) -> Profiles:
        """Return the profiles: the mean that is told of every cost, and the transitions."""
        profiles = Profiles()
        for key, cost in self.costs.items():
            profiles.set(
                StageKey(*key),
                round(cost.latency_ns * cost.profile_factor),
                source=self.platform.name,
                per_item_ns=round(cost.per_item_ns * cost.profile_factor),
                energy_mj=cost.energy_mj or None,
                energy_per_item_mj=cost.energy_per_item_mj,
                demand=cost.demand_gbps,
                memory_mib=cost.memory_mib or None,
            )
        hand_overs = self.device.hand_overs_ms(self.platform.at('transitions'))
        for (source, target), ms in hand_overs.items():
            profiles.set_transition(source, target, round(ms * NS_PER_MS))
        return profiles

    def _check_memory(self) -> None:
        most_mib = self.device.memory_mib
        needed_mib = sum(self._memory_mib.values())
        if most_mib is not None and needed_mib > most_mib:
            raise ConfigError(
                self.platform.at('memory_mib'),
                f'the networks of {self.workload.name} need {needed_mib:.0f} MiB, but there are '
                f'{most_mib:.0f}',
            )

    def _task(self, name: str, task: Task) -> TaskSpec:
        where = self.workload.at('tasks', name)
        *before, last = keyed_pieces(task)
        first = []
        for key, piece in before:
            variant_name, (_, found) = next(iter(self._stages(piece, where, key).items()))
            self._hold(piece.network, variant_name, found)
            first += [replace(stage, name=f'{piece.network}_{stage.name}') for stage in found]
        variants = []
        key, piece = last
        for variant_name, (variant, own) in self._stages(piece, where, key).items():
            self._hold(piece.network, variant_name, own)
            stages = [*first, *own]
            for stage in stages:
                self._enter(name, variant_name, stage)
            specs = (
                StageSpec(stage.name, tuple(stage.on), stage.chance, stage.exit_chance)
                for stage in stages
            )
            variants.append(VariantSpec(variant_name, tuple(specs), variant.accuracy))
        period_ms = period_ms_of(task, self.workload, self.streams, where)
        deadline_ms = task.deadline_ms or period_ms
        period_key = period_at(name, self.workload)
        deadline_key = f'{where}.deadline_ms' if task.deadline_ms else period_key
        return TaskSpec(
            name=name,
            variants=tuple(variants),
            deadline_ns=whole_ns(deadline_ms, deadline_key),
            stream='' if task.after else task.stream or name,
            after=task.before[0] if task.before else '',
            joined_with=task.before[1:],
            period_ns=whole_ns(period_ms, period_key),
            priority=task.priority,
            every_n=task.every_n,
            queue_depth=task.queue_depth,
            max_in_flight=task.max_in_flight,
            enabled=task.enabled,
            min_rate_hz=task.min_rate_hz,
            tolerance=self._tolerance(piece),
            needs_items=bool(task.before),
        )

    def _enter(self, task: str, variant: str, stage: StageCosts) -> None:
        for unit, cost in stage.on.items():
            self.costs[(task, variant, stage.name, unit)] = run_cost(cost, self.slowdown)

    def _hold(self, network: str, variant: str, stages: Sequence[StageCosts]) -> None:
        """Count the memory of a variant, once for all tasks that use the network."""
        for stage in stages:
            needed = max(cost.memory_mib for cost in stage.on.values())
            key = (network, variant, stage.name)
            self._memory_mib[key] = max(needed, self._memory_mib.get(key, 0.0))

    def _tolerance(self, piece: Piece) -> float | None:
        for owner in (self.workload, self.platform):
            if piece.network in owner.networks:
                return owner.networks[piece.network].tolerance
        return None

    def _stages(
        self, piece: Piece, where: str, key: Key
    ) -> dict[str, tuple[Variant, list[StageCosts]]]:
        """
        Return the variants of a network with their stages, on the unit it is bound to.

        :param where: file and key of the task, for messages
        :param key: key with the network's name, below the task
        """
        name = piece.network
        owner = self.platform if name in self.platform.networks else self.workload
        owner = self.workload if name in self.workload.networks else owner
        network = network_called(name, owner.networks, self._costs, '.'.join((where, *key)))
        unit_key = '.'.join((where, *key[:-1], 'unit'))
        found = {}
        # a robot may have units of its own and be tried on another device
        own_words = self.workload.unit_words
        for variant_name, variant in network.variants.items():
            at = owner.variant_at(name, variant_name)
            stages = stage_costs(
                variant, self.device, self._costs, at, self.platform.name, own_words
            )
            found[variant_name] = variant, only_on(piece.unit, stages, self.device, unit_key)
        return found
