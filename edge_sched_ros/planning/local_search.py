# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Estimates a front of allocations by Hamming local Pareto search, with few measurements."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from edge_sched_ros.planning.allocation import front_of
from edge_sched_ros.planning.allocation import Measure
from edge_sched_ros.planning.allocation import Measured
from edge_sched_ros.planning.allocation import Vector
from edge_sched_ros.policies.pareto.front import dominates


@dataclass(frozen=True)
class Estimate:
    """
    A front and its effort.

    :param front: the fastest first
    :param measured: number of allocations measured, each once
    """

    front: list[Measured]
    measured: int


def estimate_front(
    measure: Measure,
    segments: int,
    units: int,
    *,
    enqueued: int = 2000,
    rounds: int = 3,
    reach: int | None = None,
    most: int | None = None,
    seed: int = 0,
) -> Estimate:
    """
    Return an estimate of the front over all allocations of ``segments`` to ``units``.

    It starts with one random allocation. A point that joins the front queues neighbours at Hamming
    distances 1 to n, a few random ones of each (*wide*); a point that replaces dominated ones
    queues all neighbours at distance 1 (*near*), and is wide the next time. Every further round
    starts with the near neighbours of all points of the front. Source: Iyer et al., POMACS 7(3),
    2023, by the first author's public code (Samsung/ONE); as advised by it, dominance is the usual
    one here, no allocation is measured twice, and the measurements themselves can be bounded.

    :param measure: returns latency in ms and memory in MiB
    :param enqueued: maximum number of allocations queued per round; by default the author's. With
        few measurements many short rounds find more: a tenth of ``most`` is a good choice
    :param rounds: maximum number of rounds; fewer when one finds nothing to measure; the author's
        default
    :param reach: the greatest Hamming distance of wide neighbours; by default ``segments``, as
        published. With many segments few of the far ones are useful
    :param most: maximum total number of measurements
    :param seed: seed of the random choices
    """
    search = _Search(measure, segments, units, random.Random(seed), most, reach or segments)
    for _ in range(rounds):
        if not search.round(enqueued):
            break
    return Estimate(front_of(list(search.front)), len(search.seen))


class _Search:
    """The front, the queue, and what has been measured."""

    def __init__(
        self,
        measure: Measure,
        segments: int,
        units: int,
        chance: random.Random,
        most: int | None,
        reach: int,
    ) -> None:
        self._measure = measure
        self._segments = segments
        self._units = units
        self._chance = chance
        self._most = most
        self._reach = min(reach, segments)
        self._queue: deque[Vector] = deque()
        self._left = 0
        #: all allocations ever queued; each is measured at most once
        self._queued: set[Vector] = set()
        self.seen: set[Vector] = set()
        #: point of the front -> whether its next neighbours are the near ones
        self.front: dict[Measured, bool] = {}

    def round(self, enqueued: int) -> bool:
        """Search until the queue or the limits are exhausted; return whether anything was new."""
        before = len(self.seen)
        self._left = enqueued
        self._queue.clear()
        self._queued = set(self.seen)
        if self.front:
            # in random order: the limit may exclude the last ones
            for point in self._chance.sample(list(self.front), len(self.front)):
                self._enqueue(self._near(point.vector))
        else:
            vector = tuple(self._chance.randrange(self._units) for _ in range(self._segments))
            self._enqueue(iter([vector]))
        expanded: set[Measured] = set()
        while self._queue and (self._most is None or len(self.seen) < self._most):
            vector = self._queue.popleft()
            self.seen.add(vector)
            if self._offer(Measured(vector, *self._measure(vector))):
                self._expand(expanded)
        return len(self.seen) > before

    def _offer(self, point: Measured) -> bool:
        """Add a point to the front unless one there dominates or equals it."""
        for other in self.front:
            if other.costs == point.costs or dominates(other.costs, point.costs):
                return False
        beaten = [other for other in self.front if dominates(point.costs, other.costs)]
        for other in beaten:
            del self.front[other]
        self.front[point] = bool(beaten)
        return True

    def _expand(self, expanded: set[Measured]) -> None:
        """Queue the neighbours of all points of the front that have queued none in this round."""
        for point, near in list(self.front.items()):
            if point not in expanded:
                expanded.add(point)
                self._enqueue(self._near(point.vector) if near else self._wide(point.vector))
                self.front[point] = False

    def _enqueue(self, vectors: Iterator[Vector]) -> None:
        for vector in vectors:
            if not self._left:
                return
            if vector not in self._queued:
                self._queued.add(vector)
                self._queue.append(vector)
                self._left -= 1

    def _near(self, vector: Vector) -> Iterator[Vector]:
        """Return all neighbours at Hamming distance 1."""
        for position in range(self._segments):
            yield from self._shifted(vector, (position,))

    def _wide(self, vector: Vector) -> Iterator[Vector]:
        """Return neighbours at each Hamming distance up to the reach, at random positions."""
        for distance in range(1, self._reach + 1):
            positions = self._chance.sample(range(self._segments), distance)
            yield from self._shifted(vector, tuple(positions))

    def _shifted(self, vector: Vector, positions: tuple[int, ...]) -> Iterator[Vector]:
        """Return the vector with these positions shifted to each of the other units."""
        for shift in range(1, self._units):
            moved = list(vector)
            for position in positions:
                moved[position] = (moved[position] + shift) % self._units
            yield tuple(moved)
