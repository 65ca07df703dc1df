# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A pinhole camera that looks over flat ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """Pinhole intrinsics in pixels; no distortion."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float


@lru_cache(maxsize=4)
def pixel_rays(intrinsics: Intrinsics) -> NDArray[np.float32]:
    """Return the ray of every pixel in the camera's frame, HxWx3, third component 1."""
    columns = (np.arange(intrinsics.width, dtype=np.float32) - intrinsics.cx) / intrinsics.fx
    rows = (np.arange(intrinsics.height, dtype=np.float32) - intrinsics.cy) / intrinsics.fy
    grid_x, grid_y = np.meshgrid(columns, rows)
    return np.stack([grid_x, grid_y, np.ones_like(grid_x)], axis=-1)


@dataclass(frozen=True, slots=True)
class Pose:
    """
    Where the camera is.

    World axes: x right, y up, z forward at zero yaw; metres and radians.

    :param pitch: positive looks down
    """

    x: float
    y: float
    z: float
    yaw: float
    pitch: float

    @property
    def position(self) -> NDArray[np.float32]:
        """The camera's centre."""
        return np.array([self.x, self.y, self.z], dtype=np.float32)

    @property
    def rotation(self) -> NDArray[np.float32]:
        """The 3x3 matrix from camera axes (x right, y down, z forward) to world axes."""
        cos_yaw, sin_yaw = np.cos(self.yaw), np.sin(self.yaw)
        cos_pitch, sin_pitch = np.cos(self.pitch), np.sin(self.pitch)
        right = [cos_yaw, 0.0, -sin_yaw]
        forward = [sin_yaw * cos_pitch, -sin_pitch, cos_yaw * cos_pitch]
        down = [-sin_yaw * sin_pitch, -cos_pitch, -cos_yaw * sin_pitch]
        return np.array([right, down, forward], dtype=np.float32).T
