# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors of pictures by the native module, in one pass from the received pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.preprocess.tensor import tables_of
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.preprocess.used_again import UsedAgain

#: encodings that are read as they are -> the bytes of blue, green and red in a pixel
_BYTES = {
    **dict.fromkeys(('bgr8', '8UC3', 'bgra8', '8UC4'), (0, 1, 2)),
    **dict.fromkeys(('rgb8', 'rgba8'), (2, 1, 0)),
    **dict.fromkeys(('mono8', '8UC1'), (0, 0, 0)),
}
_BGR = _BYTES['bgr8']
#: sizes of pictures whose plans are kept
_MOST_PLANS = 64
#: source and target sizes (height, width) on which OpenCV is compared: enlarged, reduced, halved,
#: and both of a size that OpenCV may leave to a library for the processor
_TRIALS = (
    ((7, 9), (19, 14)),
    ((53, 64), (24, 21)),
    ((24, 32), (12, 16)),
    ((240, 320), (312, 416)),
    ((360, 640), (180, 320)),
    ((360, 640), (203, 301)),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """
    How pictures of one size become tensors.

    :param way: the transform back
    :param size: width and height of the picture in the tensor
    :param corner: where it is, x and y
    :param tables: what each pixel value becomes
    """

    way: Transform
    size: tuple[int, int]
    corner: tuple[int, int]
    tables: NDArray[Any]


class Filler:
    """
    Fills tensors of one input.

    :param module: the extension module
    """

    def __init__(self, module: ModuleType, spec: InputSpec) -> None:
        self._prepare = module.prepare
        self._spec = spec
        self._pad, self._interleaved = int(spec.pad), spec.layout == 'nhwc'
        self._plans: dict[tuple[int, ...], _Plan] = {}
        #: of the tensors that it fills: half-precision numbers are made of these
        self.shape, self.dtype = (1, *spec.shape), np.dtype(_made_as(spec))

    def fill(self, image: SourceImage, tensor: NDArray[Any]) -> Transform | None:
        """
        Fill a tensor with one picture, and return the transform back.

        :param tensor: of ``shape`` and ``dtype``
        :returns: ``None``, with nothing written, where the pixels have no native form
        :raises FrameError: when the picture cannot be decoded
        """
        pixels, order = _pixels(image, self._spec)
        size = pixels.shape[:2]
        plan = self._plans.get(size)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[size] = _plan(self._spec, size[1], size[0])
        filled = self._prepare(
            pixels, order, plan.size, plan.corner, self._pad, plan.tables, self._interleaved,
            tensor,
        )  # fmt: skip
        return plan.way if filled else None


class NativePictures:
    """
    Preprocessing by the native module.

    Tensors of pictures are used again when nobody refers to them: they are in the cache, and ONNX
    Runtime has their address already.

    :param module: the extension module
    """

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._tensors = UsedAgain()
        #: as many as networks have inputs
        self._fillers: dict[InputSpec, Filler] = {}

    def prepare(
        self, image: SourceImage, spec: InputSpec
    ) -> tuple[NDArray[Any], Transform] | None:
        """
        Return the input for one picture and the transform back; ``None`` without a native form.

        :raises FrameError: when the picture cannot be decoded
        """
        filler = self.filler(spec)
        if filler is None:
            return None
        batch = self._tensors.take(filler.shape, filler.dtype)
        way = filler.fill(image, batch)
        return None if way is None else (batch.astype(spec.dtype, copy=False), way)

    def filler(self, spec: InputSpec) -> Filler | None:
        """Return what makes this input of pictures; ``None`` without a native form."""
        filler = self._fillers.get(spec)
        if filler is None and self.makes(spec):
            filler = self._fillers[spec] = Filler(self._module, spec)
        return filler

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any] | None:
        """Return one input for each box; ``None`` without a native form; raises as above."""
        if not self.makes(spec):
            return None
        pixels, order = _pixels(image, spec)
        batch = np.empty((len(boxes_xyxy), *spec.shape), _made_as(spec))
        tables, interleaved = _tables(spec), spec.layout == 'nhwc'
        if not self._module.crops(pixels, order, boxes_xyxy, tables, interleaved, batch):
            return None
        return batch.astype(spec.dtype, copy=False)

    def makes(self, spec: InputSpec) -> bool:
        """Whether the module resizes as this input wants, and as OpenCV does here."""
        return not self.why_not(spec)

    def why_not(self, spec: InputSpec) -> str:
        """Return why the module does not make this input; empty where it does."""
        if spec.interpolation != 'linear':
            return f'interpolation: {spec.interpolation}'
        return '' if agrees(self._module) else 'OpenCV resizes with other numbers here'


def _pixels(image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], tuple[int, ...]]:
    """Return pixels, and which of their bytes becomes which channel."""
    pixels, encoding = image.native()
    order = _BYTES.get(encoding)
    if order is None:
        pixels, order = image.bgr(), _BGR
    # of gray the module wants blue, green and red
    return pixels, order[::-1] if spec.colour == 'rgb' else order


def _made_as(spec: InputSpec) -> type[np.uint8 | np.float32]:
    return np.uint8 if spec.dtype == 'uint8' else np.float32


def _plan(spec: InputSpec, width: int, height: int) -> _Plan:
    way = fit(spec, width, height)
    size = round(width * way.scale_x), round(height * way.scale_y)
    return _Plan(way, size, (int(way.offset_x), int(way.offset_y)), _tables(spec))


@lru_cache(maxsize=64)
def _tables(spec: InputSpec) -> NDArray[Any]:
    return np.stack(tables_of(spec))


@cache
def agrees(module: ModuleType) -> bool:
    """
    Whether OpenCV resizes with the same numbers; builds for some processors do not.

    One answer for each module is right: neither it nor OpenCV changes while the process runs.
    """
    import cv2

    random = np.random.default_rng(1)
    for (height, width), (new_height, new_width) in _TRIALS:
        spec = InputSpec(new_width, new_height, layout='nhwc', resize='stretch', dtype='uint8')
        for channels in (1, 3, 4):
            picture = random.integers(0, 256, (height, width, channels), np.uint8)
            order = (0, 1, 2) if channels > 1 else (0, 0, 0)
            made = np.empty((1, *spec.shape), np.uint8)
            size = new_width, new_height
            tables = _tables(spec)
            if not module.prepare(picture, order, size, (0, 0), 0, tables, True, made):
                return False
            wanted = cv2.resize(picture, size).reshape(new_height, new_width, channels)
            if (made[0] != wanted[..., :3]).any():
                return False
    return True
