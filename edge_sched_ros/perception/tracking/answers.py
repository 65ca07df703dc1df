# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a tracker gives, which may be own code."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers.base import Tracker
from edge_sched_ros.perception.trackers.registry import tracker_classes

_REASON = 'no_tracks'


def tracked(
    tracker: Tracker, found: Detections, vectors: NDArray[np.float32] | None, frames: int
) -> Detections:
    """
    Return what a tracker makes of detections.

    Its parameters are those of :meth:`Tracker.update`.

    :raises FrameError: when a tracker from outside this package does not give detections with
        valid boxes and a number of its own for each
    """
    tracks = tracker.update(found, vectors, frames)
    return tracks if type(tracker) in _built_in() else _checked(tracks)


@lru_cache(maxsize=1)
def _built_in() -> frozenset[type[Tracker]]:
    return frozenset(tracker_classes().values())


def _checked(tracks: Any) -> Detections:
    """Return the answer with its numbers as int64; :raises FrameError: when it is not valid."""
    if not isinstance(tracks, Detections):
        told = f'its tracker gave no Detections but an object of type {type(tracks).__name__}'
        raise FrameError(_REASON, told)
    if tracks.track_ids is None or np.shape(tracks.track_ids) != np.shape(tracks.scores):
        raise FrameError(_REASON, 'its tracker gave Detections without a number for each')
    if problem := _unlike(tracks):
        raise FrameError(_REASON, f'its tracker gave Detections whose {problem}')
    return replace(tracks, track_ids=_numbers(tracks.track_ids))


def _numbers(given: Any) -> NDArray[np.int64]:
    ids = np.asarray(given)
    numbers: NDArray[np.int64] = ids.astype(np.int64) if _are_numbers(ids) else ids
    if not _are_numbers(ids) or (numbers != ids).any():
        raise FrameError(_REASON, 'its tracker gave track_ids that are no whole numbers')
    if (numbers < 0).any():
        raise FrameError(_REASON, f'its tracker gave a negative track id, {numbers.min()}')
    known, counts = np.unique(numbers, return_counts=True)
    if (counts > 1).any():
        twice = known[counts > 1][0]
        raise FrameError(_REASON, f'its tracker gave the track id {twice} twice in one frame')
    return numbers


def _are_numbers(ids: NDArray[Any]) -> bool:
    """Return whether they can be converted to int64; an empty list has the type of floats."""
    whole = ids.dtype.kind in 'iu'
    return whole or (ids.dtype.kind == 'f' and bool((np.abs(ids) < 2**62).all()))


def _unlike(tracks: Detections) -> str:
    """Return which array is not as its users expect it, and why; empty when all are."""
    count = (len(tracks),)
    for name, end in (('scores', ()), ('boxes_xyxy', (4,)), ('class_ids', ()), ('angles_rad', ())):
        values = getattr(tracks, name)
        if values is None and name == 'angles_rad':
            continue
        if not isinstance(values, np.ndarray) or values.shape != count + end:
            wanted = 'x'.join(str(side) for side in count + end)
            return f'{name} are no array of {wanted}'
        if values.dtype.kind not in 'iuf' or not np.isfinite(values).all():
            return f'{name} are not all finite numbers'
    for name in ('keypoints', 'masks'):
        values = getattr(tracks, name)
        if values is not None and len(values) != len(tracks):
            return f'{name} are not those of {len(tracks)} objects'
    return ''
