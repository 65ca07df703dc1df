# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracks, and their matching with detections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.results import Detections

#: farther than any distance between boxes
_OTHER_CLASS = 2.0


@dataclass(slots=True)
class Track:
    """
    A tracked object.

    :param number: its number, never used twice
    """

    number: int
    class_id: int
    score: float
    box: NDArray[np.float32]
    #: number of detections
    hits: int = 1
    #: frames since its last detection
    age: int = 0
    #: its number in the observed task; ``None`` when that task has no numbers
    given_id: int | None = None
    #: motion from the previous frame, pixels; NaN when not known
    shift: NDArray[np.float32] = field(default_factory=lambda: np.full(2, np.nan, np.float32))


def pair(
    tracks: list[Track],
    boxes: Mapping[int, NDArray[np.float32]],
    found: Detections,
    max_distance: float,
) -> dict[int, Track]:
    """
    Return row of detections -> its track.

    It matches by the detector's numbers, if there are any; otherwise by position and class, with
    the least sum of distances.

    :param boxes: positions of tracks in the frame of the detections, by number
    :param max_distance: maximum distance of a match, see ``association.place_distance``
    """
    if found.track_ids is not None:
        known = {track.given_id: track for track in tracks}
        numbers = [int(number) for number in found.track_ids]
        return {row: known[n] for row, n in enumerate(numbers) if n in known}
    there = [track for track in tracks if track.number in boxes]
    if not there or not len(found):
        return {}
    from scipy.optimize import linear_sum_assignment

    from edge_sched_ros.perception.tracking.distances import place_distance

    places = np.array([boxes[track.number] for track in there])
    distance = place_distance(found.upright_boxes(), places)
    other = found.class_ids[:, None] != np.array([track.class_id for track in there])
    distance = np.where(other, _OTHER_CLASS, distance)
    return {
        int(row): there[column]
        for row, column in zip(*linear_sum_assignment(distance))
        if distance[row, column] <= max_distance
    }


def share_inside(box: NDArray[np.float32], shape: tuple[int, ...]) -> float:
    """Return the share of a box inside a picture, 0..1."""
    sides = box[2:] - box[:2]
    seen = np.minimum(box[2:], (shape[1], shape[0])) - np.maximum(box[:2], 0)
    return float(np.clip(seen, 0, None).prod() / max(float(sides.prod()), 1e-6))
