# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The accuracy of classes: of pictures, and of their pixels."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: in maps of true classes: a pixel that belongs to none
UNMARKED = 255


def pixel_accuracy(
    pairs: Iterable[tuple[NDArray[Any], NDArray[Any]]],
) -> dict[str, float]:
    """
    Return ``miou``, the mean over classes of the IoU of their pixels, and ``pixel_accuracy``.

    Both over all pictures together (Cordts et al., Cityscapes, 2016). Classes that are nowhere
    there do not count, and pixels of 255 are not marked.

    :param pairs: found and true class ids, HxW; the found map is compared at the true one's size
    """
    import cv2

    shared: dict[int, int] = {}
    found_of: dict[int, int] = {}
    true_of: dict[int, int] = {}
    for found, true in pairs:
        size = (true.shape[1], true.shape[0])
        here = cv2.resize(found, size, interpolation=cv2.INTER_NEAREST)
        marked = true != UNMARKED
        here, there = here[marked], true[marked]
        for counts, ids in ((shared, here[here == there]), (found_of, here), (true_of, there)):
            for one, count in zip(*np.unique(ids, return_counts=True)):
                counts[int(one)] = counts.get(int(one), 0) + int(count)
    total = sum(true_of.values())
    if not total:
        return {'miou': float('nan'), 'pixel_accuracy': float('nan')}
    overlaps = [
        shared.get(one, 0) / (found_of.get(one, 0) + count - shared.get(one, 0))
        for one, count in true_of.items()
    ]
    return {
        'miou': float(np.mean(overlaps)),
        'pixel_accuracy': sum(shared.values()) / total,
    }


def top_accuracy(pairs: Iterable[tuple[Sequence[str], str]]) -> dict[str, float]:
    """
    Return ``top1`` and ``top5``: how often the true class is the first, or among the first five.

    :param pairs: found classes, the most likely first, and the true one
    """
    ranks = [list(found).index(true) if true in found else None for found, true in pairs]
    if not ranks:
        return {'top1': float('nan'), 'top5': float('nan')}
    return {
        f'top{most}': sum(rank is not None and rank < most for rank in ranks) / len(ranks)
        for most in (1, 5)
    }
