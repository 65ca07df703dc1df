# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""SSD style: boxes and scores as separate outputs, optionally also classes and a count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Detections

_ORDERS = ('xyxy', 'yxyx')
#: in names of outputs
_SCORES, _CLASSES = ('score', 'conf', 'prob'), ('class', 'label')
_BACKGROUND = 'The graph does not tell whether class 0 is no class.'
_ARRANGEMENT = (
    'The graph does not tell order and unit of its boxes, and whether class 0 is no class.'
)


class Ssd(BoxDecoder):
    """
    Reads boxes 1xNx4 and scores 1xNxC (or 1xN with classes 1xN), in any order.

    Of TensorFlow's exports with 4 or 8 outputs it reads ``detection_boxes``, ``detection_scores``
    and ``detection_classes``, whose ids begin with 1 (models/research/object_detection,
    exporter_lib_v2.py, ``label_id_offset``). Exports of torchvision have no batch: Nx4, N and N.

    Options: ``normalised`` (boxes are 0..1 instead of pixels), ``order`` (``xyxy`` or ``yxyx``),
    ``background`` (class 0 is no class), ``suppress`` (off if the network does it already).
    """

    lists_objects = True
    #: whether it is known which of two lists has the scores
    _told = True

    defaults: ClassVar[dict[str, Any]] = {
        **BoxDecoder.defaults,
        'normalised': True,
        'order': 'xyxy',
        'background': True,
        'suppress': True,
    }
    _class_cause = 'if class 0 is a class, set background: false'

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise the names of TensorFlow's and torchvision's exporters."""
        words = ' '.join(info.name.lower() for info in outputs)
        if 'detection_boxes' in words and 'detection_classes' in words and 'num_det' in words:
            if any(info.dtype.startswith('int') for info in outputs):
                return None  # TensorRT's, whose counts and classes are integers
            return Recognition(CERTAIN, {'order': 'yxyx', 'suppress': False})
        boxes = [info for info in outputs if info.shape[-1:] == (4,) and len(info.shape) in (2, 3)]
        if not boxes or 'box' not in words or 'scores' not in words:
            return None
        flat = len(boxes[0].shape) == 2
        if flat and 'labels' in words:
            return Recognition(LIKELY, {'normalised': False, 'suppress': False}, (_BACKGROUND,))
        if 'labels' in words and len(boxes) == len([i for i in outputs if len(i.shape) == 3]):
            return Recognition(LIKELY, {'suppress': False}, (_BACKGROUND,))
        tables = [info for info in outputs if len(info.shape) == 3 and info not in boxes[:1]]
        if flat or not tables or tables[0].shape[1] != boxes[0].shape[1]:
            return None
        columns = tables[0].shape[2]
        classes = None if columns is None else columns - 1
        return Recognition(LIKELY, {}, (_ARRANGEMENT,), classes)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Identify the outputs."""
        if self.options['order'] not in _ORDERS:
            raise ConfigError(
                f'{self.spec.source}: decoder_options.order', f'must be one of {_ORDERS}'
            )
        self._table: int | None = None
        if not (self._find_named(outputs) or self._find(outputs, 1) or self._find(outputs, 0)):
            raise self.misfit('boxes 1xNx4 and scores 1xNxC (or scores 1xN, classes 1xN)', outputs)
        if self._table is not None:
            self._scores = self._classes = self._table
            columns = outputs[self._table].shape[-1]
            background = bool(self.options['background'])
            if columns is not None and columns <= background:
                raise self.bad_option(
                    'background', f'is true, scores with {columns} columns have no class then'
                )
            self._check_count(None if columns is None else columns - background)

    def _check_count(self, classes: int | None) -> None:
        """Check the number of labels; :raises ConfigError: naming ``background`` if that fits."""
        background = bool(self.options['background'])
        if classes is not None and self.labels:
            other = classes + 1 if background else classes - 1
            if len(self.labels) == other:
                raise self.bad_option(
                    'background',
                    f'is {str(background).lower()}: {classes} classes; for the {other} labels it '
                    f'must be {str(not background).lower()}',
                )
        self.check_labels(classes)

    def _find_named(self, outputs: tuple[TensorInfo, ...]) -> bool:
        """Find what TensorFlow names ``detection_...`` among raw boxes and other tables."""
        found = {}
        for index, info in enumerate(outputs):
            for part in ('boxes', 'scores', 'classes'):
                if (
                    info.name.split(':')[0].endswith(f'detection_{part}')
                    and 'raw' not in info.name
                ):
                    found[part] = index
        if len(found) < 3:
            return False
        self._boxes, self._scores, self._classes = (
            found['boxes'],
            found['scores'],
            found['classes'],
        )
        return True

    def _find(self, outputs: tuple[TensorInfo, ...], batch: int) -> bool:
        """
        Find the outputs by their shapes.

        :param batch: 1 for outputs with a batch, 0 for those without
        """
        shapes = [info.shape for info in outputs]
        wide = 2 + batch
        boxes = [i for i, shape in enumerate(shapes) if len(shape) == wide and shape[-1] == 4]
        if not boxes:
            return False
        count = shapes[boxes[0]][-2]
        tables = [
            i
            for i, shape in enumerate(shapes)
            if len(shape) == wide and i not in boxes[:1] and _agree(shape[-2], count)
        ]
        lists = [i for i, shape in enumerate(shapes) if len(shape) == wide - 1]
        if not tables and len(lists) < 2:
            return False
        self._boxes = boxes[0]
        if tables:
            self._table = tables[0]
        else:
            of_boxes = [i for i in lists if _agree(shapes[i][-1], count)]
            self._scores, self._classes = self._lists(
                outputs, of_boxes if len(of_boxes) > 1 else lists
            )
        return True

    def _lists(self, outputs: tuple[TensorInfo, ...], lists: list[int]) -> tuple[int, int]:
        """Distinguish scores from classes by name or type, or leave it to their values."""
        names = {index: outputs[index].name.lower() for index in lists}
        scores = [i for i in lists if any(word in names[i] for word in _SCORES)]
        classes = [i for i in lists if outputs[i].dtype.startswith('int')] or [
            i for i in lists if any(word in names[i] for word in _CLASSES) and i not in scores
        ]
        self._told = bool(scores or classes)
        if not classes:
            classes = [i for i in lists if i not in scores[:1]]
        scores = [i for i in scores if i != classes[0]] or [i for i in lists if i != classes[0]]
        return scores[0], classes[0]

    def _tell_apart(self, outputs: list[NDArray[Any]]) -> None:
        """
        Find which of two lists that nothing names has the classes: the one of whole numbers.

        :raises InvalidOutputError: when this picture does not tell, and it matters
        """
        if self._told:
            return
        likely = [_like_classes(outputs[index]) for index in (self._classes, self._scores)]
        if likely[0] == likely[1] > 1:
            raise InvalidOutputError(
                self.output_names[self._classes],
                f"as much like classes as those in '{self.output_names[self._scores]}'",
                cause='name the outputs "scores" and "classes" in the graph',
            )
        if likely[1] > likely[0]:
            self._scores, self._classes = self._classes, self._scores
        # nothing but zeros, as without objects, may be either
        self._told = 0 in likely or 3 in likely

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        boxes = outputs[self._boxes].reshape(-1, 4).astype(np.float32, copy=False)
        background = bool(self.options['background'])
        if self._table is None:
            self._tell_apart(outputs)
            scores = outputs[self._scores].reshape(-1).astype(np.float32)
            class_ids = self.whole_classes(outputs[self._classes].reshape(-1)) - background
            self.check_rows_agree(boxes, scores, class_ids)
        else:
            table = outputs[self._table]
            table = table.reshape(-1, table.shape[-1])
            self.check_rows_agree(boxes, table)
            if self.options['suppress'] and len(table) > 1:
                # of a network that suppresses itself, zeros stand for no objects
                check_varies(boxes, self.output_names[self._boxes])
            scores, class_ids = best_class(table[:, 1:] if background else table)
        if self.options['order'] == 'yxyx':
            boxes = boxes[:, [1, 0, 3, 2]]
        boxes = self.in_pixels(boxes, scores)
        return self.select(boxes, scores, class_ids, transform, suppress=self.options['suppress'])


def _agree(one: int | None, other: int | None) -> bool:
    return one == other or None in (one, other)


def _like_classes(values: NDArray[Any]) -> int:
    """Return how much values look like classes: fractions 0, zeros 1, others 2, above one 3."""
    if not (np.isfinite(values) & (values == np.rint(values))).all():
        return 0
    if not values.any():
        return 1
    return 3 if values.max() > 1 else 2


DECODER = Ssd
