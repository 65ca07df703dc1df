# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random choices that a seed repeats on every machine and Python version."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

_Any = TypeVar('_Any')


class Dice:
    """
    Choices made from uniform numbers alone, whose sequence Python guarantees for a seed.

    :param seed: same seed, same choices
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def between(self, low: float, high: float) -> float:
        """Return a number, uniformly distributed."""
        return low + (high - low) * self._random.random()

    def scale(self, low: float, high: float) -> float:
        """Return a number whose logarithm is uniformly distributed."""
        return math.exp(self.between(math.log(low), math.log(high)))

    def whole(self, low: int, high: int) -> int:
        """Return a whole number, the ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Return true with a probability."""
        return self._random.random() < probability

    def pick(self, values: Sequence[_Any]) -> _Any:
        """Return one of the values."""
        return values[int(self._random.random() * len(values))]
