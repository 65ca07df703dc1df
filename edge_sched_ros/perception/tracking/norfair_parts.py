# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of norfair, and distances for it; imported by its tracker on first use."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.tracking.distances import place_distance


@contextmanager
def _without(module: str) -> Iterator[None]:
    """
    Hide an optional module from other imports within the context.

    If motmetrics is installed, norfair's package imports it, and with it pandas: 37 MB that no
    tracker needs.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


with warnings.catch_warnings(), _without('motmetrics'):
    # filterpy, which norfair needs, has invalid escapes that Python warns about when compiling it
    warnings.simplefilter('ignore')
    from norfair import Detection
    from norfair import Tracker
    from norfair.distances import Distance

__all__ = ['Detection', 'MixedDistance', 'Tracker']


class MixedDistance(Distance):  # type: ignore[misc]
    """
    Combined distance of position and appearance, 0..1; infinite between classes.

    :param weight: returns the weight of appearance, 0..1
    """

    def __init__(self, weight: Callable[[], float]) -> None:
        self._weight = weight

    def get_distances(
        self, objects: Sequence[Any], candidates: Sequence[Any] | None
    ) -> NDArray[np.float64]:
        """Return the distance of every candidate (rows) to every known track (columns)."""
        if not candidates or not objects:
            return np.zeros((len(candidates or ()), len(objects)))
        seen = np.stack([candidate.points.reshape(4) for candidate in candidates])
        expected = np.stack([known.estimate.reshape(4) for known in objects])
        distance = place_distance(seen, expected)
        likeness = _unlikeness(candidates, objects)
        if likeness is not None:
            weight = self._weight()
            distance = (1 - weight) * distance + weight * likeness
        labels = np.array([candidate.label for candidate in candidates])
        same = labels[:, None] == np.array([known.label for known in objects])
        return np.where(same, distance, np.inf)


def _unlikeness(candidates: Sequence[Any], objects: Sequence[Any]) -> NDArray[np.float64] | None:
    """Return 1 - cosine of appearances, at most 1, or ``None`` if they are not known."""
    last = [known.last_detection.embedding for known in objects]
    if candidates[0].embedding is None or any(vector is None for vector in last):
        return None
    here = np.stack([candidate.embedding for candidate in candidates])
    unlike: NDArray[np.float64] = np.clip(1 - here @ np.stack(last).T, 0, 1).astype(np.float64)
    return unlike
