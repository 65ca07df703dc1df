# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ways each task's network may be cut now, and what devices were told of them."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.high_level.cut_plan import CutPlan
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.device_table import DeviceTable
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.high_level.graph import Partition
from edge_sched_ros.core.high_level.policy import HighLevelPolicy
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.high_level.view import HighLevelView

#: partition -> its segments
_Named = tuple[tuple[str, tuple[str, ...]], ...]


class CutTable:
    """Cuts of every task; renewed when devices, their units or the policy change."""

    def __init__(self, choices: Mapping[str, tuple[FleetTask, ...]], devices: DeviceTable) -> None:
        self._choices = choices
        self._devices = devices
        #: key of a task -> its cuts, worked out
        self.plans: dict[str, tuple[CutPlan, ...]] = dict.fromkeys(choices, ())
        #: network -> names of partitions -> worked out, as they come again with the devices
        self._known: dict[str, dict[tuple[str, ...], CutPlan]] = {}
        #: (network, partition) -> what it is: what a name stands for never changes
        self._meaning: dict[tuple[str, str], Partition] = {}
        #: device -> what it could run depends on this alone
        self._seen: dict[str, tuple[int, frozenset[str], frozenset[str]]] = {}
        #: device -> key of a task -> what it was told to load
        self._told: dict[str, dict[str, _Named]] = {}
        self._of_changes = -1

    @property
    def outdated(self) -> bool:
        """Whether the policy has to be asked again."""
        return self._of_changes != self._devices.changes

    def outdate(self) -> None:
        """Have the policy asked again."""
        self._of_changes = -1

    def renew(
        self, policy: HighLevelPolicy, view: HighLevelView, out: list[HighLevelDecision]
    ) -> None:
        """Ask the policy for the cuts of every task, and let devices load what is new."""
        self._of_changes = self._devices.changes
        every = list(self._devices.devices)
        changed = self._changed()
        most = None if getattr(policy, 'chooses_variants', False) else 1
        unused = set(self.plans)
        for task in [one for choices in self._choices.values() for one in choices[:most]]:
            plans = tuple([self._plan(task, cut) for cut in policy.cuts(task, view)])
            same = plans == self.plans.get(task.key)
            self.plans[task.key] = plans
            unused.discard(task.key)
            self._load(task, changed if same else every, view, out)
        self.plans.update(dict.fromkeys(unused, ()))

    def _changed(self) -> list[str]:
        """Return the devices that can run other things than when this was asked last."""
        seen = {
            name: (one.order, one.unavailable, one.blocked)
            for name, one in self._devices.devices.items()
        }
        changed = [name for name, state in seen.items() if self._seen.get(name) != state]
        self._seen = seen
        return changed

    def _plan(self, task: FleetTask, cut: Cut) -> CutPlan:
        network = task.graph.name
        known = self._known.setdefault(network, {})
        names = tuple([part.name for part in cut])
        plan = known.get(names)
        if plan is None:
            plan = known[names] = CutPlan(task.graph, cut)
        for part in cut:
            before = self._meaning.setdefault((network, part.name), part)
            if before is not part and before != part:
                raise InvariantError(f'partition {part.name} of {network} stands for two things')
        return plan

    def _load(
        self,
        task: FleetTask,
        devices: list[str],
        view: HighLevelView,
        out: list[HighLevelDecision],
    ) -> None:
        if not devices:
            return
        parts = {
            part.name: part for plan in self.plans[task.key] for part in plan.partitions.values()
        }
        for device in devices:
            named: _Named = tuple(
                (part.name, part.segments)
                for part in parts.values()
                if view.can_run(task, part, device)
            )
            told = self._told.setdefault(device, {})
            if named and told.get(task.key) != named:
                told[task.key] = named
                out.append(Load(device, task.name, task.graph.name, task.graph.digest, named))

    def ensure_loaded(
        self, task: FleetTask, part: Partition, device: str, out: list[HighLevelDecision]
    ) -> None:
        """Let a device load a partition of an earlier cut that a job in flight still has."""
        told = self._told.setdefault(device, {})
        named = told.get(task.key, ())
        if (part.name, part.segments) not in named:
            told[task.key] = named = (*named, (part.name, part.segments))
            out.append(Load(device, task.name, task.graph.name, task.graph.digest, named))

    def forget_device(self, device: str) -> None:
        """Note that a device has lost its state."""
        self._told.pop(device, None)

    def problems(self) -> list[str]:
        """What keeps tasks from running, one line each."""
        return [
            f'task {name}: no device can run its network ({choices[0].graph.name}), or '
            'a part of it'
            for name, choices in self._choices.items()
            if not any(self.plans.get(one.key) for one in choices)
        ]
