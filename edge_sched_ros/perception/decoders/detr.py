# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DETR style: class logits and normalised boxes per query, no suppression needed."""

from __future__ import annotations

from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.base import sigmoid
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.results import Detections

_ACTIVATIONS = ('softmax', 'sigmoid')


class Detr(BoxDecoder):
    """
    Reads logits 1xQxC and boxes 1xQx4 (centre x, centre y, width, height, 0..1).

    Option ``activation``: ``softmax`` with "no object" as the last class (Carion et al., 2020),
    or ``sigmoid`` without it (RT-DETR and Deformable DETR).
    """

    defaults: ClassVar[dict[str, Any]] = {**BoxDecoder.defaults, 'activation': 'softmax'}

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Identify the outputs."""
        if self.options['activation'] not in _ACTIVATIONS:
            raise ConfigError(
                f'{self.spec.source}: decoder_options.activation',
                f'must be one of {", ".join(_ACTIVATIONS)}',
            )
        queries = [i for i, info in enumerate(outputs) if len(info.shape) == 3]
        boxes = [i for i in queries if outputs[i].shape[2] == 4]
        logits = [i for i in queries if i not in boxes[:1]]
        # with four classes both have the same shape: names decide
        named = [i for i in boxes if 'box' in outputs[i].name]
        if not boxes or len(queries) < 2:
            raise self.misfit('logits 1xQxC and boxes 1xQx4', outputs)
        self._boxes = (named or boxes)[0]
        self._logits = next(i for i in logits + boxes if i != self._boxes)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        logits = outputs[self._logits][0].astype(np.float32)
        check_varies(logits, self.output_names[self._logits])
        check_scores(logits, self.output_names[self._logits])
        if self.options['activation'] == 'sigmoid':
            chances = sigmoid(logits)
        else:
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            chances = (powers / powers.sum(axis=1, keepdims=True))[:, :-1]
        scores, class_ids = best_class(chances)
        size = np.array([self.spec.input.width, self.spec.input.height] * 2, np.float32)
        boxes = centre_to_corners(outputs[self._boxes][0].astype(np.float32) * size)
        return self.select(boxes, scores, class_ids, transform, suppress=False)


DECODER = Detr
