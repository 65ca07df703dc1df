# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Response over rate: the effect of a higher or lower rate of a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.analysis import Verdict
from edge_sched_ros.capacity.cluster import Cluster
from edge_sched_ros.capacity.headroom import highest

FACTORS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
_CURVE = 40


@dataclass(frozen=True, slots=True)
class Point:
    """A rate, and the verdicts on all tasks at it."""

    rate_per_s: float
    verdict: Verdict
    #: the first other task that would miss its deadline, and why
    harmed: str

    def to_dict(self) -> dict[str, object]:
        """Return it in JSON types."""
        return {'rate_per_s': self.rate_per_s, **self.verdict.to_dict(), 'harmed': self.harmed}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """
    A task at several rates, everything else unchanged.

    :param knee_per_s: rate at which rate over mean response is largest: beyond it waiting grows
        faster than throughput (Kleinrock's power, 1979; recollected); ``None`` without one
    :param highest_per_s: the highest rate at which no task misses its deadline, 0 when one misses
        at any rate; ``None`` above a thousand times its rate
    """

    points: tuple[Point, ...]
    knee_per_s: float | None
    highest_per_s: float | None

    def to_dict(self) -> dict[str, object]:
        """Return it in JSON types."""
        return {
            'knee_per_s': self.knee_per_s,
            'highest_rate_per_s': self.highest_per_s,
            'points': [point.to_dict() for point in self.points],
        }


def what_if(cluster: Cluster, task: str, factors: Sequence[float] = FACTORS) -> WhatIf:
    """
    Return the results of a task at multiples of its rate.

    :param task: name of a task of the cluster
    """
    rate = cluster.rates[task]
    points = tuple(_point(cluster, task, rate * factor) for factor in factors)

    def fits(factor: float) -> bool:
        return not any(verdict.reason for verdict in _at(cluster, task, rate * factor).values())

    most = highest(fits)
    return WhatIf(points, knee_per_s(cluster, task), None if most is None else most * rate)


def curve(cluster: Cluster, task: str) -> list[Point]:
    """Return rates from almost zero to almost the capacity."""
    end = _saturation(cluster, task)
    if end is None:
        return []
    return [_point(cluster, task, end * step / _CURVE) for step in range(1, _CURVE)]


def knee_per_s(cluster: Cluster, task: str) -> float | None:
    """Return the rate with the largest rate over mean response, by ternary search."""
    end = _saturation(cluster, task)
    if end is None:
        return None

    def power(rate: float) -> float:
        response = _at(cluster, task, rate)[task].response
        return 0.0 if response is None else rate / response.mean_ms

    low, high = end * 1e-3, end * 0.999
    while high - low > 1e-3 * end:
        third = (high - low) / 3
        if power(low + third) < power(high - third):
            low += third
        else:
            high -= third
    return (low + high) / 2


def _saturation(cluster: Cluster, task: str) -> float | None:
    """Return the rate at which its busiest unit is saturated; ``None`` if it is already."""
    rate = cluster.rates[task]
    served = highest(
        lambda factor: _at(cluster, task, rate * factor)[task].response is not None, 1e6
    )
    return served * rate if served else None


def _point(cluster: Cluster, task: str, rate: float) -> Point:
    verdicts = _at(cluster, task, rate)
    harmed = (f'{name}: {v.reason}' for name, v in verdicts.items() if v.reason and name != task)
    return Point(rate, verdicts[task], next(harmed, ''))


def _at(cluster: Cluster, task: str, rate: float) -> dict[str, Verdict]:
    return analyse(cluster.with_rates({task: rate}))
