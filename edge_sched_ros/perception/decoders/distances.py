# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes as distributions of the distances from a point to their sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def distances_to_corners(
    points: NDArray[np.float32], bins: NDArray[np.float32], strides: NDArray[np.float32]
) -> NDArray[np.float32]:
    """
    Return (x0, y0, x1, y1) in pixels.

    The distance to each side is the mean of a distribution over 0, 1, 2, ... strides, given by
    logits (Li et al., "Generalized Focal Loss", 2020).

    :param points: Nx2, pixels
    :param bins: Nx(4*B) logits: left, top, right, bottom
    :param strides: Nx1, pixels
    """
    # of no candidates, -1 could be any size
    logits = bins.reshape(len(bins), 4, bins.shape[1] // 4).astype(np.float32)
    powers = np.exp(logits - logits.max(axis=2, keepdims=True, initial=-np.inf))
    steps = np.arange(logits.shape[2], dtype=np.float32)
    distances = (powers @ steps) / powers.sum(axis=2) * strides
    return np.concatenate([points - distances[:, :2], points + distances[:, 2:]], axis=1)
