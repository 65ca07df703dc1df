# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The planning problem: networks as layer groups, with their cost on every unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from itertools import pairwise

from edge_sched_ros.system.contention import Contention

#: the unit of every group of a network
Mapped = tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """
    Layer groups, one after the other or in branches.

    :param times_ms: unit -> time of each group alone; ``None`` where it cannot run
    :param energy_mj: unit -> energy of each group
    :param demand_gbps: unit -> memory traffic of each group
    :param leave_ms: unit -> for each cut, time on this unit for leaving it there
    :param enter_ms: unit -> for each cut, time on this unit for entering it there
    :param max_switches: maximum number of changes of unit, on any way through the groups
    :param before: for each group, those that must end before it; empty for one after the other
    """

    name: str
    times_ms: Mapping[str, tuple[float | None, ...]]
    energy_mj: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    demand_gbps: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    leave_ms: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    enter_ms: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    max_switches: int = 1
    before: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def groups(self) -> int:
        """The number of groups."""
        return len(next(iter(self.times_ms.values())))

    @cached_property
    def arcs(self) -> tuple[tuple[int, int], ...]:
        """Every group with one that follows it."""
        if not self.before:
            return tuple(pairwise(range(self.groups)))
        return tuple((begin, end) for end, many in enumerate(self.before) for begin in many)

    @cached_property
    def after(self) -> tuple[tuple[int, ...], ...]:
        """For each group, those that follow it."""
        found: list[list[int]] = [[] for _ in range(self.groups)]
        for begin, end in self.arcs:
            found[begin].append(end)
        return tuple(map(tuple, found))

    @cached_property
    def branches(self) -> bool:
        """Whether groups do anything but follow each other in a row."""
        return self.arcs != tuple(pairwise(range(self.groups)))

    @cached_property
    def left_ms(self) -> tuple[float, ...]:
        """For each group, the longest way from its begin to an end, on the fastest units."""
        found = [0.0] * self.groups
        for group in reversed(range(self.groups)):
            own = min(self.time_ms(group, unit) or 0.0 for unit in self.units_of(group))
            found[group] = own + max((found[end] for end in self.after[group]), default=0.0)
        return tuple(found)

    def switches(self, mapped: Mapped) -> int:
        """Return the number of changes of unit, on the way with most of them."""
        found = [0] * self.groups
        for begin, end in self.arcs:
            found[end] = max(found[end], found[begin] + (mapped[begin] != mapped[end]))
        return max(found)

    def allows(self, mapped: Mapped) -> bool:
        """Return whether a mapping keeps the limit on changes of unit."""
        return self.switches(mapped) <= self.max_switches

    @cached_property
    def least_ms(self) -> float:
        """The time of a run with every group on its fastest unit."""
        return sum(
            min(self.time_ms(group, unit) or 0.0 for unit in self.units_of(group))
            for group in range(self.groups)
        )

    def time_ms(self, group: int, unit: str) -> float | None:
        """Return the time of a group alone on a unit, ``None`` if it cannot run there."""
        times = self.times_ms.get(unit)
        return None if times is None else times[group]

    def units_of(self, group: int) -> list[str]:
        """Return the units that can run a group."""
        return [unit for unit, times in self.times_ms.items() if times[group] is not None]


@dataclass(frozen=True)
class Problem:
    """
    Several networks on the units of a device; a round runs each of them once.

    :param units: names; the first one of kind ``gpu`` is the GPU of the baselines
    :param kinds: unit -> kind
    :param transitions_ms: (from, to) -> time to transfer data, in addition to that of the cuts
    :param contention: ``None`` when units do not slow each other down
    """

    units: tuple[str, ...]
    networks: tuple[Network, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    transitions_ms: Mapping[tuple[str, str], float] = field(default_factory=dict)
    contention: Contention | None = None

    def switch_ms(
        self, network: Network, arc: tuple[int, int], begin: str, end: str
    ) -> tuple[float, float]:
        """Return the time of a change of unit between two groups on the old and the new unit."""
        if begin == end:
            return 0.0, 0.0
        leave = network.leave_ms.get(begin)
        enter = network.enter_ms.get(end)
        return (
            leave[arc[0]] if leave else 0.0,
            (enter[arc[1] - 1] if enter else 0.0) + self.transitions_ms.get((begin, end), 0.0),
        )

    def work_ms(self, network: Network, mapped: Mapped) -> list[float]:
        """Return the undisturbed time of each group, including its changes of unit."""
        work = [network.time_ms(group, unit) or 0.0 for group, unit in enumerate(mapped)]
        for begin, end in network.arcs:
            leave, enter = self.switch_ms(network, (begin, end), mapped[begin], mapped[end])
            work[begin] += leave
            work[end] += enter
        return work

    def demand(self, network: Network, group: int, unit: str) -> float:
        """Return a group's memory traffic in GB/s."""
        demands = network.demand_gbps.get(unit)
        return demands[group] if demands else 0.0

    def energy(self, network: Network, mapped: Mapped) -> float:
        """Return the energy of one run in mJ; unknown energy counts as 0."""
        table = network.energy_mj
        return sum(table[unit][group] for group, unit in enumerate(mapped) if unit in table)
