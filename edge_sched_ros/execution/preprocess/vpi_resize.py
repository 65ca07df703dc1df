# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Resizes a camera's picture to a network's size, by a unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import fit_even
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.vpi.unit_ops import VpiOps

Resized = tuple[NDArray[np.uint8], Transform]


def resize_bgr(
    unit: Callable[[], VpiOps], source: NDArray[np.uint8], spec: InputSpec, *, even: bool
) -> Resized:
    """
    Return a resized BGR picture, not yet padded, and its transform.

    :param unit: returns the unit's operations, called only if needed
    :param even: whether the unit supports only even sides
    :raises UnsupportedOpError: when the unit cannot do it
    """
    picture = _even(source) if even else source
    height, width = picture.shape[:2]
    transform = (fit_even if even else fit)(spec, width, height)
    size = _scaled(transform)
    resized = picture
    if size != (width, height):
        resized = unit().rescale(picture, size, interpolation=spec.interpolation)
    return resized, replace(transform, source_width=source.shape[1], source_height=source.shape[0])


def resize_nv12(
    unit: Callable[[], VpiOps], image: SourceImage, data: NDArray[np.uint8], spec: InputSpec
) -> Resized:
    """
    Return the same for an NV12 picture, of which only the result is converted to BGR.

    :param data: its rows, those of chroma after those of luma
    :raises UnsupportedOpError: when the unit cannot do it
    """
    import cv2

    height, width = data.shape[0] * 2 // 3, data.shape[1]
    transform = fit_even(spec, width, height)
    size = _scaled(transform)
    if size == (width, height):
        return image.bgr(), transform
    # blue and red are interleaved in each row of chroma
    planes = [data[:height], data[height:].reshape(height // 2, width // 2, 2)]
    made = unit().rescale_nv12(planes, size, interpolation=spec.interpolation)
    return cv2.cvtColorTwoPlane(made[0], made[1], cv2.COLOR_YUV2BGR_NV12), transform  # type: ignore[return-value]


def _scaled(transform: Transform) -> tuple[int, int]:
    """Return the width and height of the source in the network's input."""
    return (
        round(transform.source_width * transform.scale_x),
        round(transform.source_height * transform.scale_y),
    )


def _even(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with even sides, repeating its last row and column if necessary."""
    import cv2

    down, right = picture.shape[0] % 2, picture.shape[1] % 2
    if not (down or right):
        return picture
    return cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)  # type: ignore[return-value]
