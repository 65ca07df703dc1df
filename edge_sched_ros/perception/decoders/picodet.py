# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""PicoDet without its selection: scores and distances for each stride, or decoded boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.distances import distances_to_corners
from edge_sched_ros.perception.decoders.grids import grid_of
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.results import Detections

_STRIDES = (8, 16, 32, 64)


class Picodet(BoxDecoder):
    """
    Reads PaddleDetection's exports of PicoDet without NMS, in both forms.

    Without postprocessing: for each of the strides 8, 16, 32 and 64 scores 1xNxC and logits
    1xNx(4*B) of distances from the centres of the cells. With it, but ``export_nms`` off: boxes
    1xNx4 in pixels and scores 1xCxN. Source: PaddleDetection ppdet/modeling/heads/pico_head.py and
    deploy/third_engine. With its selection it is ``paddle_nms``.
    """

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise a pair of outputs for each stride."""
        levels = _levels(outputs, input_size)
        if levels is None:
            decoded = _decoded(outputs)
            if decoded is None:
                return None
            return Recognition(POSSIBLE, classes=outputs[decoded[1]].shape[1])
        return Recognition(LIKELY, classes=outputs[levels[0][0]].shape[2])

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Find the outputs of every stride, or the decoded ones."""
        self._levels = _levels(outputs, self._input_size)
        self._pair = _decoded(outputs)
        if self._levels is not None:
            self._scores = self._classes = self._levels[0][0]
            self.check_labels(outputs[self._scores].shape[2])
        elif self._pair is not None:
            self._boxes, self._scores = self._pair
            self._classes = self._scores
            self.check_labels(outputs[self._scores].shape[1])
        else:
            expected = 'scores 1xNxC and distances 1xNx(4*B) for each of the strides 8, 16, 32, 64'
            raise self.misfit(f'{expected}, or boxes 1xNx4 and scores 1xCxN', outputs)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        if self._levels is None:
            table, boxes = outputs[self._scores][0].T, outputs[self._boxes][0]
        else:
            table = np.concatenate([outputs[scores][0] for scores, _ in self._levels])
        check_varies(table, self.output_names[self._scores])
        best = table.max(axis=1)
        self.check_dense(best)
        alive = self.strongest(best)
        scores, class_ids = best_class(table[alive])
        if self._levels is None:
            found = boxes[alive].astype(np.float32)
        else:
            cells, strides = grid_of(*self._input_size, _STRIDES, round_up=True)
            bins = np.concatenate([outputs[index][0] for _, index in self._levels])[alive]
            points = (cells[alive] + 0.5) * strides[alive]
            found = distances_to_corners(points, bins, strides[alive])
        return self.select(found, scores, class_ids, transform)


def _levels(
    outputs: tuple[TensorInfo, ...], size: tuple[int, int] | None
) -> list[tuple[int, int]] | None:
    """Return the indices of scores and distances of each stride; ``None`` without them."""
    if size is None or len(outputs) != 2 * len(_STRIDES):
        return None
    if any(len(info.shape) != 3 or None in info.shape for info in outputs):
        return None
    found = []
    for stride in _STRIDES:
        cells = len(grid_of(*size, (stride,), round_up=True)[0])
        pair = [index for index, info in enumerate(outputs) if info.shape[1] == cells]
        if len(pair) != 2:
            return None
        found.append((pair[0], pair[1]))
    scores, distances = ({outputs[pair[at]].shape[2] for pair in found} for at in (0, 1))
    fits = len(scores) == len(distances) == 1 and (next(iter(distances)) or 1) % 4 == 0
    return found if fits else None


def _decoded(outputs: tuple[TensorInfo, ...]) -> tuple[int, int] | None:
    """Return the indices of boxes 1xNx4 and scores 1xCxN; ``None`` if they are not there."""
    if len(outputs) != 2 or any(len(info.shape) != 3 for info in outputs):
        return None
    for boxes, scores in ((0, 1), (1, 0)):
        count = outputs[boxes].shape[1]
        if outputs[boxes].shape[2] == 4 and count == outputs[scores].shape[2] != 4:
            return boxes, scores
    return None


DECODER = Picodet
