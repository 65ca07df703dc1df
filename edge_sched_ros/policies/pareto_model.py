# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What responses to expect when several networks share units: approximate mean value analysis."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

_ITERATIONS = 60
_ENOUGH = 1e-4


@dataclass(frozen=True, slots=True)
class Use:
    """
    What a task asks of units.

    :param work_ns: unit -> work of a job there
    :param visits: unit -> stages of a job there
    :param period_ns: time between its frames; 0 for a new one as soon as one ends
    """

    work_ns: Mapping[str, float]
    visits: Mapping[str, int]
    period_ns: float


def responses(uses: Sequence[Use], shared: frozenset[str]) -> list[float]:
    """
    Return the time each task's jobs take, in nanoseconds, one job of each in flight at most.

    A job finds another task at a unit for the share of time that one spends there, waiting
    included (Schweitzer's approximation of mean value analysis for closed networks, 1979). A
    shared unit slows both down; at any other it waits for the stage that is there.

    :param shared: units that run several stages at a time
    """
    found = [{unit: float(work) for unit, work in use.work_ns.items()} for use in uses]
    totals = [sum(times.values()) for times in found]
    for _ in range(_ITERATIONS):
        there = [
            {unit: time / max(1.0, total, use.period_ns) for unit, time in times.items()}
            for use, times, total in zip(uses, found, totals)
        ]
        for index, use in enumerate(uses):
            for unit, work in use.work_ns.items():
                extra = 0.0
                for other, met in enumerate(there):
                    if other == index or unit not in met:
                        continue
                    if unit in shared:
                        extra += met[unit] * work
                    else:
                        stage = uses[other].work_ns[unit] / uses[other].visits[unit]
                        extra += met[unit] * stage * use.visits[unit]
                # half way from the last guess: it would swing otherwise
                found[index][unit] = (found[index][unit] + work + extra) / 2
        before, totals = totals, [sum(times.values()) for times in found]
        if all(abs(new - old) <= _ENOUGH * new for new, old in zip(totals, before)):
            break
    return totals


def merit(uses: Sequence[Use], alone_ns: Sequence[float], shared: frozenset[str]) -> float:
    """
    Return the sum of all tasks' rates, each relative to the one it would have alone.

    :param alone_ns: the time a job of each task takes at best
    """
    return sum(
        max(1.0, alone, use.period_ns) / max(1.0, response, use.period_ns)
        for use, alone, response in zip(uses, alone_ns, responses(uses, shared))
    )
