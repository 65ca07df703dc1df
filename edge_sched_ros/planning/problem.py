# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The planning problem: networks as chains of layer groups, with their cost on every unit."""

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
    A chain of layer groups.

    :param times_ms: unit -> time of each group alone; ``None`` where it cannot run
    :param energy_mj: unit -> energy of each group
    :param demand_gbps: unit -> memory traffic of each group
    :param leave_ms: unit -> for each cut, time on this unit for leaving it there
    :param enter_ms: unit -> for each cut, time on this unit for entering it there
    :param max_switches: maximum number of changes of unit
    """

    name: str
    times_ms: Mapping[str, tuple[float | None, ...]]
    energy_mj: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    demand_gbps: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    leave_ms: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    enter_ms: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    max_switches: int = 1

    @cached_property
    def groups(self) -> int:
        """The number of groups."""
        return len(next(iter(self.times_ms.values())))

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

    def switch_ms(self, network: Network, cut: int, begin: str, end: str) -> tuple[float, float]:
        """Return the time of a change of unit after group ``cut`` on the old and the new unit."""
        if begin == end:
            return 0.0, 0.0
        leave = network.leave_ms.get(begin)
        enter = network.enter_ms.get(end)
        return (
            leave[cut] if leave else 0.0,
            (enter[cut] if enter else 0.0) + self.transitions_ms.get((begin, end), 0.0),
        )

    def work_ms(self, network: Network, mapped: Mapped) -> list[float]:
        """Return the undisturbed time of each group, including its changes of unit."""
        work = [network.time_ms(group, unit) or 0.0 for group, unit in enumerate(mapped)]
        for cut, (begin, end) in enumerate(pairwise(mapped)):
            leave, enter = self.switch_ms(network, cut, begin, end)
            work[cut] += leave
            work[cut + 1] += enter
        return work

    def demand(self, network: Network, group: int, unit: str) -> float:
        """Return a group's memory traffic in GB/s."""
        demands = network.demand_gbps.get(unit)
        return demands[group] if demands else 0.0

    def energy(self, network: Network, mapped: Mapped) -> float:
        """Return the energy of one run in mJ; unknown energy counts as 0."""
        table = network.energy_mj
        return sum(table[unit][group] for group, unit in enumerate(mapped) if unit in table)


def switches(mapped: Mapped) -> int:
    """Return the number of a network's changes of unit."""
    return sum(begin != end for begin, end in pairwise(mapped))
