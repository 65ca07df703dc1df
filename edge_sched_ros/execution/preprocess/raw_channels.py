# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of cameras with other channels than colours, as a network's input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import Transform


def prepare_raw(image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
    """
    Return the input for one picture, its channels as they come, and the transform back.

    :raises FrameError: when the message has another number of channels
    """
    pixels = channels_of(image, spec.channels)
    transform = fit(spec, pixels.shape[1], pixels.shape[0])
    values = (
        _placed(pixels, spec, transform) * np.float32(spec.scale) - _each(spec.mean)
    ) / _each(spec.std)
    if spec.layout == 'nchw':
        values = values.transpose(2, 0, 1)
    tensor = np.ascontiguousarray(values, np.float32)[None]
    return (tensor if spec.dtype == 'float32' else tensor.astype(spec.dtype)), transform


def channels_of(image: SourceImage, count: int) -> NDArray[Any]:
    """
    Return the pixels of a raw message, HxWxC, in the order of this machine's bytes.

    :raises FrameError: when it has another number of channels, or is compressed
    """
    if image.problem is not None and not image.has_channels:
        raise FrameError(*image.problem)
    pixels, name = image.native()
    if not image.has_channels or pixels.shape[2] != count:
        have = f'{pixels.shape[2]} channels' if image.has_channels else 'no channels'
        told = f"'{name or 'compressed'}' has {have}, the network takes {count}"
        raise FrameError('other_channels', told, about=name)
    return np.ascontiguousarray(pixels, pixels.dtype.newbyteorder('='))


def _each(values: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def _placed(pixels: NDArray[Any], spec: InputSpec, transform: Transform) -> NDArray[np.float32]:
    """Return the picture at the network's size, letterboxed, stretched or cropped."""
    width = round(transform.source_width * transform.scale_x)
    height = round(transform.source_height * transform.scale_y)
    resized = _resized(pixels, (width, height), spec.interpolation)
    if (width, height) == (spec.width, spec.height):
        return resized
    left, top = int(transform.offset_x), int(transform.offset_y)
    if spec.resize == 'crop':
        return resized[-top : -top + spec.height, -left : -left + spec.width]
    placed = np.full((spec.height, spec.width, pixels.shape[2]), spec.pad, np.float32)
    placed[top : top + height, left : left + width] = resized
    return placed


def _resized(
    pixels: NDArray[Any], size: tuple[int, int], interpolation: str
) -> NDArray[np.float32]:
    import cv2

    if pixels.shape[1::-1] == size:
        return pixels.astype(np.float32)
    method = getattr(cv2, f'INTER_{interpolation.upper()}')
    # by planes: some of OpenCV's interpolations take four channels at most
    planes = [cv2.resize(plane, size, interpolation=method) for plane in np.moveaxis(pixels, 2, 0)]
    resized: NDArray[np.float32] = np.stack(planes, axis=2).astype(np.float32)
    return resized
