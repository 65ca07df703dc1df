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
        return [ends[-1] for ends in self.ends_ms]

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
        self._next = [0] * len(mapping)
        self._ready = [0.0] * len(mapping)
        self._running: dict[str, _Running] = {}
        self._starts: list[list[float]] = [[] for _ in mapping]
        self._ends: list[list[float]] = [[] for _ in mapping]
        self._now = 0.0

    def run(self) -> Round:
        """Return the start and end of every group."""
        while True:
            self._start_groups()
            if not self._running:
                break
            self._advance(min(one.left_ms / one.pace for one in self._running.values()))
        return Round(tuple(map(tuple, self._starts)), tuple(map(tuple, self._ends)))

    def _waiting(self) -> list[int]:
        """Return the networks with a group to start, in order of service."""
        busy = {running.network for running in self._running.values()}
        waiting = [
            (self._ready[network], network)
            for network, mapped in enumerate(self._mapping)
            if network not in busy and self._next[network] < len(mapped)
        ]
        rank = self._rank
        if rank is not None:
            waiting = [(rank[network], network) for _, network in waiting]
        return [network for _, network in sorted(waiting)]

    def _start_groups(self) -> None:
        changed = False
        for network in self._waiting():
            group = self._next[network]
            unit = self._mapping[network][group]
            if unit not in self._running:
                work = self._work[network][group]
                self._running[unit] = _Running(network, group, work)
                self._starts[network].append(self._now)
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
                self._ends[running.network].append(self._now)
                self._next[running.network] += 1
                self._ready[running.network] = self._now
        self._set_paces()
