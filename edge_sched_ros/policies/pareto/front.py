# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pareto-optimal allocations of a network with additive costs."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from operator import add

#: the criteria, lower is better; latency is the first
Costs = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """
    An allocation.

    :param units: the unit of each segment
    :param costs: its value of each criterion, latency first
    """

    units: tuple[str, ...]
    costs: Costs


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether one dominates the other."""
    pairs = list(zip(one, other))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def front_of(points: Iterable[Point]) -> list[Point]:
    """Return the points that none dominates, the fastest first; of equal ones the first."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda found: found.costs):
        # sorted: points that dominate a point, or equal it, come before it
        if not any(all(a <= b for a, b in zip(other.costs, point.costs)) for other in kept):
            kept.append(point)
    return kept


def exact_front(
    segments: Sequence[Mapping[str, Costs]],
    handover: Callable[[str, str], float],
    *,
    most: int = 64,
) -> list[Point]:
    """
    Return the front over all allocations, exact while no more than ``most`` are kept per unit.

    Costs of segments are additive, and a transfer between two units adds to the latency; so a
    partial allocation dominated by another one with the same last unit can be discarded, and
    partial fronts are enough (label setting, as for multi-objective shortest paths).

    :param segments: unit -> costs, for each segment
    :param most: partial allocations kept per unit, evenly over their latencies
    """
    if not segments:
        return []
    width = len(next(iter(segments[0].values())))
    labels: dict[str, list[Point]] = {
        unit: [Point((unit,), costs)] for unit, costs in segments[0].items()
    }
    for options in segments[1:]:
        labels = {
            unit: _thinned(
                front_of(
                    Point((*point.units, unit), _sum(point.costs, costs, handover(last, unit)))
                    for last, points in labels.items()
                    for point in points
                ),
                most,
            )
            for unit, costs in options.items()
        }
    found = front_of(point for points in labels.values() for point in points)
    assert all(len(point.costs) == width for point in found)
    return _thinned(found, most)


def _sum(done: Costs, costs: Costs, handover: float) -> Costs:
    total = tuple(map(add, done, costs))
    return (total[0] + handover, *total[1:])


def _thinned(points: list[Point], most: int) -> list[Point]:
    if len(points) <= most:
        return points
    last = len(points) - 1
    return [points[round(index * last / (most - 1))] for index in range(most)]
