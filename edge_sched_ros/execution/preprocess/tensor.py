# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Converts a resized picture to a network's input, on the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import Transform


def place(picture: Any, spec: InputSpec, transform: Transform) -> Any:
    """Return a picture, resized by the transform, at the network's size: padded or cropped."""
    height, width = picture.shape[:2]
    if (width, height) == (spec.width, spec.height):
        return picture
    left, top = int(transform.offset_x), int(transform.offset_y)
    if spec.resize == 'crop':
        return picture[-top : -top + spec.height, -left : -left + spec.width]
    placed = np.full((spec.height, spec.width, 3), spec.pad, np.uint8)
    placed[top : top + height, left : left + width] = picture
    return placed


def to_tensor(pictures: list[NDArray[np.uint8]], spec: InputSpec) -> NDArray[Any]:
    """Return BGR pictures of the network's size as one batch in its layout, colour and type."""
    import cv2

    shape = (len(pictures), spec.channels, spec.height, spec.width)
    planar = spec.layout == 'nchw'
    tensor = np.empty(shape if planar else (shape[0], *shape[2:], shape[1]), np.float32)
    for target, picture in zip(tensor, pictures):
        colour = _colour(picture, spec)
        if planar:
            # one pass splits and converts to float; normalising is in place
            for plane, source in zip(target, cv2.split(colour)):
                plane[...] = source
        else:
            target[...] = colour.reshape(target.shape)
    _normalise(tensor, spec, planar)
    return tensor if spec.dtype == 'float32' else tensor.astype(spec.dtype)


def _colour(picture: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.uint8]:
    import cv2

    if spec.colour == 'rgb':
        return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)  # type: ignore[return-value]
    if spec.colour == 'gray':
        return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]
    return picture


def _normalise(tensor: NDArray[np.float32], spec: InputSpec, planar: bool) -> None:
    mean, std = spec.mean[: spec.channels], spec.std[: spec.channels]
    if spec.scale == 1 and not any(mean) and set(std) == {1.0}:
        return
    shape = (-1, 1, 1) if planar else (-1,)
    gain = (spec.scale / np.array(std, np.float32)).astype(np.float32).reshape(shape)
    bias = (np.array(mean, np.float32) / np.array(std, np.float32)).reshape(shape)
    tensor *= gain
    tensor -= bias
