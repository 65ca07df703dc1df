# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ``CameraInfo`` of pictures that are made of a camera's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.pipeline.messages import Make


def depth_camera_info(make: Make, info: Any, depth: DepthMap, source: Any) -> Any:
    """
    Return the ``sensor_msgs/CameraInfo`` of a depth image: the source's, scaled to its size.

    :param info: of the source image
    """
    height, width = depth.depth_m.shape
    scale = np.array([depth.scale_x, depth.scale_y, 1.0])
    offset = np.array([depth.offset_x, depth.offset_y, 0.0])
    matrix = np.array(info.k, float).reshape(3, 3)
    projection = np.array(info.p, float).reshape(3, 4)
    return make(
        'sensor_msgs/msg/CameraInfo',
        header=source,
        height=height,
        width=width,
        distortion_model=info.distortion_model,
        d=[float(value) for value in info.d],
        k=_scaled(matrix, scale, offset),
        r=[float(value) for value in info.r],
        p=_scaled(projection, scale, offset),
    )


def picture_camera_info(make: Make, info: Any, source: Any) -> Any:
    """Return the ``sensor_msgs/CameraInfo`` of a picture that lies where the source's does."""
    kept = ('height', 'width', 'distortion_model', 'binning_x', 'binning_y', 'roi')
    return make(
        'sensor_msgs/msg/CameraInfo',
        header=source,
        **{name: getattr(info, name) for name in kept},
        **{name: [float(value) for value in getattr(info, name)] for name in 'dkrp'},
    )


def _scaled(matrix: NDArray[Any], scale: NDArray[Any], offset: NDArray[Any]) -> list[float]:
    """
    Return a camera matrix for an image scaled about pixel edges: ``u' = s (u + 0.5) - 0.5 + o``.

    A matrix that was never calibrated (all zero) stays so.
    """
    if not matrix.any():
        return [0.0] * matrix.size
    scaled = matrix * scale[:, None]
    scaled[:2, 2] += 0.5 * scale[:2] - 0.5 + offset[:2]
    return [float(value) for value in scaled.reshape(-1)]
