# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ``CameraInfo`` of pictures made from a camera's images."""

from __future__ import annotations

from typing import Any
from typing import Union

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.perception.masks import Masks
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.messages import Make

#: a result with a value for each of its pixels, and its place in the source
PlacedMap = Union[DepthMap, ClassMap, Masks]


def size_of(placed: PlacedMap) -> tuple[int, int]:
    """Return width and height of a map."""
    if isinstance(placed, Masks):
        return placed.width, placed.height
    height, width = (placed.depth_m if isinstance(placed, DepthMap) else placed.class_ids).shape
    return width, height


def map_camera_info(make: Make, fitted: FittedInfo, placed: PlacedMap, source: Any) -> Any:
    """
    Return the ``sensor_msgs/CameraInfo`` of a map, such as a depth image.

    It describes the map itself, without binning or region of interest.

    :param fitted: CameraInfo of the source image
    :param source: header of the source frame
    """
    scale = (fitted.scale_x * placed.scale_x, fitted.scale_y * placed.scale_y)
    moved = (placed.offset_x, placed.offset_y)
    return _made(make, fitted, source, size_of(placed), scale, moved)


def picture_camera_info(make: Make, fitted: FittedInfo, source: Any) -> Any:
    """Return the ``sensor_msgs/CameraInfo`` of a picture with the same view as the source."""
    if not fitted.exact:
        scale = (fitted.scale_x, fitted.scale_y)
        return _made(make, fitted, source, fitted.size, scale, (0.0, 0.0))
    info = fitted.info
    kept = ('height', 'width', 'distortion_model', 'binning_x', 'binning_y', 'roi')
    return make(
        'sensor_msgs/msg/CameraInfo',
        header=source,
        **{name: getattr(info, name) for name in kept},
        **{name: [float(value) for value in getattr(info, name)] for name in 'dkrp'},
    )


def camera_model(fitted: FittedInfo | None, topic: str) -> CameraModel | None:
    """
    Return the matrices of a camera in pixels of its image; ``None`` if it is not calibrated.

    :param fitted: CameraInfo of the image, if there is one
    :param topic: topic of the image
    """
    if fitted is None:
        return None
    scale = np.array([fitted.scale_x, fitted.scale_y, 1.0])
    first = np.array([fitted.offset_x, fitted.offset_y])
    matrix, projection = (
        np.array(_scaled(np.array(values, float).reshape(3, -1), scale, first, np.zeros(2)))
        for values in (fitted.info.k, fitted.info.p)
    )
    projection = projection.reshape(3, 4)
    if 'rect' in topic.removesuffix('/compressed').rpartition('/')[2]:
        matrix = projection[:, :3]
    matrix = matrix.reshape(3, 3)
    return CameraModel(matrix, projection) if matrix.any() else None


def _made(
    make: Make,
    fitted: FittedInfo,
    source: Any,
    size: tuple[int, int],
    scale: tuple[float, float],
    moved: tuple[float, float],
) -> Any:
    """
    Return the CameraInfo of a picture of another size.

    :param scale: pixels of the picture per pixel of the full picture
    :param moved: position of the image's left and top edge in it
    """
    info = fitted.info
    scales, moves = np.array([*scale, 1.0]), np.array(moved)
    first = np.array([fitted.offset_x, fitted.offset_y])
    matrices = {
        name: _scaled(np.array(getattr(info, name), float).reshape(3, -1), scales, first, moves)
        for name in 'kp'
    }
    return make(
        'sensor_msgs/msg/CameraInfo',
        header=source,
        width=size[0],
        height=size[1],
        distortion_model=info.distortion_model,
        d=[float(value) for value in info.d],
        r=[float(value) for value in info.r],
        **matrices,
    )


def _scaled(
    matrix: NDArray[Any], scale: NDArray[Any], first: NDArray[Any], moved: NDArray[Any]
) -> list[float]:
    """
    Return a camera matrix for a window scaled about pixel edges.

    ``u' = scale (u - first + 0.5) - 0.5 + moved``; an uncalibrated one (all zero) stays.
    """
    if not matrix.any():
        return [0.0] * matrix.size
    scaled = matrix.copy()
    scaled[:2, 2] += 0.5 - first
    scaled *= scale[:, None]
    scaled[:2, 2] += moved - 0.5
    return [float(value) for value in scaled.reshape(-1)]
