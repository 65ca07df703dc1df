# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""NanoDet: one output 1xNx(C+4*B) of classes and distributions of distances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.distances import distances_to_corners
from edge_sched_ros.perception.decoders.grids import grid_of
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Detections

#: strides of NanoDet-Plus, and of NanoDet before it
_PLUS, _BEFORE = (8, 16, 32, 64), (8, 16, 32)
#: bins of a distance: reg_max is 7 in the published networks, and 10 in some
_BINS = (8, 11)


class Nanodet(BoxDecoder):
    """
    Reads exports of RangiLyu/nanodet: class scores after the sigmoid, then 4 x B logits.

    NanoDet-Plus has strides 8, 16, 32 and 64, and points at the corners of cells; NanoDet has
    strides 8, 16 and 32, and points at the centres. Sources: nanodet/model/head/
    nanodet_plus_head.py and gfl_head.py (``_forward_onnx``, ``get_bboxes``). Option ``bins``: the
    bins of a distance, ``reg_max + 1``.
    """

    defaults: ClassVar[dict[str, Any]] = {**BoxDecoder.defaults, 'bins': 8}

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise a row for each cell, of the strides that the networks have."""
        info = only(outputs, 3)
        rows, columns = (None, None) if info is None else info.shape[1:]
        if rows is None or columns is None or input_size is None or columns <= 4 * _BINS[0]:
            return None
        if task_of(metadata) or rows not in _cells(input_size):
            return None
        plus = rows == _cells(input_size)[0]
        certainty = LIKELY if plus or columns == 80 + 4 * _BINS[0] else POSSIBLE
        return Recognition(certainty, {'bins': _BINS[0]}, (), columns - 4 * _BINS[0])

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that there is a row for each cell."""
        bins = self.options['bins']
        if not 1 < bins <= 64:
            raise self.bad_option('bins', f'must be from 2 to 64, not {bins}')
        shape = outputs[0].shape
        counts = _cells(self._input_size)
        known = len(shape) == 3 and shape[1] in (*counts, None)
        if not known or (shape[2] or 4 * bins + 1) <= 4 * bins:
            expected = f'one output 1x{counts[0]}x(classes+{4 * bins}), or with {counts[1]} rows'
            raise self.misfit(expected, outputs)
        self.check_labels(None if shape[2] is None else shape[2] - 4 * bins)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[0][0]
        check_varies(raw, self.output_names[0])
        table = raw[:, : raw.shape[1] - 4 * self.options['bins']]
        best = table.max(axis=1)
        self.check_dense(best)
        alive = self.strongest(best)
        scores, class_ids = best_class(table[alive])
        plus = len(raw) == _cells(self._input_size)[0]
        cells, strides = grid_of(*self._input_size, _PLUS if plus else _BEFORE, round_up=True)
        if len(cells) != len(raw):
            raise InvalidOutputError(self.output_names[0], f'{len(raw)} rows', 'boxes')
        points = (cells[alive] + (0.0 if plus else 0.5)) * strides[alive]
        boxes = distances_to_corners(points, raw[alive, table.shape[1] :], strides[alive])
        return self.select(boxes, scores, class_ids, transform)


def _cells(size: tuple[int, int]) -> tuple[int, int]:
    """Return the number of cells of NanoDet-Plus and of NanoDet."""
    plus, before = (len(grid_of(*size, one, round_up=True)[0]) for one in (_PLUS, _BEFORE))
    return plus, before


DECODER = Nanodet
