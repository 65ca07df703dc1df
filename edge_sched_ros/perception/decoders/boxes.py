# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns candidate boxes into detections: threshold, suppression, source pixels."""

from __future__ import annotations

from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.native.forms import native_form
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.doubts import Places
from edge_sched_ros.perception.decoders.suppression import suppressed
from edge_sched_ros.perception.decoders.values import check_boxes
from edge_sched_ros.perception.decoders.values import check_pixels
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_shares
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.decoders.values import squashed_twice
from edge_sched_ros.perception.decoders.values import unlikely_chances
from edge_sched_ros.perception.results import Detections

#: methods that the native form of selecting stands for
_SELECTION = (
    'select',
    'choose',
    'strongest',
    'possible',
    'check_classes',
    'check_dense',
    'whole_classes',
)
#: classes as half-precision numbers are exact up to 2048
_FRACTION = 0.01


class BoxDecoder(Decoder):
    """Decoders whose candidates are boxes with a score and a class."""

    output = 'detections'
    #: names of the keypoints of a detection, in their order
    keypoint_names: tuple[str, ...] = ()
    #: indices of the outputs with boxes, scores and class ids
    _boxes = 0
    _scores = 0
    _classes = 0
    #: what may cause impossible class ids
    _class_cause = 'are the labels of another network, or is it the wrong decoder?'
    defaults: ClassVar[dict[str, Any]] = {
        'score_threshold': 0.3,
        'nms_iou': 0.5,
        'max_detections': 300,
        # as Detectron2 and MMDetection (PRE_NMS_TOPK, nms_pre): suppression compares all pairs,
        # and more than this many overlapping candidates only stand for a threshold near zero
        'max_candidates': 1000,
    }
    ranges: ClassVar[dict[str, tuple[float, float]]] = {
        'score_threshold': (0.0, 1.0),
        'nms_iou': (0.0, 1.0),
        'max_detections': (1, 10_000),
        'max_candidates': (1, 100_000),
    }
    meanings: ClassVar[dict[str, str]] = {
        'score_threshold': 'Detections with a lower score are left out',
        'nms_iou': 'Overlap (IoU) above which the box with the lower score is left out',
        'max_detections': 'Maximum number of detections; the best are kept',
        'max_candidates': 'Maximum number of boxes that are compared to find overlapping ones; '
        'those with the best scores are',
    }

    def __init__(
        self, spec: NetworkSpec, outputs: tuple[TensorInfo, ...], options: dict[str, Any]
    ) -> None:
        self.places = Places()
        #: the last limits for the native form, and what they are of
        self._last_limits: tuple[Any, Any, tuple[float, ...]] = (None, None, ())
        #: the native form; ``None`` without one, or where a subclass selects otherwise
        self._native = native_form(type(self), BoxDecoder, _SELECTION)
        super().__init__(spec, outputs, options)

    def select(
        self,
        boxes_xyxy: NDArray[np.float32],
        scores: NDArray[np.float32],
        class_ids: NDArray[np.int64],
        transform: Transform,
        *,
        suppress: bool = True,
        keypoints: NDArray[np.float32] | None = None,
    ) -> Detections:
        """
        Return the best candidates in source pixels, best first.

        :param boxes_xyxy: Nx4 in the network's pixels
        :param suppress: whether to suppress overlapping boxes of one class
        :param keypoints: NxKx3, x and y in the network's pixels, and score
        :raises InvalidOutputError: when a score is not a chance, a box or keypoint that is kept is
            not a finite number, or its class has no name
        """
        if keypoints is None:
            candidates = boxes_xyxy, scores, class_ids, suppress
            quick = self.natively('select_boxes', transform, *candidates)
            if quick is not None:
                return quick
        rows = self.choose(boxes_xyxy, scores, class_ids, suppress=suppress)
        found = transform.to_source(boxes_xyxy[rows])
        # boxes completely in the padding have no size left
        real = (found[:, 2] > found[:, 0]) & (found[:, 3] > found[:, 1])
        rows, found = rows[real], found[real]
        if keypoints is not None:
            check_boxes(keypoints[rows], self.output_names[self._boxes], 'keypoints')
        return Detections(
            found.astype(np.float32),
            scores[rows].astype(np.float32),
            class_ids[rows].astype(np.int64),
            self.labels,
            keypoints=None if keypoints is None else _in_source(keypoints[rows], transform),
            keypoint_names=self.keypoint_names,
        )

    def natively(self, kernel: str, transform: Transform, *values: Any) -> Detections | None:
        """
        Return what a function of the native module makes of candidates.

        :param kernel: name of the function
        :param values: what it gets before the limits
        :returns: ``None`` without the module, for arrays of types that it does not read, and where
            the checks in Python say what is wrong
        """
        if self._native is None:
            return None
        made = getattr(self._native, kernel)(*values, self._limits(transform))
        if made is None:
            return None
        boxes, scores, class_ids, places = made
        self.places = self.places.counted(*places)
        names = self.keypoint_names
        return Detections(boxes, scores, class_ids, self.labels, keypoint_names=names)

    def _limits(self, way: Transform) -> tuple[float, ...]:
        """Return options and sizes in the order of the native module."""
        options, picture = self.options, self.spec.input
        of_options, of_way, limits = self._last_limits
        # a change of options replaces them, and pictures of one size have one transform
        if of_options is options and of_way is way:
            return limits
        limits = (
            options['score_threshold'],
            options['nms_iou'],
            options['max_detections'],
            options['max_candidates'],
            len(self.labels),
            picture.width,
            picture.height,
            way.scale_x,
            way.scale_y,
            way.offset_x,
            way.offset_y,
            way.source_width,
            way.source_height,
        )
        self._last_limits = options, way, limits
        return limits

    def choose(
        self,
        boxes_xyxy: NDArray[np.float32],
        scores: NDArray[np.float32],
        class_ids: NDArray[np.int64],
        *,
        suppress: bool = True,
    ) -> NDArray[np.intp]:
        """
        Return the rows of the candidates to keep, best first.

        The parameters and errors are those of :meth:`select`.
        """
        self.check_rows_agree(boxes_xyxy, scores, class_ids)
        keep = self.strongest(scores)
        boxes, scores, class_ids = boxes_xyxy[keep], scores[keep], class_ids[keep]
        check_boxes(boxes, self.output_names[self._boxes])
        self.check_classes(class_ids)
        if suppress and len(keep):
            best = self._suppressed(boxes, class_ids)
            keep, boxes = keep[best], boxes[best]
        most = self.options['max_detections']
        size = (self.spec.input.width, self.spec.input.height)
        # single boxes may lie anywhere, but many outside the picture are a doubt
        self.places = self.places.after(boxes[:most], size)
        return keep[:most]

    @property
    def doubt(self) -> str:
        """What is suspicious about the latest results; empty if nothing is."""
        return self.places.doubt

    def whole_classes(self, classes: NDArray[Any]) -> NDArray[np.int64]:
        """
        Return class ids that a network gives as numbers.

        :raises InvalidOutputError: when one is not a finite number, or has a fraction
        """
        name = self.output_names[self._classes]
        if not np.isfinite(classes).all():
            kind = 'NaN' if np.isnan(classes).any() else 'infinite'
            raise InvalidOutputError(name, kind, 'classes')
        found: NDArray[np.int64] = np.rint(classes).astype(np.int64)
        if not (np.abs(found - classes) < _FRACTION).all():
            raise InvalidOutputError(name, 'not whole numbers', 'classes', self.likely_cause())
        return found

    def check_dense(self, scores: NDArray[np.float32]) -> None:
        """
        Check the scores of a head with one for every place of the picture, most of them empty.

        :param scores: N, the best of each place
        :raises InvalidOutputError: when they are those of two sigmoids, one after the other
        """
        if problem := squashed_twice(scores):
            name = self.output_names[self._scores]
            raise InvalidOutputError(name, problem, 'scores', 'is a sigmoid applied twice?')

    def possible(self, scores: NDArray[np.float32]) -> NDArray[np.intp]:
        """
        Return the candidates whose score, or a factor of it, passes the threshold, in order.

        :raises InvalidOutputError: when one is not a finite number, or cannot be a chance
        """
        name = self.output_names[self._scores]
        if scores.dtype == np.bool_:
            raise InvalidOutputError(name, 'truth values, not numbers', 'scores')
        check_scores(scores, name)
        if problem := unlikely_chances(scores):
            raise InvalidOutputError(name, problem, 'scores', self.likely_cause())
        return np.flatnonzero(scores >= self.options['score_threshold'])

    def strongest(self, scores: NDArray[np.float32]) -> NDArray[np.intp]:
        """
        Return the candidates that pass the threshold, best first, at most ``max_candidates``.

        Of equal scores the first are better.

        :param scores: N, the best of each candidate
        :raises InvalidOutputError: when one is not a finite number, or cannot be a chance
        """
        keep = self.possible(scores)
        most = self.options['max_candidates']
        if len(keep) > most:
            keep = keep[_greatest(scores[keep], most)]
        return keep[np.argsort(-scores[keep], kind='stable')]

    def in_pixels(
        self, boxes: NDArray[np.float32], scores: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """
        Return boxes in pixels of the input, of a decoder with the option ``normalised``.

        :param boxes: Nx4 (x0, y0, x1, y1) as the network gives them
        :param scores: N
        :raises InvalidOutputError: when those that pass the threshold are in the other unit
        """
        name, likely = self.output_names[self._boxes], boxes[self.possible(scores)]
        if not self.options['normalised']:
            check_pixels(likely, name)
            return boxes
        check_shares(likely, name, {'normalised': False})
        return boxes * np.array(self._input_size * 2, np.float32)

    def check_rows_agree(self, boxes: NDArray[Any], *others: NDArray[Any]) -> None:
        """
        Check that what belongs to boxes has a row for each.

        :raises InvalidOutputError: when it has more or fewer
        """
        rows = [len(one) for one in others]
        if any(count != len(boxes) for count in rows):
            told = ' and '.join(map(str, rows))
            raise InvalidOutputError(
                self.output_names[self._boxes],
                f'{len(boxes)} for {told} scores or classes',
                'boxes',
                self.likely_cause(),
            )

    def check_classes(self, class_ids: NDArray[np.int64]) -> None:
        """Check that detected classes have names, where the YAML has names."""
        if not len(class_ids):
            return
        least, most = int(class_ids.min()), int(class_ids.max())
        if least < 0 or (self.labels and most >= len(self.labels)):
            name = self.output_names[self._classes]
            kind = f'{least} to {most}, the YAML has {len(self.labels)} labels'
            raise InvalidOutputError(name, kind, 'classes', self._class_cause)

    def _suppressed(
        self,
        boxes: NDArray[np.float32],
        class_ids: NDArray[np.int64],
    ) -> NDArray[np.intp]:
        """Return the rows that no better box of their class overlaps, of rows best first."""
        # boxes of different classes are moved apart so that they do not suppress each other:
        # NMSBoxesBatched would do that, but Humble's OpenCV 4.5 does not have it
        apart = class_ids * (float(boxes.max()) - min(0.0, float(boxes.min())) + 1)
        moved = boxes.astype(np.float64) + apart[:, None]
        most = self.options['max_detections']
        return suppressed(moved, self.options['nms_iou'], most=most)


def _greatest(scores: NDArray[np.float32], most: int) -> NDArray[np.intp]:
    """Return where the greatest of more than ``most`` scores are, the first of equal ones."""
    least = np.partition(scores, len(scores) - most)[len(scores) - most]
    above = scores > least
    equal = np.flatnonzero(scores == least)[: most - np.count_nonzero(above)]
    above[equal] = True
    return np.flatnonzero(above)


def _in_source(keypoints: NDArray[np.float32], transform: Transform) -> NDArray[np.float32]:
    """Return NxKx3 keypoints in source pixels; they may lie outside the source."""
    found = keypoints.astype(np.float32)
    found[..., 0] = (found[..., 0] - transform.offset_x) / transform.scale_x
    found[..., 1] = (found[..., 1] - transform.offset_y) / transform.scale_y
    return found


def best_class(
    scores: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the greatest of each row of NxC and where it is."""
    class_ids = scores.argmax(axis=1)
    return scores[np.arange(len(scores)), class_ids], class_ids
