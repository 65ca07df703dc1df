# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Semantic segmentation: the class of every pixel, from a score for each class or from ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.metadata import class_names
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.planes import has_proportions
from edge_sched_ros.perception.decoders.planes import window_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.score_planes import best_planes
from edge_sched_ros.perception.decoders.score_planes import class_axis
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.decoders.values import only_whole_numbers
from edge_sched_ros.perception.results import ClassMap

_ACTIVATIONS = ('softmax', 'sigmoid', 'none')
#: pixels compared, of which logits would have to be probabilities by chance
_SAMPLES = 64
#: in data sets such as Cityscapes: a pixel that belongs to no class
_IGNORED = 255
_NEEDS = (
    'scores 1xCxHxW (or 1xHxWxC), or integer class ids 1xHxW, as large as its input or smaller'
)
#: in names of outputs that are maps of something else
_OTHERS = ('heatmap', 'keypoint', 'flow', 'normal', 'feature', 'embed')
_ONE_CLASS = 'The graph does not tell whether its only class is scored by logits or probabilities.'
_LOGITS = 'The graph does not tell whether its values are logits or probabilities.'


class Segmentation(Decoder):
    """
    Reads scores 1xCxHxW (or 1xHxWxC), or ids 1xHxW, 1x1xHxW or 1xHxWx1 of an integer type.

    A single class of scores stands for "not it" (0) and "it" (1), with ``threshold`` between. The
    class of the highest score wins, so ``activation`` matters only for a single class and for the
    confidence; softmax is not applied to what are probabilities already. Ids of 255 belong to no
    class. Padding of a letterboxed input is cut off.
    """

    output = 'segmentation'
    defaults: ClassVar[dict[str, Any]] = {
        'activation': 'softmax',
        'threshold': 0.5,
        'send_confidence': False,
    }
    ranges: ClassVar[dict[str, tuple[float, float]]] = {'threshold': (0.0, 1.0)}
    meanings: ClassVar[dict[str, str]] = {
        'activation': 'What makes probabilities of the scores: softmax, sigmoid (single class), '
        'or none if they are probabilities',
        'threshold': 'Minimum probability of the only class of a network with a single class',
        'send_confidence': 'Whether a device of a coordinator sends the confidence with each '
        'answer: a byte for each pixel',
    }

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise a picture of scores or of class ids, by its shape and type."""
        # of several outputs the first is the result: others help in training
        info, task = (outputs[0] if outputs else None), task_of(metadata)
        if info is None or task not in ('', 'semantic'):
            return None
        names, ids = class_names(metadata), _is_ids(info)
        shape = _map_shape(info, input_size)
        if shape is None or not (ids or 'float' in info.dtype):
            return None
        sure = CERTAIN if task else LIKELY
        if ids:
            return Recognition(sure, classes=len(names) or None)
        classes = info.shape[class_axis(info.shape, input_size)]
        name = info.name.lower()
        if classes in (1, None) and 'sigmoid' in name:
            # Paddle names an output by the operator that makes it
            return Recognition(sure, {'activation': 'none'}, (_ONE_CLASS,), 2)
        if classes == 1:
            # as like depth as the mask of an object
            return Recognition(
                CERTAIN if task else POSSIBLE, {'activation': 'sigmoid'}, (_ONE_CLASS,), 2
            )
        if not task and _may_be_else(outputs, classes, input_size):
            sure = POSSIBLE
        return Recognition(sure, {}, (_LOGITS,), classes)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the first output is a map with the proportions of the input."""
        if self.options['activation'] not in _ACTIVATIONS:
            raise self.bad_option('activation', f'must be one of {", ".join(_ACTIVATIONS)}')
        info, size = outputs[0], (self.spec.input.width, self.spec.input.height)
        self._ids = _is_ids(info)
        if _map_shape(info, size) is None or not (self._ids or 'float' in info.dtype):
            raise self.misfit(_NEEDS, outputs)
        if self._ids:
            return
        self._axis = class_axis(info.shape, size)
        classes = info.shape[self._axis]
        self.check_labels(2 if classes == 1 else classes)
        if classes not in (1, None) and self.options['activation'] == 'sigmoid':
            raise self.bad_option(
                'activation', f'sigmoid is for a single class, {self.spec.file.name} has {classes}'
            )

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> ClassMap:
        """Return the classes of one picture."""
        raw = outputs[0]
        if self._ids:
            return self._placed(self._class_ids(raw), None, transform)
        scores = raw[0] if self._axis == 1 else raw[0].transpose(2, 0, 1)
        check_varies(scores, self.output_names[0])
        best, ids = best_planes(scores)
        check_scores(best, self.output_names[0])
        if len(scores) == 1:
            self._check_one(scores[0], best)
        self._check_activation(scores, best)
        if len(scores) == 1:
            ids = (best >= self._limit()).astype(np.uint8)
        return self._placed(ids, scores, transform)

    def _limit(self) -> float:
        """Return the least score of a single class that counts."""
        least = float(self.options['threshold'])
        if self.options['activation'] == 'none':
            return least
        with np.errstate(divide='ignore'):
            return float(np.log(least) - np.log1p(-least))

    def _check_one(self, plane: NDArray[Any], best: NDArray[Any]) -> None:
        """Check that a plane does not hold the ids of several classes as fractions."""
        if plane.min() >= 0 and best.max() > 1.001 and only_whole_numbers(plane):
            cause = 'are they class ids? The graph must give them as integers'
            raise InvalidOutputError(self.output_names[0], 'whole numbers', 'scores', cause)

    def _check_activation(self, scores: NDArray[Any], best: NDArray[Any]) -> None:
        """Check that scores are what the activation says."""
        none = self.options['activation'] == 'none'
        if not none and len(scores) > 1:
            return
        are = best.max() <= 1.001 and scores[0].min() >= -0.001
        if none and not are:
            problem, cause = 'no probabilities (activation: none)', 'are they logits?'
            options = {'activation': 'sigmoid' if len(scores) == 1 else 'softmax'}
            raise InvalidOutputError(self.output_names[0], problem, 'scores', cause, options)
        if are and not none:
            # whatever is above zero would be the object: everywhere
            problem = 'from 0 to 1 everywhere'
            cause = 'are they probabilities (activation: none)?'
            options = {'activation': 'none'}
            raise InvalidOutputError(self.output_names[0], problem, 'scores', cause, options)

    def _class_ids(self, raw: NDArray[Any]) -> NDArray[Any]:
        """Return ids as HxW, checked."""
        if not raw.size:
            raise InvalidOutputError(self.output_names[0], 'empty')
        height, width = _map_shape_of(raw.shape)
        plane = raw.reshape(height, width)
        named, least = len(self.labels), int(plane.min())
        most = int(plane.max())
        if named and most >= named:
            # rarely, so that looking again costs nothing
            most = int(plane[plane != _IGNORED].max(initial=0))
        if least < 0 or most > 65535 or (named and most >= named):
            known = f', {named} labels' if named else ''
            raise InvalidOutputError(
                self.output_names[0], f'impossible: {least} to {most}{known}', 'class ids'
            )
        return plane.astype(np.uint8 if int(plane.max()) <= 255 else np.uint16)

    def _placed(
        self, ids: NDArray[Any], scores: NDArray[Any] | None, transform: Transform
    ) -> ClassMap:
        size = (self.spec.input.width, self.spec.input.height)
        if not has_proportions(ids.shape[0], ids.shape[1], size):
            # the graph had left it open
            kind = f'{ids.shape[0]}x{ids.shape[1]}, not of the proportions of the input'
            raise InvalidOutputError(self.output_names[0], kind, 'maps')
        part = window_of((ids.shape[1], ids.shape[0]), size, transform)
        rows, columns = slice(part.y0, part.y1), slice(part.x0, part.x1)
        return ClassMap(
            ids[rows, columns],
            *part.place,
            self.labels,
            None if scores is None else scores[:, rows, columns],
            self.options['activation'] != 'none'
            and not (scores is not None and _are_shares(scores)),
            sends_confidence=bool(self.options['send_confidence']),
        )


def _are_shares(scores: NDArray[Any]) -> bool:
    """Whether scores, CxHxW, are probabilities that softmax has made already."""
    some = scores.reshape(len(scores), -1)
    some = some[:, :: max(1, some.shape[1] // _SAMPLES)].astype(np.float32)
    return bool(some.min() >= 0 and np.allclose(some.sum(axis=0), 1, atol=1e-2))


def _may_be_else(
    outputs: tuple[TensorInfo, ...], classes: int | None, input_size: tuple[int, int] | None
) -> bool:
    """Whether planes may as well be something other than scores of classes."""
    name, shape = outputs[0].name.lower(), outputs[0].shape
    # heads of detectors are planes of several or of coarse resolutions; three may be a picture
    several = any(len(one.shape) == 4 and one.shape[2:] != shape[2:] for one in outputs)
    sizes = [size for size in shape[1:] if size is not None and size != classes]
    coarse = bool(input_size and sizes) and 8 * max(sizes) < max(input_size or (0,))
    return classes in (None, 3) or several or coarse or any(word in name for word in _OTHERS)


def _is_ids(info: TensorInfo) -> bool:
    return 'int' in info.dtype or info.dtype == 'bool'


def _map_shape(
    info: TensorInfo, input_size: tuple[int, int] | None
) -> tuple[int | None, int | None] | None:
    """Return height and width of a map of one picture; ``None`` if the output is none."""
    shape = info.shape
    if shape[:1] not in ((1,), (None,)):
        return None
    if _is_ids(info):
        if len(shape) == 4 and 1 not in (shape[1], shape[3]):
            return None
        plane = _map_shape_of(shape)
    elif len(shape) == 4:
        axis = class_axis(shape, input_size)
        plane = (shape[2], shape[3]) if axis == 1 else (shape[1], shape[2])
    else:
        return None
    fits = len(plane) == 2 and has_proportions(*plane, input_size)
    return (plane[0], plane[1]) if fits else None


def _map_shape_of(shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return height and width of class ids."""
    if len(shape) == 4:
        return (shape[2], shape[3]) if shape[1] == 1 else (shape[1], shape[2])
    return shape[1:]


DECODER = Segmentation
