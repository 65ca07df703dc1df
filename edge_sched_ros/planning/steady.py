# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A mapping in continuous work: the time per round when rounds overlap."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.system.contention import Contention

_ITERATIONS = 200
_ENOUGH = 1e-10
#: number of steps after which steps are halved: two units that slow each other down may oscillate
#: around the solution
_WHOLE_STEPS = 10


def period_ms(problem: Problem, mapping: Sequence[Mapped]) -> float:
    """
    Return the time between rounds when every network always has a frame waiting.

    The busiest unit never waits, so its work of one round is the period. Contention is modelled by
    this project's own mean field: a group overlaps with each group of another unit for the share
    of the period which that one takes, independently, and is slowed down during it.
    """
    work: dict[str, list[float]] = {}
    demands: dict[str, list[float]] = {}
    for network, mapped in zip(problem.networks, mapping):
        for group, (unit, ms) in enumerate(zip(mapped, problem.work_ms(network, mapped))):
            work.setdefault(unit, []).append(ms)
            demands.setdefault(unit, []).append(problem.demand(network, group, unit))
    period = max(map(sum, work.values()))
    if len(work) == 1 or problem.contention is None or not period:
        return period
    losses = _losses(problem.contention, demands)
    longer = work
    for step in range(_ITERATIONS):
        found = {unit: _slowed(unit, work[unit], longer, losses, period) for unit in work}
        # of every unit, not only the busiest: its work may be constant while others oscillate
        moved = max(abs(sum(found[unit]) - sum(longer[unit])) for unit in work)
        longer = found if step < _WHOLE_STEPS else _between(longer, found)
        period = max(map(sum, longer.values()))
        if moved <= _ENOUGH * period:
            break
    return period


def _between(
    before: dict[str, list[float]], found: dict[str, list[float]]
) -> dict[str, list[float]]:
    """Return the means of the previous and the new values."""
    return {
        unit: [(old + new) / 2 for old, new in zip(before[unit], times)]
        for unit, times in found.items()
    }


#: unit -> other unit -> for each group here, by what share each group there slows it down
_Losses = dict[str, dict[str, list[list[float]]]]


def _losses(contention: Contention, demands: dict[str, list[float]]) -> _Losses:
    slowdown = contention.slowdown
    return {
        unit: {
            other: [[1 - 1 / slowdown(unit, g, {unit: g, other: h}) for h in there] for g in here]
            for other, there in demands.items()
            if other != unit
        }
        for unit, here in demands.items()
    }


def _slowed(
    unit: str,
    work: list[float],
    longer: dict[str, list[float]],
    losses: _Losses,
    period: float,
) -> list[float]:
    slowed = []
    for group, ms in enumerate(work):
        pace = 1.0
        for other, table in losses[unit].items():
            lost = sum(loss * there for loss, there in zip(table[group], longer[other]))
            pace *= 1 - lost / period
        slowed.append(ms / pace)
    return slowed
