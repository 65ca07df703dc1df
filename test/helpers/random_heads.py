# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs of heads with more than boxes: some objects, each seen by several cells."""

from __future__ import annotations

import numpy as np

#: cells that see an object, each a little differently
_SEEN_BY = 4


def boxes(rng, count, size):
    """Return Nx4 (centre x, centre y, width, height): groups of nearly the same boxes."""
    width, height = size
    objects = np.stack(
        [
            rng.uniform(0.1 * width, 0.9 * width, count),
            rng.uniform(0.25 * height, 0.75 * height, count),
            rng.uniform(0.1 * width, 0.4 * width, count),
            rng.uniform(0.1 * height, 0.4 * height, count),
        ],
        axis=1,
    )
    seen = np.repeat(objects, _SEEN_BY, axis=0)
    return seen * rng.normal(1, 0.01, seen.shape)


def dense(rng, *, count, classes, size, rest, cells):
    """
    Return the output of a dense head, 1x(4+C+E)xN, with objects in random columns.

    :param rest: returns NxE for so many boxes
    """
    found = boxes(rng, count, size)
    extra = rest(len(found))
    raw = rng.uniform(0, 0.05, (1, 4 + classes + extra.shape[1], cells)).astype(np.float32)
    at = rng.permutation(cells)[: len(found)]
    raw[0, :4, at] = found
    raw[0, 4 + classes :, at] = extra
    which = np.repeat(rng.integers(0, classes, count), _SEEN_BY)
    raw[0, 4 + which, at] = rng.uniform(0.35, 0.95, len(found))
    return raw
