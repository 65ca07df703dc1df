# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Average precision as COCO defines it, for any measure of likeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: likenesses above which an object counts as found, in COCO's main figure
COCO_LIMITS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
#: objects of one frame and class that count, the most certain first
_MOST = 100
_RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True)
class FrameMatch:
    """
    What was found in one frame, beside what is there.

    :param labels: N, classes of what was found; ``scores`` likewise
    :param true_labels: M, classes of what is there
    :param likeness: NxM, 0..1: IoU of boxes or masks, OKS of keypoints
    :param ignored: M, what may be found or not; nothing by default
    """

    labels: Sequence[str]
    scores: Sequence[float]
    true_labels: Sequence[str]
    likeness: NDArray[np.float64]
    ignored: Sequence[bool] = ()


def mean_average_precision(
    frames: Sequence[FrameMatch], limits: Sequence[float] = COCO_LIMITS
) -> float:
    """
    Return the mean over limits and classes of the average precision, 0..1.

    The more certain of two takes the object first; each object is found once; precision is made
    monotonic and read at 101 recalls, as pycocotools does it. Classes that are nowhere there do
    not count. NaN when nothing is there.
    """
    labels = sorted({label for frame in frames for label in frame.true_labels})
    found = [_of_class(frames, label, limit) for label in labels for limit in limits]
    known = [one for one in found if one is not None]
    return float(np.mean(known)) if known else float('nan')


def _of_class(frames: Sequence[FrameMatch], label: str, limit: float) -> float | None:
    scores: list[float] = []
    right: list[bool] = []
    there = 0
    for frame in frames:
        ignored = np.array(frame.ignored or [False] * len(frame.true_labels), bool)
        columns = np.array([one == label for one in frame.true_labels], bool)
        there += int((columns & ~ignored).sum())
        rows = [index for index, one in enumerate(frame.labels) if one == label]
        rows.sort(key=lambda index: -frame.scores[index])
        likeness = frame.likeness[rows[:_MOST]][:, columns]
        for row, taken in zip(rows, _matched(likeness, ignored[columns], limit)):
            if taken is not None:
                scores.append(frame.scores[row])
                right.append(taken)
    return _average(np.array(scores), np.array(right, bool), there) if there else None


def _matched(
    likeness: NDArray[np.float64], ignored: NDArray[np.bool_], limit: float
) -> list[bool | None]:
    """Return for each row whether it is right; ``None`` where it does not count."""
    free = np.ones(likeness.shape[1], bool)
    found: list[bool | None] = []
    for row in likeness:
        able = free & (row >= min(limit, 1 - 1e-10))
        # what counts comes before what may be found or not
        chosen = able & ~ignored if (able & ~ignored).any() else able
        if not chosen.any():
            found.append(False)
            continue
        best = int(np.where(chosen, row, -1).argmax())
        free[best] = False
        found.append(None if ignored[best] else True)
    return found


def _average(scores: NDArray[np.float64], right: NDArray[np.bool_], there: int) -> float:
    if not scores.size:
        return 0.0
    order = np.argsort(-scores, kind='mergesort')
    hits = np.cumsum(right[order])
    precision = hits / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(hits / there, _RECALLS, side='left')
    at = np.append(precision, 0.0)[np.minimum(places, len(precision))]
    return float(at.mean())
