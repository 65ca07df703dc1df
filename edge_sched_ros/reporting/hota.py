# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Higher order tracking accuracy (HOTA)."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: overlaps from which a pair of boxes counts, as in the paper
_LEVELS = np.arange(1, 20) / 20
#: an overlap that is equal to a level counts
_TOLERANCE = 1e-9

#: numbers of the true objects, numbers of the found ones, and the overlap of each pair, 0..1
Frame = tuple[Sequence[int], Sequence[int], NDArray[np.float64]]


def hota(frames: Iterable[Frame], true_count: int, found_count: int) -> dict[str, float]:
    """
    Return ``hota``, ``det_a`` and ``ass_a``, 0..1, each the mean over 19 levels of overlap.

    Source: Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking", IJCV
    129, 2021. At a level, DetA = TP / (TP + FN + FP), AssA is the mean over the matched pairs c of
    TPA(c) / (TPA(c) + FNA(c) + FPA(c)), and HOTA is the root of DetA * AssA. As in the authors'
    evaluation code, boxes of a frame are matched once for all levels, so that the sum of overlap
    times how well the two tracks fit each other over the whole sequence is greatest.

    :param frames: all frames; a number occurs once in a frame
    :param true_count: the numbers of true objects are less than this; likewise found ones
    """
    frames = list(frames)
    # frames in which an object is there, true ones as a column
    true_seen, found_seen = np.zeros((true_count, 1)), np.zeros(found_count)
    for true, found, _ in frames:
        true_seen[list(true)] += 1
        found_seen[list(found)] += 1
    fits = _fits(frames, true_seen, found_seen)
    #: level, true object, found object -> frames in which they are matched
    together = np.zeros((len(_LEVELS), true_count, found_count))
    for true, found, overlap in frames:
        _match(together, np.array(true, int), np.array(found, int), overlap, fits)
    matched = together.sum(axis=(1, 2))
    det_a = matched / np.maximum(true_seen.sum() + found_seen.sum() - matched, 1)
    shares = together / np.maximum(true_seen + found_seen - together, 1)
    ass_a = (together * shares).sum(axis=(1, 2)) / np.maximum(matched, 1)
    return {
        'hota': float(np.sqrt(det_a * ass_a).mean()),
        'det_a': float(det_a.mean()),
        'ass_a': float(ass_a.mean()),
    }


def _fits(
    frames: Sequence[Frame], true_seen: NDArray[np.float64], found_seen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how well each pair of tracks fits over all frames, 0..1."""
    both = np.zeros((len(true_seen), len(found_seen)))
    for true, found, overlap in frames:
        if overlap.size:
            rows, columns = overlap.sum(axis=1, keepdims=True), overlap.sum(axis=0)
            whole = np.maximum(rows + columns - overlap, 1e-12)
            both[np.ix_(list(true), list(found))] += overlap / whole
    shares: NDArray[np.float64] = both / np.maximum(true_seen + found_seen - both, 1e-12)
    return shares


def _match(
    together: NDArray[np.float64],
    true: NDArray[np.int64],
    found: NDArray[np.int64],
    overlap: NDArray[np.float64],
    fits: NDArray[np.float64],
) -> None:
    """Match the boxes of a frame, and count the pairs at each level that they reach."""
    # loaded when something is scored
    from scipy.optimize import linear_sum_assignment

    if not overlap.size:
        return
    rows, columns = linear_sum_assignment(overlap * fits[np.ix_(true, found)], maximize=True)
    reached = overlap[rows, columns] >= _LEVELS[:, None] - _TOLERANCE
    together[:, true[rows], found[columns]] += reached
