# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns candidate boxes into detections: threshold, suppression, source pixels."""

from __future__ import annotations

from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.values import check_boxes
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.results import Detections


class BoxDecoder(Decoder):
    """Decoders whose candidates are boxes with a score and a class."""

    output = 'detections'
    #: index of the output with the boxes
    _boxes = 0
    defaults: ClassVar[dict[str, Any]] = {
        'score_threshold': 0.3,
        'nms_iou': 0.5,
        'max_detections': 300,
    }
    ranges: ClassVar[dict[str, tuple[float, float]]] = {
        'score_threshold': (0.0, 1.0),
        'nms_iou': (0.0, 1.0),
        'max_detections': (1, 10_000),
    }
    meanings: ClassVar[dict[str, str]] = {
        'score_threshold': 'Detections with a lower score are left out',
        'nms_iou': 'Overlap (IoU) above which the box with the lower score is left out',
        'max_detections': 'Maximum number of detections; the best are kept',
    }

    def select(
        self,
        boxes_xyxy: NDArray[np.float32],
        scores: NDArray[np.float32],
        class_ids: NDArray[np.int64],
        transform: Transform,
        *,
        suppress: bool = True,
    ) -> Detections:
        """
        Return the best candidates in source pixels, best first.

        :param boxes_xyxy: Nx4 in the network's pixels
        :param suppress: whether to suppress overlapping boxes of one class
        :raises InvalidOutputError: when a score, or a box that is kept, is not a finite number
        """
        check_scores(scores, self.output_names[self._boxes])
        keep = np.flatnonzero(scores >= self.options['score_threshold'])
        boxes, scores, class_ids = boxes_xyxy[keep], scores[keep], class_ids[keep]
        check_boxes(boxes, self.output_names[self._boxes])
        best = np.argsort(-scores, kind='stable')
        if suppress and len(best):
            best = self._suppressed(boxes, scores, class_ids)
        best = best[: self.options['max_detections']]
        found = transform.to_source(boxes[best])
        # boxes completely in the padding have no size left
        real = (found[:, 2] > found[:, 0]) & (found[:, 3] > found[:, 1])
        return Detections(
            found[real].astype(np.float32),
            scores[best][real].astype(np.float32),
            class_ids[best][real].astype(np.int64),
            self.labels,
        )

    def _suppressed(
        self,
        boxes: NDArray[np.float32],
        scores: NDArray[np.float32],
        class_ids: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        import cv2

        # boxes of different classes are moved apart so that they do not suppress each other:
        # NMSBoxesBatched would do that, but Humble's OpenCV 4.5 does not have it
        apart = class_ids * (float(boxes.max()) - min(0.0, float(boxes.min())) + 1)
        corner_size = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        corner_size[:, :2] += apart[:, None]
        found = cv2.dnn.NMSBoxes(
            corner_size.astype(np.float64).tolist(),
            scores.tolist(),
            self.options['score_threshold'],
            self.options['nms_iou'],
        )
        kept = np.asarray(found, np.int64).reshape(-1)
        order: NDArray[np.int64] = kept[np.argsort(-scores[kept], kind='stable')]
        return order


def best_class(
    scores: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the greatest of each row of NxC and where it is."""
    class_ids = scores.argmax(axis=1)
    return scores[np.arange(len(scores)), class_ids], class_ids
