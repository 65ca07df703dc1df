# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Latency and memory of a network's variants on every assignment of its stages to units."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.policies.pareto.front import Costs
from edge_sched_ros.policies.pareto.front import exact_front
from edge_sched_ros.policies.pareto.front import front_of
from edge_sched_ros.policies.pareto.front import Point
from edge_sched_ros.reporting.profile_tables import handovers_ms
from edge_sched_ros.system.system_file import SystemFile

#: maximum number of assignments drawn; the front includes all
_MOST_POINTS = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """
    An assignment of a network's stages.

    :param units: unit of each stage, in order
    """

    variant: str
    units: tuple[str, ...]
    latency_ms: float
    memory_mib: float


@dataclass(frozen=True, slots=True)
class Choices:
    """
    The assignments of a network.

    :param every: all of them; empty if too many to be drawn
    :param front: the non-dominated ones, the fastest first
    """

    every: tuple[Choice, ...]
    front: tuple[Choice, ...]


def choices(profile: SystemFile, network: str) -> Choices:
    """Return the assignments of a network, all variants together; unknown memory counts 0."""
    times_ms = handovers_ms(profile)
    every: list[Choice] = []
    front: list[tuple[Point, Choice]] = []

    def handover(one: str, other: str) -> float:
        return times_ms.get(one, {}).get(other, 0.0)

    for variant, spec in profile.networks[network].variants.items():
        segments: list[dict[str, Costs]] = [
            {unit: (cost.latency_ms, cost.memory_mib) for unit, cost in stage.cost.items()}
            for stage in spec.stages
        ]
        if not segments or not all(segments):
            continue
        if math.prod(map(len, segments)) <= _MOST_POINTS:
            every += [
                _choice(variant, units, segments, handover)
                for units in itertools.product(*segments)
            ]
        for point in exact_front(segments, handover):
            front.append((point, Choice(variant, point.units, *point.costs)))
    kept = front_of(point for point, _ in front)
    # an equal point of another variant is at the same place in the picture
    found = [next(choice for point, choice in front if point is one) for one in kept]
    return Choices(tuple(every), tuple(found))


def _choice(
    variant: str, units: tuple[str, ...], segments: list[dict[str, Costs]], handover: Any
) -> Choice:
    costs = [options[unit] for options, unit in zip(segments, units)]
    latency = sum(cost[0] for cost in costs)
    latency += sum(handover(one, other) for one, other in itertools.pairwise(units))
    return Choice(variant, units, latency, sum(cost[1] for cost in costs))
