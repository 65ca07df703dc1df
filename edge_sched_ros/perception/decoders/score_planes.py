# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Planes of scores, one for each class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.decoders.planes import has_proportions

#: pixels at a time, so that they stay in the cache of a core
_BLOCK = 1 << 15


def class_axis(shape: tuple[int | None, ...], input_size: tuple[int, int] | None) -> int:
    """
    Return which dimension of a map counts the classes: 1 (1xCxHxW) or 3 (1xHxWxC).

    The two others have the proportions of the input; where both pairs have, classes come first.
    """
    first = has_proportions(shape[2], shape[3], input_size)
    last = has_proportions(shape[1], shape[2], input_size)
    return 3 if last and not first else 1


def best_planes(scores: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """
    Return the best score of each pixel and its class, HxW; NaN if any score there is NaN.

    :param scores: CxHxW
    """
    classes, height, width = scores.shape
    if not scores.flags.c_contiguous:
        # classes are beside each other in memory
        found = scores.argmax(axis=0)
        best = np.take_along_axis(scores, found[None], axis=0)[0]
        return best, found.astype(_kind(classes))
    best = np.empty((height, width), scores.dtype)
    ids = np.zeros((height, width), _kind(classes))
    rows = max(1, _BLOCK // width)
    for top in range(0, height, rows):
        part = slice(top, top + rows)
        _best_of(scores[:, part], best[part], ids[part])
    return best, ids


def _best_of(scores: NDArray[Any], best: NDArray[Any], ids: NDArray[Any]) -> None:
    """
    Write the best score of each pixel and its class; ids are zero before.

    Plane by plane, without branches: max and argmax across planes that lie apart take five times
    as long.
    """
    best[...] = scores[0]
    higher, number = np.empty(best.shape, np.bool_), np.empty_like(ids)
    for index in range(1, len(scores)):
        np.greater(scores[index], best, out=higher)
        # numbers go up, so the greater one is that of the later plane
        np.multiply(higher, ids.dtype.type(index), out=number)
        np.maximum(ids, number, out=ids)
        np.maximum(best, scores[index], out=best)


def _kind(classes: int) -> type[Any]:
    return np.uint8 if classes <= 256 else np.uint16
