# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""SSD style: boxes and scores as separate outputs, optionally also classes and a count."""

from __future__ import annotations

from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.results import Detections

_ORDERS = ('xyxy', 'yxyx')


class Ssd(BoxDecoder):
    """
    Reads boxes 1xNx4 and scores 1xNxC (or 1xN with classes 1xN), in any order.

    Options: ``normalised`` (boxes are 0..1 instead of pixels), ``order`` (``xyxy`` or ``yxyx``),
    ``background`` (class 0 is no class), ``suppress`` (off if the network does it already).
    """

    defaults: ClassVar[dict[str, Any]] = {
        **BoxDecoder.defaults,
        'normalised': True,
        'order': 'xyxy',
        'background': True,
        'suppress': True,
    }

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Identify the outputs."""
        if self.options['order'] not in _ORDERS:
            raise ConfigError(
                f'{self.spec.source}: decoder_options.order', f'must be one of {_ORDERS}'
            )
        shapes = [info.shape for info in outputs]
        boxes = [i for i, shape in enumerate(shapes) if len(shape) == 3 and shape[2] == 4]
        tables = [i for i, shape in enumerate(shapes) if len(shape) == 3 and i not in boxes[:1]]
        lists = [i for i, shape in enumerate(shapes) if len(shape) == 2]
        if not boxes or not (tables or len(lists) >= 2):
            raise self.misfit('boxes 1xNx4 and scores 1xNxC (or scores 1xN, classes 1xN)', outputs)
        self._boxes = boxes[0]
        self._table = tables[0] if tables else None
        self._scores, self._classes = self._lists(outputs, lists) if not tables else (0, 0)

    @staticmethod
    def _lists(outputs: tuple[TensorInfo, ...], lists: list[int]) -> tuple[int, int]:
        """Distinguish scores from classes by name or type; else classes come first, as in TF."""
        for index in lists:
            info = outputs[index]
            if 'class' in info.name or 'label' in info.name or info.dtype.startswith('int'):
                others = [i for i in lists if i != index]
                named = [i for i in others if 'score' in outputs[i].name]
                return (named or others)[0], index
        return lists[1], lists[0]

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        boxes = outputs[self._boxes][0].astype(np.float32)
        if self._table is None:
            scores = outputs[self._scores][0].astype(np.float32)
            check_scores(scores, self.output_names[self._scores])
            class_ids = outputs[self._classes][0].astype(np.int64)
        else:
            table = outputs[self._table][0]
            check_scores(table, self.output_names[self._table])
            if self.options['suppress'] and len(table) > 1:
                # of a network that suppresses itself, zeros stand for no objects
                check_varies(boxes, self.output_names[self._boxes])
            scores, class_ids = best_class(table[:, 1:] if self.options['background'] else table)
        if self.options['order'] == 'yxyx':
            boxes = boxes[:, [1, 0, 3, 2]]
        if self.options['normalised']:
            spec = self.spec.input
            boxes = boxes * np.array([spec.width, spec.height] * 2, np.float32)
        return self.select(boxes, scores, class_ids, transform, suppress=self.options['suppress'])


DECODER = Ssd
