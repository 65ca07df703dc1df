# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures for tests of operations on pictures."""

from __future__ import annotations

import cv2
import numpy as np

from edge_sched_ros.execution.vision import undistortion


def textured(width: int = 320, height: int = 240, seed: int = 3) -> np.ndarray:
    """Return a BGR picture with structure at several sizes."""
    random = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for side in (6, 14, 30):
        noise = random.uniform(0, 255, (height // side + 2, width // side + 2, 3))
        picture += cv2.resize(noise.astype(np.float32), (width, height)) / 3
    return picture.astype(np.uint8)


def grey(picture: np.ndarray) -> np.ndarray:
    """Return a picture without colour."""
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def squares(width: int = 320, height: int = 240) -> np.ndarray:
    """Return bright rectangles on black, grey: corners where nobody doubts them."""
    picture = np.zeros((height, width), np.uint8)
    for row in range(20, height - 40, 60):
        for column in range(20, width - 50, 80):
            picture[row : row + 30, column : column + 40] = 90 + row % 120
    return picture


def shifted(picture: np.ndarray, right: float, down: float) -> np.ndarray:
    """Return a picture moved by some pixels, its edge repeated."""
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float64)
    size = (picture.shape[1], picture.shape[0])
    return cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE)


def lens(width: int = 320, height: int = 240):
    """Return the undistortion of a wide lens."""
    matrix = np.array([[0.8 * width, 0, width / 2], [0, 0.8 * width, height / 2], [0, 0, 1]])
    return undistortion(matrix, np.array([-0.25, 0.06, 0.001, -0.001, 0.0]), (width, height))


def tilted(width: int = 320, height: int = 240) -> np.ndarray:
    """Return a perspective transform, source to result."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[20, 10], [-15, 0], [5, -20], [0, 12]], np.float32)
    return cv2.getPerspectiveTransform(corners, moved)
