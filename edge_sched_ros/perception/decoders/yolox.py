# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOX: one output 1xNx(5+C) of raw boxes per grid cell, objectness, classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.grids import grid_of
from edge_sched_ros.perception.decoders.grids import GridCells
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import grid_cells
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Detections

#: more than any export has
_MOST_STRIDES = 16
#: cell sizes of exports, the usual ones first
_STRIDES = ((8, 16, 32), (8, 16), (8, 16, 32, 64))
#: name of YOLOv6's output, which is decoded (deploy/ONNX/export_onnx.py)
YOLOV6 = 'outputs'
_DECODED = 'The graph does not tell whether its boxes are decoded already (yolox_decoded).'


class Yolox(BoxDecoder):
    """
    Reads YOLOX exports without their own decoding (``--decode_in_inference`` off).

    Source: Ge et al., "YOLOX: Exceeding YOLO Series in 2021"; centre = (raw + cell) * stride,
    size = exp(raw) * stride.
    """

    defaults: ClassVar[dict[str, Any]] = {**BoxDecoder.defaults, 'strides': [8, 16, 32]}

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise one row per cell of the grids."""
        info = only(outputs, 3)
        if info is None or info.shape[2] is None or info.shape[2] < 6 or task_of(metadata):
            return None
        if info.name == YOLOV6:
            return None
        for strides in _STRIDES:
            cells = grid_cells(input_size, strides)
            if cells and info.shape[1] == cells:
                own = {} if strides is _STRIDES[0] else {'strides': list(strides)}
                return Recognition(LIKELY, own, (_DECODED,), info.shape[2] - 5)
        return None

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that there is one row per grid cell."""
        strides = self.options['strides']
        # before the grid is made, which has a row for each cell of each size
        valid = isinstance(strides, list) and 0 < len(strides) <= _MOST_STRIDES
        if not valid or not all(type(s) is int and s > 0 for s in strides):
            raise ConfigError(
                f'{self.spec.source}: decoder_options.strides',
                f'must be a list of at most {_MOST_STRIDES} cell sizes',
            )
        cells = len(self._grid()[0])
        shape = outputs[0].shape
        if len(shape) != 3 or shape[1] not in (cells, None) or (shape[2] or 6) < 6:
            raise self.misfit(f'one output 1x{cells}x(5+classes) for strides {strides}', outputs)
        self.check_labels(None if shape[2] is None else shape[2] - 5)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[0][0]
        quick = self.natively('decode_yolox', transform, raw, *self._grid())
        if quick is not None:
            return quick
        check_varies(raw, self.output_names[0])
        self._check_raw(raw[:, :2])
        objectness = np.ascontiguousarray(raw[:, 4])
        self.check_dense(objectness)
        # most cells are empty: decode only those that can pass the threshold
        alive = self.possible(objectness)
        scores, class_ids = best_class(raw[alive, 5:])
        scores = scores * objectness[alive]
        best = self.strongest(scores)
        alive = alive[best]
        raw = raw[alive]
        cells, strides = (part[alive] for part in self._grid())
        centres = (raw[:, :2] + cells) * strides
        sizes = np.exp(np.minimum(raw[:, 2:4], 10)) * strides
        boxes = centre_to_corners(np.concatenate([centres, sizes], axis=1))
        return self.select(boxes, scores[best], class_ids[best], transform)

    def _check_raw(self, centres: NDArray[np.float32]) -> None:
        """Check that centres are relative to their cell; :raises InvalidOutputError: if not."""
        if looks_decoded(centres, self._grid()):
            cause = 'yolox_decoded would fit'
            raise InvalidOutputError(self.output_names[0], 'decoded already', 'boxes', cause)

    def _grid(self) -> GridCells:
        spec = self.spec.input
        return grid_of(spec.width, spec.height, tuple(self.options['strides']))


def looks_raw(centres: NDArray[np.float32], grid: GridCells) -> bool:
    """
    Whether centres are relative to their cell rather than in pixels.

    :param centres: Nx2, of every cell, with an object or without
    :param grid: column and row of the cells, and their strides
    """
    in_pixels, relative = _distances(centres, grid)
    # all zeros are no answer
    return 0 < relative < in_pixels


def looks_decoded(centres: NDArray[np.float32], grid: GridCells) -> bool:
    """Whether centres are in pixels; the parameters are those of :func:`looks_raw`."""
    in_pixels, relative = _distances(centres, grid)
    return in_pixels < relative


def _distances(centres: NDArray[np.float32], grid: GridCells) -> tuple[float, float]:
    """
    Return how far centres are from their cells in pixels, if they are pixels, and if relative.

    Where there is no object a centre is near its cell as well.
    """
    cells, strides = grid
    in_pixels = float(np.abs(centres - (cells + 0.5) * strides).mean())
    return in_pixels, float(np.abs(centres).mean() * strides.mean())


DECODER = Yolox
