# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Preprocessing by OpenCV on CPU cores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import Transform


class OpenCvPreprocessor:
    """Colour, resize and normalise in as few passes as there can be."""

    name = 'opencv'
    kinds = ('cpu',)

    def available(self) -> tuple[bool, str]:
        """Return whether OpenCV is installed."""
        try:
            import cv2
        except ImportError as error:
            return False, f'{error} (pip install opencv-python-headless)'
        # the units are the parallelism; OpenCV's own threads would fight them
        cv2.setNumThreads(1)
        return True, ''

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """Return the input of one picture and the way back."""
        picture = image.bgr()
        transform = fit(spec, picture.shape[1], picture.shape[0])
        return _to_tensor([_place(picture, spec, transform)], spec), transform

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Return one input for each box."""
        import cv2

        picture = image.bgr()
        height, width = picture.shape[:2]
        parts: list[Any] = []
        for x0, y0, x1, y1 in np.rint(boxes_xyxy).astype(int):
            # two pixels at least: OpenCV 4.5 cannot enlarge a single one
            left, top = max(0, min(x0, width - 2)), max(0, min(y0, height - 2))
            right, bottom = min(max(x1, left + 2), width), min(max(y1, top + 2), height)
            parts.append(cv2.resize(picture[top:bottom, left:right], (spec.width, spec.height)))
        return _to_tensor(parts, spec)


def _place(picture: Any, spec: InputSpec, transform: Transform) -> Any:
    """Return the picture at the network's size, letterboxed, stretched or cropped."""
    import cv2

    width = round(transform.source_width * transform.scale_x)
    height = round(transform.source_height * transform.scale_y)
    if (width, height) != (transform.source_width, transform.source_height):
        shrinks = width * height < transform.source_width * transform.source_height / 4
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        picture = cv2.resize(picture, (width, height), interpolation=method)
    if (width, height) == (spec.width, spec.height):
        return picture
    left, top = int(transform.offset_x), int(transform.offset_y)
    if spec.resize == 'crop':
        return picture[-top : -top + spec.height, -left : -left + spec.width]
    placed = np.full((spec.height, spec.width, 3), spec.pad, np.uint8)
    placed[top : top + height, left : left + width] = picture
    return placed


def _to_tensor(pictures: list[NDArray[np.uint8]], spec: InputSpec) -> NDArray[Any]:
    """Return pictures of the network's size as one batch in its layout, colour and type."""
    import cv2

    shape = (len(pictures), spec.channels, spec.height, spec.width)
    planar = spec.layout == 'nchw'
    tensor = np.empty(shape if planar else (shape[0], *shape[2:], shape[1]), np.float32)
    for target, picture in zip(tensor, pictures):
        colour = _colour(picture, spec)
        if planar:
            # one pass splits and widens; normalising is in place
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


PREPROCESSOR = OpenCvPreprocessor
