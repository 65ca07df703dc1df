# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracks points by dense flow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def full_size(blocks: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """
    Return the flow of every pixel, interpolated linearly between the centres of blocks.

    :param blocks: rows x columns x 2
    :param size: width and height of the picture
    """
    import cv2

    # resize puts the centre of a block at its position in the picture
    return cv2.resize(blocks, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def follow(
    field: NDArray[np.float32], points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """
    Return the new positions of points, Nx2, and which of them are in the picture.

    :param field: HxWx2, pixels
    :param points: Nx2, pixels
    """
    import cv2

    if not len(points):
        return np.zeros((0, 2), np.float32), np.zeros(0, np.bool_)
    at = np.ascontiguousarray(points, np.float32).reshape(-1, 1, 2)
    limit = (field.shape[1] - 1, field.shape[0] - 1)
    inside = ((points >= 0) & (points <= limit)).all(axis=1)
    moved = cv2.remap(field, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return (at + moved.reshape(-1, 1, 2)).reshape(-1, 2), inside
