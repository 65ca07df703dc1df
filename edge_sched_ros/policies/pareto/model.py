# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Expected responses of networks that share units: approximate mean value analysis."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

_ITERATIONS = 60
_ENOUGH = 1e-4


@dataclass(frozen=True, slots=True)
class Use:
    """
    The demand of a task on units.

    :param work_ns: unit -> work of a job
    :param visits: unit -> number of stages of a job
    :param period_ns: time between its frames; 0 for a new frame as soon as a job ends
    """

    work_ns: Mapping[str, float]
    visits: Mapping[str, int]
    period_ns: float


def responses(uses: Sequence[Use], shared: frozenset[str]) -> list[float]:
    """
    Return the time of each task's jobs in nanoseconds, with at most one job of each in flight.

    A job finds another task at a unit with the share of time that the other spends there,
    including waits (Schweitzer's approximation of mean value analysis for closed networks, 1979).
    A shared unit slows both down; at any other it waits for the stage that is there.

    :param shared: units that run several stages at a time
    """
    found = [{unit: float(work) for unit, work in use.work_ns.items()} for use in uses]
    totals = [sum(times.values()) for times in found]
    for _ in range(_ITERATIONS):
        there = [
            {unit: time / max(1.0, total, use.period_ns) for unit, time in times.items()}
            for use, times, total in zip(uses, found, totals)
        ]
        met = [_slowdowns(use, shares, shared) for use, shares in zip(uses, there)]
        crowd = _summed(met)
        for use, own, times in zip(uses, met, found):
            for unit, work in use.work_ns.items():
                others = crowd[unit] - own[unit]
                extra = others * (work if unit in shared else use.visits[unit])
                # half way from the last estimate, to avoid oscillation
                times[unit] = (times[unit] + work + extra) / 2
        before, totals = totals, [sum(times.values()) for times in found]
        if all(abs(new - old) <= _ENOUGH * new for new, old in zip(totals, before)):
            break
    return totals


def _slowdowns(use: Use, shares: Mapping[str, float], shared: frozenset[str]) -> dict[str, float]:
    """Return a task's effect on others, by unit: a share of their work, or time at each visit."""
    return {
        unit: share if unit in shared else share * use.work_ns[unit] / use.visits[unit]
        for unit, share in shares.items()
    }


def _summed(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for part in parts:
        for unit, value in part.items():
            total[unit] = total.get(unit, 0.0) + value
    return total


def merit(uses: Sequence[Use], alone_ns: Sequence[float], shared: frozenset[str]) -> float:
    """
    Return the sum of all tasks' rates, each relative to its rate alone.

    :param alone_ns: minimum time of a job of each task
    """
    return sum(
        max(1.0, alone, use.period_ns) / max(1.0, response, use.period_ns)
        for use, alone, response in zip(uses, alone_ns, responses(uses, shared))
    )
