# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The latency and memory of an allocation of a network's segments to units."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

#: the index of the unit of each segment
Vector = tuple[int, ...]
#: returns latency in ms and memory in MiB of an allocation, measured or from a table
Measure = Callable[[Vector], tuple[float, float]]


@dataclass(frozen=True)
class Measured:
    """An allocation and its measured values."""

    vector: Vector
    latency_ms: float
    memory_mib: float

    @property
    def costs(self) -> tuple[float, float]:
        """Latency and memory."""
        return self.latency_ms, self.memory_mib


@dataclass(frozen=True)
class Table:
    """
    Costs of a network's segments, in place of measurements.

    :param latency_ms: per segment, the time on each unit
    :param memory_mib: per segment, the memory on each unit
    :param handover_ms: (from, to) by index: time to transfer data
    :param base_mib: per unit, memory for using it at all (its runtime, its context)
    """

    latency_ms: Sequence[Sequence[float]]
    memory_mib: Sequence[Sequence[float]]
    handover_ms: Sequence[Sequence[float]]
    base_mib: Sequence[float]

    def __call__(self, vector: Vector) -> tuple[float, float]:
        """Return latency in ms and memory in MiB of an allocation."""
        latency = sum(row[unit] for row, unit in zip(self.latency_ms, vector))
        latency += sum(self.handover_ms[u][v] for u, v in itertools.pairwise(vector))
        memory = sum(row[unit] for row, unit in zip(self.memory_mib, vector))
        return latency, memory + sum(self.base_mib[unit] for unit in set(vector))


def all_vectors(segments: int, units: int) -> Iterator[Vector]:
    """Return every allocation."""
    return itertools.product(range(units), repeat=segments)


def exhaustive_front(measure: Measure, segments: int, units: int) -> list[Measured]:
    """Return the front by measuring every allocation; ``units ** segments`` of them."""
    return front_of(Measured(vector, *measure(vector)) for vector in all_vectors(segments, units))


def front_of(found: Iterator[Measured] | Sequence[Measured]) -> list[Measured]:
    """Return the non-dominated points, the fastest first; of equal ones the first."""
    kept: list[Measured] = []
    for one in sorted(found, key=lambda entry: entry.costs):
        if not kept or one.memory_mib < kept[-1].memory_mib:
            kept.append(one)
    return kept


def hypervolume(front: Sequence[Measured], reference: tuple[float, float]) -> float:
    """
    Return the area that a front dominates up to a reference point; larger is better.

    :param reference: latency and memory that no useful point exceeds; points beyond are ignored
    """
    area, ceiling = 0.0, reference[1]
    for point in sorted(front, key=lambda entry: entry.costs):
        if point.latency_ms < reference[0] and point.memory_mib < ceiling:
            area += (reference[0] - point.latency_ms) * (ceiling - point.memory_mib)
            ceiling = point.memory_mib
    return area
