# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks of a coordinator: a network in segments bound to an input stream, with a deadline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.graph import NetworkGraph

#: what ``TaskChanged`` may set on a task
CHANGEABLE = (
    'deadline_ns',
    'period_ns',
    'priority',
    'every_n',
    'queue_depth',
    'max_in_flight',
    'enabled',
    'variant',
)
#: the variant that is a network's own file
BASE = 'base'


@dataclass(frozen=True, slots=True)
class FleetVariant:
    """
    A lighter or heavier form of a task's network, with the same inputs and outputs.

    :param name: unique within the task
    :param accuracy: relative to the best variant, 0..1
    """

    name: str
    graph: NetworkGraph
    accuracy: float = 1.0


@dataclass(frozen=True, slots=True)
class FleetTask:
    """
    What the high-level dispatcher must know of a task.

    :param graph: the network that its jobs run unless the policy chooses another variant
    :param stream: the input stream whose frames it works on; they activate it, unless ``after``
    :param home: the device that has the stream's frames and publishes the answers; it need not
        offer units
    :param after: the task whose answer activates it (a cascade); empty otherwise. Frames of its
        stream are then made by whoever drives the dispatcher, of that answer
    :param joined_with: more tasks that must have answered the same frame (a join); its items are
        those of the first
    :param needs_items: released only when the tasks before it found something
    :param every_n: activated by every n-th frame of the stream (or answer of the task before it)
    :param queue_depth: jobs that may wait; the oldest is superseded when one more arrives
    :param max_in_flight: jobs that may have started and not ended
    """

    name: str
    graph: NetworkGraph
    stream: str
    home: str
    deadline_ns: int
    period_ns: int = 0
    priority: int = 0
    every_n: int = 1
    queue_depth: int = 1
    max_in_flight: int = 4
    enabled: bool = True
    after: str = ''
    joined_with: tuple[str, ...] = ()
    needs_items: bool = False
    #: name of the variant that ``graph`` is
    variant: str = BASE
    #: every variant of its network, the best first; empty when there is only ``graph``
    variants: tuple[FleetVariant, ...] = ()
    #: whether all jobs run ``graph``, whatever variants there are
    pinned: bool = False

    def __post_init__(self) -> None:
        """:raises ConfigError: naming ``<task>.<key>``."""
        positive = {
            'deadline_ms': self.deadline_ns,
            'every_n': self.every_n,
            'queue_depth': self.queue_depth,
            'max_in_flight': self.max_in_flight,
        }
        for key, value in positive.items():
            if value <= 0:
                raise ConfigError(f'{self.name}.{key}', 'must be greater than zero')
        if not self.stream:
            raise ConfigError(f'{self.name}.stream', 'needs an input stream')
        if not self.home:
            raise ConfigError(f'{self.name}.home', 'needs the device that has the frames')
        if self.needs_items and not self.after:
            raise ConfigError(f'{self.name}.needs_items', 'is only for cascades (see after)')
        if self.joined_with and not self.after:
            raise ConfigError(f'{self.name}.after', 'the first task of a join is missing')
        for one in self.variants:
            same = (one.graph.inputs, one.graph.outputs) == (self.graph.inputs, self.graph.outputs)
            if not same:
                raise ConfigError(
                    f'{self.name}.variants', f"'{one.name}' has other inputs or outputs"
                )

    @property
    def before(self) -> tuple[str, ...]:
        """Return the tasks whose answers activate it; several for a join."""
        return (self.after, *self.joined_with) if self.after else ()

    @property
    def paired_with(self) -> str:
        """Return nothing: a coordinator pairs no frames."""
        return ''

    @property
    def key(self) -> str:
        """What tells the task with this variant from the same task with another one."""
        return self.name if self.variant == BASE else f'{self.name}:{self.variant}'

    @property
    def graphs(self) -> tuple[NetworkGraph, ...]:
        """The network in every variant."""
        return tuple(one.graph for one in self.variants) or (self.graph,)

    def choices(self) -> tuple[FleetTask, ...]:
        """Return the task once for each variant that its jobs may run, the best first."""
        if self.pinned or not self.variants:
            return (self,)
        return tuple(replace(self, graph=one.graph, variant=one.name) for one in self.variants)

    def pinned_to(self, name: str) -> FleetTask:
        """
        Return the task with one variant for all jobs; with all variants again if empty.

        :raises ConfigError: when there is none of that name
        """
        every = self.variants or (FleetVariant(self.variant, self.graph),)
        found = [one for one in every if one.name == (name or every[0].name)]
        if not found:
            known = ', '.join(one.name for one in every)
            raise ConfigError(f'{self.name}.variant', f"unknown variant '{name}' (known: {known})")
        return replace(self, graph=found[0].graph, variant=found[0].name, pinned=bool(name))


def origins_of(tasks: Iterable[FleetTask]) -> dict[str, str]:
    """
    Return task -> the stream whose frames it, or the first task before it, works on.

    :raises ConfigError: for an unknown task, a loop, a task before it with another home, and
        answers of several streams in one join
    """
    by_name = {task.name: task for task in tasks}
    found: dict[str, str] = {}

    def origin(task: FleetTask, way: tuple[str, ...]) -> str:
        if task.name in found:
            return found[task.name]
        where, streams = f'{task.name}.after', dict[str, str]()
        for name in task.before:
            before = by_name.get(name)
            if before is None:
                raise ConfigError(where, f"there is no task named '{name}'")
            if name in way:
                raise ConfigError(where, f'the cascade is a loop: {" -> ".join([*way, name])}')
            if before.home != task.home:
                raise ConfigError(where, f"'{name}' has its answers on {before.home}")
            streams[name] = origin(before, (*way, name))
        if len(set(streams.values())) > 1:
            told = ', '.join(f'{name} on {stream}' for name, stream in streams.items())
            raise ConfigError(where, f'joins results of different streams: {told}')
        found[task.name] = next(iter(streams.values()), task.stream)
        return found[task.name]

    return {name: origin(task, (name,)) for name, task in by_name.items()}
