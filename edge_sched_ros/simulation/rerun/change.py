# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One change of a recorded run: rate, unit, variant, deadline, one more unit."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit

#: end of the name of a unit that is added
_MORE = '_more'

Tasks = Mapping[str, TaskSpec]


@dataclass(frozen=True, slots=True)
class Change:
    """
    What is different from the recorded run.

    :param kind: ``rate``, ``unit``, ``variant``, ``deadline`` or ``core``
    :param text: in words
    :param tasks: changes the tasks
    :param half: stream of which every second frame is left out; empty for none
    :param more_of: unit of which there is one more; empty for none
    """

    kind: str
    text: str
    tasks: Callable[[Tasks], Tasks] = field(default=lambda tasks: tasks)
    half: str = ''
    more_of: str = ''

    def units(self, units: tuple[Unit, ...]) -> tuple[Unit, ...]:
        """Return the units with this change."""
        added = (
            replace(one, name=f'{one.name}{_MORE}') for one in units if one.name == self.more_of
        )
        return (*units, *added)

    def like(self, unit: str) -> str:
        """Return the unit whose costs a unit has: itself, if it is not the added one."""
        return self.more_of if self.more_of and unit == f'{self.more_of}{_MORE}' else unit

    def enter(self, profiles: Profiles, tasks: Tasks) -> None:
        """Enter the costs of a unit that is added."""
        if not self.more_of:
            return
        more = f'{self.more_of}{_MORE}'
        for task in tasks.values():
            for variant in task.all_variants or task.variants:
                for stage in variant.stages:
                    cost = profiles.cost(task.name, variant.name, stage.name, self.more_of)
                    one_ns = None if cost is None else cost.expected_ns(1)
                    if cost is not None and one_ns is not None:
                        profiles.set(
                            StageKey(task.name, variant.name, stage.name, more),
                            one_ns,
                            source='trace',
                            per_item_ns=(cost.expected_ns(2) or one_ns) - one_ns,
                            energy_mj=cost.energy_mj,
                        )


def half_rate(stream: str) -> Change:
    """Leave out every second frame of a stream."""
    return Change('rate', f'{stream} at half the rate', half=stream)


def longer_deadline(task: str, factor: float, deadline_ms: float) -> Change:
    """Give a task a longer deadline."""

    def change(spec: TaskSpec) -> TaskSpec:
        return replace(spec, deadline_ns=round(spec.deadline_ns * factor))

    return Change('deadline', f'a deadline of {deadline_ms:g} ms for {task}', _of(task, change))


def only_variant(task: str, variant: str) -> Change:
    """Let a task run one variant."""
    text = f'{task} as variant {variant}'
    return Change('variant', text, _of(task, lambda spec: spec.pinned(variant)))


def only_unit(task: str, stage: str, unit: str) -> Change:
    """Let one stage of a task run on one unit, in the variants where it can."""

    def variant(one: VariantSpec) -> VariantSpec:
        stages = [
            replace(each, units=(unit,)) if each.name == stage and unit in each.units else each
            for each in one.stages
        ]
        return replace(one, stages=tuple(stages))

    def change(spec: TaskSpec) -> TaskSpec:
        return replace(
            spec,
            variants=tuple(map(variant, spec.variants)),
            all_variants=tuple(map(variant, spec.all_variants)),
        )

    return Change('unit', f'{stage} of {task} on {unit}', _of(task, change))


def one_more(unit: Unit) -> Change:
    """Add a unit that is like one there is."""

    def variant(one: VariantSpec) -> VariantSpec:
        more = f'{unit.name}{_MORE}'
        stages = [
            replace(stage, units=(*stage.units, more)) if unit.name in stage.units else stage
            for stage in one.stages
        ]
        return replace(one, stages=tuple(stages))

    def change(tasks: Tasks) -> Tasks:
        return {
            name: replace(
                spec,
                variants=tuple(map(variant, spec.variants)),
                all_variants=tuple(map(variant, spec.all_variants)),
            )
            for name, spec in tasks.items()
        }

    what = 'core' if unit.kind == 'cpu' else unit.kind.upper()
    return Change('core', f'one more {what} (like {unit.name})', change, more_of=unit.name)


def _of(task: str, change: Callable[[TaskSpec], TaskSpec]) -> Callable[[Tasks], Tasks]:
    return lambda tasks: {
        name: change(spec) if name == task else spec for name, spec in tasks.items()
    }
