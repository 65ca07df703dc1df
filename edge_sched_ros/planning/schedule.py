# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The schedule of a mapping: one round of all networks in continuous time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Problem

#: remaining work that counts as none, in ms
_NOTHING_MS = 1e-9


@dataclass(frozen=True)
class Round:
    """
    One run of every network, all started at once.

    :param starts_ms: network -> start of each group
    :param ends_ms: network -> end of each group
    """

    starts_ms: tuple[tuple[float, ...], ...]
    ends_ms: tuple[tuple[float, ...], ...]

    @property
    def latencies_ms(self) -> list[float]:
        """Return the time of each network's result."""
        return [max(ends) for ends in self.ends_ms]

    @property
    def makespan_ms(self) -> float:
        """The time of the last network's result."""
        return max(self.latencies_ms)


@dataclass(slots=True)
class _Running:
    network: int
    group: int
    left_ms: float
    pace: float = 1.0


class Follower:
    """
    Runs a round: a unit runs one group at a time without pre-emption.

    A group's progress is 1 over its slowdown by what is busy at that moment, so contention acts
    exactly as long as groups overlap (HaX-CoNN, equations 7 and 8).

    :param mapping: network -> the unit of each group
    :param rank: network -> its order when several wait for a unit (least first); by default first
        come, first served
    """

    def __init__(
        self,
        problem: Problem,
        mapping: Sequence[Mapped],
        *,
        rank: Sequence[int] | None = None,
    ) -> None:
        self._problem = problem
        self._mapping = mapping
        self._rank = rank
        self._work = [
            problem.work_ms(network, mapped) for network, mapped in zip(problem.networks, mapping)
        ]
        #: network -> for each group, how many before it have not ended
        self._missing: list[list[int]] = []
        #: groups that can start: since when, network, group
        self._open: list[tuple[float, int, int]] = []
        for index, network in enumerate(problem.networks):
            missing = [0] * network.groups
            for _, end in network.arcs:
                missing[end] += 1
            self._missing.append(missing)
            self._open += [(0.0, index, group) for group, left in enumerate(missing) if not left]
        self._running: dict[str, _Running] = {}
        self._starts = [[0.0] * len(mapped) for mapped in mapping]
        self._ends = [[0.0] * len(mapped) for mapped in mapping]
        self._now = 0.0

    def run(self) -> Round:
        """Return the start and end of every group."""
        while True:
            self._start_groups()
            if not self._running:
                break
            self._advance(min(one.left_ms / one.pace for one in self._running.values()))
        return Round(tuple(map(tuple, self._starts)), tuple(map(tuple, self._ends)))

    def _order(self, waiting: tuple[float, int, int]) -> tuple[float, int, float, int]:
        """Return the place of a group in the order of service; in branches the longest first."""
        since, network, group = waiting
        rank = self._rank
        left_ms = self._problem.networks[network].left_ms[group]
        return since if rank is None else rank[network], network, -left_ms, group

    def _start_groups(self) -> None:
        changed = False
        self._open.sort(key=self._order)
        for waiting in self._open[:]:
            _, network, group = waiting
            unit = self._mapping[network][group]
            if unit not in self._running:
                self._open.remove(waiting)
                work = self._work[network][group]
                self._running[unit] = _Running(network, group, work)
                self._starts[network][group] = self._now
                changed = True
        if changed:
            self._set_paces()

    def _set_paces(self) -> None:
        contention = self._problem.contention
        if contention is None:
            return
        networks = self._problem.networks
        busy = {
            unit: self._problem.demand(networks[running.network], running.group, unit)
            for unit, running in self._running.items()
        }
        for unit, running in self._running.items():
            running.pace = 1 / contention.slowdown(unit, busy[unit], busy)

    def _advance(self, step_ms: float) -> None:
        self._now += step_ms
        for unit, running in list(self._running.items()):
            running.left_ms -= step_ms * running.pace
            if running.left_ms <= _NOTHING_MS:
                del self._running[unit]
                self._end(running.network, running.group)
        self._set_paces()

    def _end(self, network: int, group: int) -> None:
        self._ends[network][group] = self._now
        missing = self._missing[network]
        for after in self._problem.networks[network].after[group]:
            missing[after] -= 1
            if not missing[after]:
                self._open.append((self._now, network, after))
