# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOX: one output 1xNx(5+C) of raw boxes per grid cell, objectness, classes."""

from __future__ import annotations

from functools import lru_cache
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
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.results import Detections

#: more than any export has
_MOST_STRIDES = 16


class Yolox(BoxDecoder):
    """
    Reads YOLOX exports without their own decoding (``--decode_in_inference`` off).

    Source: Ge et al., "YOLOX: Exceeding YOLO Series in 2021"; centre = (raw + cell) * stride,
    size = exp(raw) * stride.
    """

    defaults: ClassVar[dict[str, Any]] = {**BoxDecoder.defaults, 'strides': [8, 16, 32]}

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
        check_varies(raw, self.output_names[0])
        check_scores(raw[:, 4], self.output_names[0])
        # most cells are empty: decode only those that can pass the threshold
        alive = np.flatnonzero(raw[:, 4] >= self.options['score_threshold'])
        raw = raw[alive]
        cells, strides = (part[alive] for part in self._grid())
        scores, class_ids = best_class(raw[:, 5:])
        centres = (raw[:, :2] + cells) * strides
        sizes = np.exp(np.minimum(raw[:, 2:4], 10)) * strides
        boxes = centre_to_corners(np.concatenate([centres, sizes], axis=1))
        return self.select(boxes, scores * raw[:, 4], class_ids, transform)

    def _grid(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        spec = self.spec.input
        return _grid(spec.width, spec.height, tuple(self.options['strides']))


@lru_cache(maxsize=16)
def _grid(
    width: int, height: int, strides: tuple[int, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return column and row of every output row, Nx2, and its stride, Nx1."""
    cells, sizes = [], []
    for stride in strides:
        columns, rows = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        cells.append(np.stack([columns, rows], axis=-1).reshape(-1, 2))
        sizes.append(np.full((cells[-1].shape[0], 1), stride))
    return (
        np.concatenate(cells).astype(np.float32),
        np.concatenate(sizes).astype(np.float32),
    )


DECODER = Yolox
