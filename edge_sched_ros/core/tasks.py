# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks: a network bound to an input stream, with a deadline and a trigger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from edge_sched_ros.core.errors import ConfigError

NS_PER_MS = 1_000_000
#: maximum of a minimum rate
MOST_RATE_HZ = 10_000.0
#: least rate above 0: a result in eleven days; times stay finite in nanoseconds
LEAST_RATE_HZ = 1e-6


@dataclass(frozen=True, slots=True)
class StageSpec:
    """
    The schedulable piece of a job: preprocess, a segment, postprocess.

    :param name: unique within the variant
    :param units: names of the units that can run it, in order of preference
    :param chance: probability that a job that reaches it needs it (skipped layers), 0..1; not
        known in advance for a given job
    :param exit_chance: probability that the result is known after it (early exits), 0..1
    """

    name: str
    units: tuple[str, ...]
    chance: float = 1.0
    exit_chance: float = 0.0


@dataclass(frozen=True, slots=True)
class VariantSpec:
    """
    A lighter or heavier variant of a task's network.

    :param name: unique within the task
    :param stages: stages in sequence
    :param accuracy: relative to the best variant, 0..1
    """

    name: str
    stages: tuple[StageSpec, ...]
    accuracy: float = 1.0


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """
    The dispatcher's specification of a task.

    :param name: unique on the device
    :param variants: at least one; jobs start with the first
    :param deadline_ns: maximum time from the frame's release to its result
    :param stream: the input stream whose frames activate it; empty for a cascade
    :param after: the task whose completion activates it (a cascade); empty otherwise
    :param joined_with: more tasks that must have completed the same frame (a join); its items are
        those of ``after``
    :param paired_with: a second stream: it is activated only by a frame of ``stream`` together
        with the frame of this one that belongs to it; empty for one stream
    :param period_ns: expected time between frames; 0 when unknown
    :param priority: higher runs first among ready jobs; equal by default
    :param every_n: activated by every n-th frame of the stream (or completion before it)
    :param queue_depth: number of jobs that may wait; the oldest is superseded when one more
        arrives
    :param max_in_flight: number of jobs that may have started and not ended
    :param enabled: a disabled task releases no jobs
    :param needs_items: released only when the task before it found something
    :param all_variants: all variants, when ``variants`` is only the one that all jobs must run
    :param drop_overtaken: whether a job is dropped once a newer one has its answer; not where
        somebody else decides that, for whom this job is one of several
    :param hang_group: name that tasks with the same code share: after a hung call of one of them
        none of them starts; its own name if empty
    :param min_rate_hz: results on time a second that it shall have under any load; 0 for none
    :param tolerance: share of the first variant's accuracy that another may lack and still run by
        default where it is faster; ``None``: jobs start with the first
    """

    name: str
    variants: tuple[VariantSpec, ...]
    deadline_ns: int
    stream: str = ''
    after: str = ''
    period_ns: int = 0
    priority: int = 0
    every_n: int = 1
    queue_depth: int = 1
    max_in_flight: int = 1
    enabled: bool = field(default=True)
    needs_items: bool = False
    all_variants: tuple[VariantSpec, ...] = ()
    drop_overtaken: bool = True
    hang_group: str = ''
    min_rate_hz: float = 0.0
    joined_with: tuple[str, ...] = ()
    paired_with: str = ''
    tolerance: float | None = None

    def __post_init__(self) -> None:
        """
        Check the settings that do not depend on other tasks.

        :raises ConfigError: naming ``<task>.<key>``
        """
        if not self.variants or not all(variant.stages for variant in self.variants):
            raise ConfigError(f'{self.name}.variants', 'needs at least one variant with stages')
        if bool(self.stream) == bool(self.after):
            raise ConfigError(
                self.name, 'needs either an input stream or a task before it (after), not both'
            )
        if self.paired_with and self.stream in ('', self.paired_with):
            raise ConfigError(f'{self.name}.paired_with', 'needs another input stream to pair')
        if self.joined_with and not self.after:
            raise ConfigError(f'{self.name}.after', 'the first task of a join is missing')
        if len(set(self.before)) != len(self.before):
            raise ConfigError(f'{self.name}.after', 'names a task twice')
        if self.needs_items and not self.after:
            raise ConfigError(f'{self.name}.needs_items', 'is only for cascades (see after)')
        if not 0 <= self.min_rate_hz <= MOST_RATE_HZ:
            raise ConfigError(f'{self.name}.min_rate_hz', f'must be from 0 to {MOST_RATE_HZ:g}')
        if 0 < self.min_rate_hz < LEAST_RATE_HZ:
            raise ConfigError(
                f'{self.name}.min_rate_hz', f'must be 0, or at least {LEAST_RATE_HZ:g}'
            )
        if self.tolerance is not None and not 0 <= self.tolerance <= 1:
            raise ConfigError(f'{self.name}.tolerance', 'must be from 0 to 1')
        for variant in self.variants:
            _check_variant(self.name, variant)
        positive = {
            'deadline_ms': self.deadline_ns,
            'every_n': self.every_n,
            'queue_depth': self.queue_depth,
            'max_in_flight': self.max_in_flight,
        }
        for key, value in positive.items():
            if value <= 0:
                raise ConfigError(f'{self.name}.{key}', 'must be greater than zero')

    @property
    def before(self) -> tuple[str, ...]:
        """Return the tasks whose results activate it; several for a join."""
        return (self.after, *self.joined_with) if self.after else ()

    def variant(self, name: str) -> VariantSpec:
        """Return the variant of a name; :raises KeyError: when there is none."""
        for variant in self.all_variants or self.variants:
            if variant.name == name:
                return variant
        raise KeyError(name)

    def pinned(self, name: str) -> TaskSpec:
        """
        Return the task with one variant for all jobs; with all variants again if empty.

        :raises ConfigError: when there is none of that name
        """
        every = self.all_variants or self.variants
        if not name:
            return replace(self, variants=every, all_variants=())
        known = [variant.name for variant in every]
        if name not in known:
            raise ConfigError(
                f'{self.name}.variant', f"unknown variant '{name}' (known: {', '.join(known)})"
            )
        return replace(self, variants=(self.variant(name),), all_variants=every)


def _check_variant(task: str, variant: VariantSpec) -> None:
    if not 0 <= variant.accuracy <= 1:
        raise ConfigError(f'{task}.{variant.name}.accuracy', 'must be from 0 to 1')
    names = [stage.name for stage in variant.stages]
    if len(set(names)) != len(names):
        raise ConfigError(f'{task}.{variant.name}.stages', 'two stages have the same name')
    for stage in variant.stages:
        if not 0 < stage.chance <= 1:
            raise ConfigError(
                f'{task}.{variant.name}.{stage.name}.chance', 'must be above 0 and at most 1'
            )
        if not 0 <= stage.exit_chance < 1:
            raise ConfigError(
                f'{task}.{variant.name}.{stage.name}.exit_chance', 'must be from 0 to below 1'
            )


def check_tasks(
    tasks: tuple[TaskSpec, ...],
    unit_names: frozenset[str],
    present: Mapping[str, TaskSpec] = MappingProxyType({}),
) -> None:
    """
    Check tasks against each other: names, cascades, units.

    :param present: tasks by name that are there already and were checked
    :raises ConfigError: two tasks of one name, an unknown predecessor, a cascade loop, a join
        of two streams, a stage that names an unknown unit or that no unit can run
    """
    by_name = dict(present)
    for task in tasks:
        if task.name in by_name:
            raise ConfigError('tasks', f"two tasks are named '{task.name}'")
        by_name[task.name] = task
    known: dict[str, dict[str, str]] = {}
    for task in tasks:
        _check_cascade(task, by_name, known)
        _check_units(task, unit_names)


def _check_cascade(
    task: TaskSpec, by_name: dict[str, TaskSpec], known: dict[str, dict[str, str]]
) -> None:
    """Check that the tasks before a task exist, are no loop and have frames of one stream."""
    heads = _heads(task, by_name, (task.name,), known)
    if len(set(heads.values())) > 1:
        told = ', '.join(f'{name} on {stream}' for name, stream in heads.items())
        raise ConfigError(f'{task.name}.after', f'joins results of different streams: {told}')


def _heads(
    task: TaskSpec,
    by_name: dict[str, TaskSpec],
    way: tuple[str, ...],
    known: dict[str, dict[str, str]],
) -> dict[str, str]:
    """Return the tasks from which the ways to a task begin, with their streams."""
    if task.name in known:
        return known[task.name]
    found = {} if task.after else {task.name: task.stream}
    for name in task.before:
        if name not in by_name:
            raise ConfigError(f'{task.name}.after', f"there is no task named '{name}'")
        if name in way:
            loop = ' -> '.join([*way[way.index(name) :], name])
            raise ConfigError(f'{way[0]}.after', f'the cascade is a loop: {loop}')
        found |= _heads(by_name[name], by_name, (*way, name), known)
    known[task.name] = found
    return found


class ComesAfter(Protocol):
    """A task that others may come before."""

    @property
    def before(self) -> tuple[str, ...]:
        """The tasks whose results activate it."""


def parents_first(tasks: Mapping[str, ComesAfter]) -> list[str]:
    """Return the names of tasks; those that come after others follow these."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = 1 + max(map(depth, tasks[name].before), default=-1)
        return depths[name]

    return sorted(tasks, key=depth)


def _check_units(task: TaskSpec, unit_names: frozenset[str]) -> None:
    for variant in task.variants:
        for stage in variant.stages:
            where = f'{task.name}.{variant.name}.{stage.name}'
            if not stage.units:
                raise ConfigError(where, 'no unit of this device can run this stage')
            for unit in stage.units:
                if unit not in unit_names:
                    known = ', '.join(sorted(unit_names))
                    raise ConfigError(where, f"unknown unit '{unit}' (this device has: {known})")
