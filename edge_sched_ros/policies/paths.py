# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Candidate paths of a chain of stages: on one unit, over two, or the fastest of all."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

#: a path over more units must be faster than staying on the first of them by this factor
_WORTH_SWITCHING = 0.95

#: unit index -> (time in ns, energy in mJ) of a stage
Costs = dict[int, tuple[float, float]]
#: (from unit, to unit) -> time in ns
HandOver = Callable[[int, int], float]


@dataclass(frozen=True, slots=True)
class Leg:
    """Consecutive stages on a unit: its index, their time, and the time of the first of them."""

    unit: int
    length_ns: int
    piece_ns: int


@dataclass(frozen=True, slots=True)
class Path:
    """A path to the end of a job."""

    legs: tuple[Leg, ...]
    total_ns: int
    energy_mj: float


def find_paths(stages: Sequence[Costs], hand_over: HandOver) -> list[Path]:
    """
    Return every path on one unit, the best cut for every two units, and the fastest path of all.

    Paths that change units are left out when they gain little over staying.
    """
    if not stages or not all(stages):
        return []
    every = sorted({unit for costs in stages for unit in costs})
    single = [
        _path([unit] * len(stages), stages, hand_over)
        for unit in every
        if all(unit in costs for costs in stages)
    ]
    alone = {path.legs[0].unit: path.total_ns * _WORTH_SWITCHING for path in single}
    found = single + [
        path
        for path in _doubles(every, stages, hand_over)
        if path.total_ns < alone.get(path.legs[0].unit, path.total_ns + 1)
    ]
    if len(stages) > 2:
        limit = min((path.total_ns for path in found), default=0) * _WORTH_SWITCHING
        ways = (_fastest(first, stages, hand_over) for first in stages[0])
        found += [path for path in ways if not found or path.total_ns < limit]
    return found


def _doubles(every: list[int], stages: Sequence[Costs], hand_over: HandOver) -> list[Path]:
    found = []
    for first in every:
        for second in every:
            if first == second:
                continue
            cuts = []
            for cut in range(1, len(stages)):
                before, after = stages[:cut], stages[cut:]
                if all(first in c for c in before) and all(second in c for c in after):
                    units = [first] * cut + [second] * (len(stages) - cut)
                    cuts.append(_path(units, stages, hand_over))
            if cuts:
                found.append(min(cuts, key=lambda path: path.total_ns))
    return found


def _fastest(first: int, stages: Sequence[Costs], hand_over: HandOver) -> Path:
    """Return the fastest path that starts on a unit, by dynamic programming from the end."""
    togo: dict[int, float] = dict.fromkeys(stages[-1], 0.0)
    nexts: list[dict[int, int]] = []
    for index in range(len(stages) - 2, -1, -1):
        after = stages[index + 1]
        choice, cost = {}, {}
        for unit in stages[index]:
            best = min(after, key=lambda v: hand_over(unit, v) + after[v][0] + togo[v])
            choice[unit] = best
            cost[unit] = hand_over(unit, best) + after[best][0] + togo[best]
        nexts.append(choice)
        togo = cost
    units = [first]
    for choice in reversed(nexts):
        units.append(choice[units[-1]])
    return _path(units, stages, hand_over)


def _path(units: list[int], stages: Sequence[Costs], hand_over: HandOver) -> Path:
    legs: list[Leg] = []
    total, energy = 0.0, 0.0
    length = piece = 0.0
    for index, unit in enumerate(units):
        ns, mj = stages[index][unit]
        energy += mj
        total += ns
        if index and units[index - 1] != unit:
            moved = hand_over(units[index - 1], unit)
            total += moved
            legs.append(Leg(units[index - 1], round(length), max(1, round(piece))))
            length, piece = ns + moved, ns + moved
        else:
            length += ns
            piece = piece or ns
    legs.append(Leg(units[-1], round(length), max(1, round(piece))))
    return Path(tuple(legs), round(total), energy)
