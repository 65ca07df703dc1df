# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Classification: what a picture shows, from a score for each class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.base import sigmoid
from edge_sched_ros.perception.decoders.metadata import class_names
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Classes

_ACTIVATIONS = ('softmax', 'sigmoid', 'none')
#: ImageNet-1k, the same with a background class, ImageNet-21k (two releases), Places365
_USUAL = (1000, 1001, 21841, 21843, 11221, 365)
_LOGITS = (
    'The graph does not tell whether its scores are logits (activation: softmax) or '
    'probabilities (none).'
)
#: how far a sum of probabilities may be from 1, of a few classes, whose logits may happen to have
#: such a sum, and of many: those of int8 networks are multiples of 1/256
_SUM_OF_FEW, _SUM = 0.002, 0.05
_FEW = 10


class Classification(Decoder):
    """
    Reads scores 1xC (or 1xCx1x1): logits, or probabilities with ``activation: none``.

    Networks for several labels at once need ``sigmoid``.
    """

    output = 'classification'
    #: number of pictures in a row whose scores may be probabilities already
    _in_a_row = 0
    defaults: ClassVar[dict[str, Any]] = {
        'top_k': 5,
        'activation': 'softmax',
        'score_threshold': 0.0,
    }
    ranges: ClassVar[dict[str, tuple[float, float]]] = {
        'top_k': (1, 1000),
        'score_threshold': (0.0, 1.0),
    }
    meanings: ClassVar[dict[str, str]] = {
        'top_k': 'Maximum number of classes of a result; the best are kept',
        'activation': 'What makes probabilities of the scores: softmax, sigmoid, or none',
        'score_threshold': 'Classes with a lower score are left out',
    }

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise one list of scores: by metadata, by names of classes, by a usual number."""
        classes = _classes(outputs[0].shape) if len(outputs) == 1 else None
        task = task_of(metadata)
        if classes is None or 'float' not in outputs[0].dtype or task not in ('', 'classify'):
            return None
        if task:
            # Ultralytics exports end with softmax (nn/modules/head.py, Classify)
            return Recognition(CERTAIN, {'activation': 'none'}, (), classes)
        known = classes in _USUAL or len(class_names(metadata)) == classes
        return Recognition(LIKELY if known else POSSIBLE, {}, (_LOGITS,), classes)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the first output is one list of scores."""
        if self.options['activation'] not in _ACTIVATIONS:
            raise self.bad_option('activation', f'must be one of {", ".join(_ACTIVATIONS)}')
        shape = outputs[0].shape
        classes = _classes(shape)
        open_size = len(shape) == 2 and shape[1] is None
        if classes is None and not open_size:
            raise self.misfit('one output 1xC with at least two classes', outputs)
        self.check_labels(classes)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Classes:
        """Return the classes of one picture."""
        name = self.output_names[0]
        raw = outputs[0].reshape(-1).astype(np.float32)
        check_varies(raw, name)
        check_scores(raw, name)
        scores = self._probabilities(raw)
        order = np.argsort(-scores, kind='stable')[: self.options['top_k']]
        order = order[scores[order] >= self.options['score_threshold']]
        return Classes(order.astype(np.int64), scores[order], self.labels)

    def _probabilities(self, raw: NDArray[np.float32]) -> NDArray[np.float32]:
        are = raw.min() >= -1e-3 and raw.max() <= 1.001
        if self.options['activation'] == 'none':
            if not are:
                problem = 'no probabilities (activation: none): are they logits (softmax)?'
                raise self._no(problem, 'softmax')
            return raw
        if are and abs(float(raw.sum()) - 1) < (_SUM if len(raw) > _FEW else _SUM_OF_FEW):
            raise self._no('probabilities already: set activation: none', 'none')
        if are and len(raw) > _FEW:
            problem = 'all from 0 to 1: are they probabilities (activation: none)?'
            raise self._no(problem, 'none')
        self._in_a_row = self._in_a_row + 1 if are else 0
        if self.options['activation'] == 'sigmoid':
            return sigmoid(raw)
        powers = np.exp(raw - raw.max())
        shares: NDArray[np.float32] = powers / powers.sum()
        return shares

    @property
    def doubt(self) -> str:
        """What is suspicious about the latest results; empty if nothing is."""
        if self._in_a_row < _FEW:
            return ''
        return 'all scores are from 0 to 1: are they probabilities already (activation: none)?'

    def _no(self, kind: str, activation: str) -> InvalidOutputError:
        options = {'activation': activation}
        return InvalidOutputError(self.output_names[0], kind, 'scores', options=options)


def _classes(shape: tuple[int | None, ...]) -> int | None:
    """Return the number of classes of one list of scores; ``None`` if it is none."""
    if len(shape) not in (2, 3, 4) or shape[0] not in (1, None):
        return None
    sizes = [size for size in shape[1:] if size != 1]
    return sizes[0] if len(sizes) == 1 and sizes[0] is not None else None


DECODER = Classification
