# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DETR style: class logits and normalised boxes per query, no suppression needed."""

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
from edge_sched_ros.perception.decoders.base import sigmoid
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Detections

_ACTIVATIONS = ('softmax', 'sigmoid')
_NO_OBJECT = 'The graph does not tell whether its last class is "no object" (activation: softmax).'


class Detr(BoxDecoder):
    """
    Reads logits 1xQxC and boxes 1xQx4 (centre x, centre y, width, height, 0..1).

    Option ``activation``: ``softmax`` with "no object" as the last class (Carion et al., 2020),
    or ``sigmoid`` without it (RT-DETR and D-FINE of transformers, Deformable DETR). RF-DETR names
    them ``labels`` and ``dets`` (rfdetr.roboflow.com, exports/onnx): ``sigmoid``, and the last
    class is no object if there is one label less.
    """

    #: whether the last class stands for no object
    _last_is_none = False

    defaults: ClassVar[dict[str, Any]] = {**BoxDecoder.defaults, 'activation': 'softmax'}

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise the names that exporters of DETR and RT-DETR give logits and boxes."""
        if len(outputs) < 2 or any(len(info.shape) != 3 for info in outputs[:2]):
            return None
        boxes = [info for info in outputs if info.shape[2:] == (4,)]
        logits = [info for info in outputs if len(info.shape) == 3 and info not in boxes[:1]]
        if not boxes or not logits or logits[0].shape[1] != boxes[0].shape[1]:
            return None
        named = 'logits' in ' '.join(info.name for info in outputs)
        columns = logits[0].shape[2]
        if _of_rfdetr(outputs):
            columns = next(info for info in outputs if info.name == 'labels').shape[2]
            return Recognition(CERTAIN, {'activation': 'sigmoid'}, (), columns)
        softmax = columns in (92, 251)  # DETR of COCO and of COCO panoptic, with "no object"
        options = {'activation': 'softmax' if softmax else 'sigmoid'}
        classes = columns - 1 if softmax and columns is not None else columns
        doubts = () if softmax else (_NO_OBJECT,)
        certainty = CERTAIN if named else POSSIBLE
        return Recognition(certainty, options, doubts, classes)

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
        named = [i for i in boxes if 'box' in outputs[i].name or outputs[i].name == 'dets']
        if not boxes or len(queries) < 2:
            raise self.misfit('logits 1xQxC and boxes 1xQx4', outputs)
        self._boxes = (named or boxes)[0]
        self._logits = self._scores = next(i for i in logits + boxes if i != self._boxes)
        columns = outputs[self._logits].shape[2]
        self._last_is_none = self.options['activation'] == 'softmax'
        if columns is not None:
            self._check_count(columns)

    def _check_count(self, columns: int) -> None:
        """Check the number of labels; :raises ConfigError: also naming the other activation."""
        softmax = self.options['activation'] == 'softmax'
        # RF-DETR trained on other classes than COCO's keeps a last one for the background
        self._last_is_none = softmax or (
            _of_rfdetr(self._outputs) and len(self.labels) == columns - 1
        )
        if self._last_is_none and not softmax:
            return
        count, other = (columns - 1, columns) if softmax else (columns, columns - 1)
        if self.labels and len(self.labels) == other:
            right = 'sigmoid' if softmax else 'softmax'
            raise self.bad_option(
                'activation',
                f'must be {right} for {other} labels, {self.options["activation"]} has {count}',
            )
        self.check_labels(count)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        logits = outputs[self._logits][0].astype(np.float32)
        check_varies(logits, self.output_names[self._logits])
        check_scores(logits, self.output_names[self._logits])
        self.check_rows_agree(outputs[self._boxes][0], logits)
        if self.options['activation'] == 'sigmoid':
            # of chances from 0 to 1 a sigmoid makes 0.5 to 0.73
            self.check_dense(sigmoid(logits.max(axis=1)))
            chances = sigmoid(logits[:, :-1] if self._last_is_none else logits)
        else:
            self._check_logits(logits)
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            chances = (powers / powers.sum(axis=1, keepdims=True))[:, :-1]
        scores, class_ids = best_class(chances)
        size = np.array([self.spec.input.width, self.spec.input.height] * 2, np.float32)
        boxes = centre_to_corners(outputs[self._boxes][0].astype(np.float32) * size)
        return self.select(boxes, scores, class_ids, transform, suppress=False)

    def _check_logits(self, logits: NDArray[np.float32]) -> None:
        """Check that logits of a softmax are not the chances that one has made already."""
        if logits.min() >= 0 and logits.max() <= 1:
            cause = 'is a softmax applied twice? The graph must end before its own'
            name = self.output_names[self._logits]
            raise InvalidOutputError(name, 'all from 0 to 1', 'logits', cause)


def _of_rfdetr(outputs: tuple[TensorInfo, ...]) -> bool:
    return {'dets', 'labels'} <= {info.name for info in outputs} and all(
        len(info.shape) == 3 for info in outputs if info.name in ('dets', 'labels')
    )


DECODER = Detr
