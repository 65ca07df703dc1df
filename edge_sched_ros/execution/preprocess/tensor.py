# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Converts a resized picture to a network's input, on the CPU."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.input_spec import InputSpec
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
    """
    Return BGR pictures of the network's size as one batch in its layout, colour and type.

    Each value is what the formula of the specification gives, rounded once to the input's type.
    """
    import cv2

    made_as = np.uint8 if spec.dtype == 'uint8' else np.float32
    tensor = np.empty((len(pictures), *spec.shape), made_as)
    tables = tables_of(spec)
    for target, picture in zip(tensor, pictures):
        if spec.layout == 'nhwc':
            colour = _colour(picture, spec)
            target[...] = cv2.LUT(colour, np.stack(tables, -1)[None]).reshape(target.shape)
            continue
        # one pass for each plane looks up, converts and writes
        for plane, table, plane_of_input in zip(_planes(picture, spec), tables, target):
            cv2.LUT(plane, table, plane_of_input)
    return tensor if tensor.dtype == spec.dtype else tensor.astype(spec.dtype)


def _planes(picture: NDArray[np.uint8], spec: InputSpec) -> list[Any]:
    import cv2

    if spec.colour == 'gray':
        return [_colour(picture, spec)]
    planes = list(cv2.split(picture))
    return planes[::-1] if spec.colour == 'rgb' else planes


def _colour(picture: NDArray[np.uint8], spec: InputSpec) -> Any:
    import cv2

    if spec.colour == 'rgb':
        return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    if spec.colour == 'gray':
        return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return picture


def tables_of(spec: InputSpec) -> tuple[NDArray[Any], ...]:
    """Return what each pixel value becomes in each channel, in the type that tensors are made."""
    return _tables(replace(spec, options={}))


@lru_cache(maxsize=64)
def _tables(spec: InputSpec) -> tuple[NDArray[Any], ...]:
    """Return what each pixel value becomes in each channel."""
    values = spec.values()
    if spec.dtype == 'uint8':
        return tuple(np.rint(values).astype(np.uint8))
    return tuple(values.astype(np.float32))
