# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pictures beside the camera's that a network takes of one frame, alone or as a stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution import more_inputs as kinds
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.perception.depth_images import depth_map
from edge_sched_ros.perception.results import DepthMap


class FramePictures:
    """
    Makes the inputs of one frame that are pictures.

    :param image: the camera's
    :param previous: those of the frames before, the newest first
    :param spec: conversion of the network's own picture; ``tensor`` and ``transform`` are what it
        has made of the camera's
    """

    def __init__(
        self,
        preprocessor: Preprocessor,
        context: JobContext,
        image: SourceImage,
        previous: Sequence[SourceImage],
        *,
        spec: InputSpec,
        tensor: NDArray[Any],
        transform: Transform,
    ) -> None:
        self._preprocessor = preprocessor
        self._context = context
        self._image = image
        self._previous = previous
        self._spec = spec
        self._transform = transform
        #: conversion -> what it has made of the camera's picture
        self._made = {_unnamed(spec): tensor}

    def tensor(self, one: MoreInput) -> NDArray[Any]:
        """
        Return an input, a batch of 1.

        :raises FrameError: when a picture of it cannot be decoded, or is missing
        """
        parts = [self._part(part, part.picture) for part in one.each if part.picture is not None]
        if len(parts) == 1:
            return parts[0]
        first = one.each[0].picture
        nhwc = first is not None and first.layout == 'nhwc'
        return np.concatenate(parts, axis=3 if nhwc else 1)

    def _part(self, one: MoreInput, spec: InputSpec) -> NDArray[Any]:
        if one.source == kinds.IMAGE:
            key = _unnamed(spec)
            if key not in self._made:
                self._made[key] = self._preprocessor.prepare(self._image, spec)[0]
            return self._made[key]
        if one.source == kinds.DEPTH_IMAGE:
            alike = _place(spec) == _place(self._spec)
            transform = self._transform if alike else fit(spec, *self._image.size)
            return depth_tensor(self._depth(), spec, transform)
        return self._preprocessor.prepare(self._other(one), spec)[0]

    def _other(self, one: MoreInput) -> SourceImage:
        frame = self._context.frame
        if one.source == kinds.SECOND_IMAGE:
            if frame is not None and frame.second is not None:
                return frame.second
            told = 'the frame has no second image'
        else:
            if len(self._previous) >= one.back:
                return self._previous[one.back - 1]
            told = f'there {_were(one.back)} before'
        raise FrameError(f'no_{one.source}', f'{self._context.task}: {told}')

    def _depth(self) -> DepthMap:
        frame = self._context.frame
        if frame is None or frame.second_message is None:
            raise FrameError('no_depth', f'{self._context.task}: the frame has no depth image')
        return depth_map(frame.second_message, self._image.size)


def depth_tensor(depth: DepthMap, spec: InputSpec, transform: Transform) -> NDArray[Any]:
    """
    Return the depth of a picture as the network takes it, where the picture lies in its input.

    Each pixel is the nearest one of the depth image, because a mean over an edge is the distance
    of nothing. It is 0 metres where depth is unknown and beside the picture.

    :param depth: of a picture, with the same view
    :param transform: of the picture
    """
    height, width = depth.depth_m.shape
    rows = _places(spec.height, transform.offset_y, depth.scale_y / transform.scale_y)
    columns = _places(spec.width, transform.offset_x, depth.scale_x / transform.scale_x)
    inside_y, inside_x = (rows >= 0) & (rows < height), (columns >= 0) & (columns < width)
    metres = np.zeros((spec.height, spec.width), np.float32)
    metres[np.ix_(inside_y, inside_x)] = depth.depth_m[np.ix_(rows[inside_y], columns[inside_x])]
    metres[~np.isfinite(metres)] = 0.0
    values = (metres * np.float32(spec.scale) - np.float32(spec.mean[0])) / np.float32(spec.std[0])
    tensor: NDArray[Any] = values.astype(spec.dtype, copy=False).reshape(1, *spec.shape)
    return tensor


def _places(count: int, offset: float, scale: float) -> NDArray[np.int64]:
    """Return the pixel of the source at the centre of each pixel of an axis."""
    found: NDArray[np.int64] = np.floor((np.arange(count) + 0.5 - offset) * scale).astype(np.int64)
    return found


def _were(back: int) -> str:
    return 'was no frame' if back == 1 else f'were no {back} frames'


def _place(spec: InputSpec) -> tuple[int, int, str, str]:
    """Return what decides where a picture lies in an input."""
    return spec.width, spec.height, spec.resize, spec.align


def _unnamed(spec: InputSpec) -> InputSpec:
    """Return a conversion without the name of its input; options are the same for all."""
    return replace(spec, name='', options={})
