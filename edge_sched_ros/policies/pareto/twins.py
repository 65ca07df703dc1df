# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Almost equally good points on another unit: equal cores, two DLAs."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import pairwise

from edge_sched_ros.policies.pareto.front import Point

#: maximum slowdown of a twin alone
_SLACK = 1.25
_MOST = 12


def twins_of(
    points: Sequence[Point],
    stages: Sequence[str],
    solo_ns: Mapping[tuple[str, str], int],
    memory_mib: Callable[[str, str], float],
    handover_ns: Callable[[str, str], float],
) -> list[Point]:
    """
    Return points that differ from one of a front by the replacement of one unit.

    Of two equal units one dominates the other slightly, or by chance, and only it is on the front;
    but when it is overloaded the other one is the alternative.

    :param stages: names, in order
    :param solo_ns: stage, unit -> time alone, for every unit that may run the stage
    :param memory_mib: returns the memory of a stage on a unit
    :returns: at most a dozen, the fastest first
    """
    known = {point.units for point in points}
    found: dict[tuple[str, ...], Point] = {}
    names = list(dict.fromkeys(unit for _, unit in solo_ns))
    for point in points:
        for units in _exchanged(point.units, names):
            if units in known or units in found or not _allowed(stages, units, solo_ns):
                continue
            latency = float(sum(solo_ns[key] for key in zip(stages, units)))
            latency += sum(handover_ns(begin, end) for begin, end in pairwise(units))
            if latency <= _SLACK * point.costs[0]:
                memory = sum(memory_mib(*key) for key in zip(stages, units))
                found[units] = Point(units, (latency, memory, 0.0))
    return sorted(found.values(), key=lambda point: point.costs)[:_MOST]


def _exchanged(units: tuple[str, ...], names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for old in dict.fromkeys(units):
        for new in names:
            if new not in units:
                yield tuple(new if unit == old else unit for unit in units)


def _allowed(
    stages: Sequence[str], units: tuple[str, ...], solo_ns: Mapping[tuple[str, str], int]
) -> bool:
    return all(key in solo_ns for key in zip(stages, units))
