# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv8-pose, 11-pose, 26-pose: boxes with keypoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.metadata import keypoint_shape
from edge_sched_ros.perception.decoders.metadata import suppresses
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import grid_cells
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.ultralytics_rows import is_selected
from edge_sched_ros.perception.decoders.ultralytics_rows import may_be_dense
from edge_sched_ros.perception.decoders.ultralytics_rows import SELECTED
from edge_sched_ros.perception.decoders.ultralytics_rows import UltralyticsRows
from edge_sched_ros.perception.decoders.ultralytics_rows import UNKNOWN_COUNT
from edge_sched_ros.perception.results import Detections

_BOX = 4
#: of a person, in COCO
_PERSON = 17
_OTHER_ROWS = 'Some rows may be classes instead of keypoints: no metadata tells.'


class YoloPose(UltralyticsRows):
    """
    Reads boxes, classes and K keypoints of three numbers (x, y, score) or two (x, y).

    There are as many classes as labels, or one; ``keypoints`` may give K instead. Keypoints may
    lie outside the picture.
    """

    extras = ('keypoints',)
    defaults: ClassVar[dict[str, Any]] = {
        **BoxDecoder.defaults,
        'keypoints': 0,
        'keypoint_values': 3,
        'keypoint_names': [],
    }
    meanings: ClassVar[dict[str, str]] = {
        **BoxDecoder.meanings,
        'keypoints': 'Number of keypoints; 0 for all rows after those of labels, or of one class',
        'keypoint_values': 'Numbers of a keypoint: 3 (x, y, score) or 2 (x, y; its score is 1)',
        'keypoint_names': 'Names of the keypoints, in their order',
    }

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise rows of keypoints by metadata, or those of people by their number."""
        info, task = only(outputs, 3), task_of(metadata)
        if info is None or task not in ('', 'pose'):
            return None
        selected = is_selected(info) or suppresses(metadata)
        rows = info.shape[2] if selected else info.shape[1]
        if rows is None:
            return Recognition(CERTAIN) if task else None
        told = keypoint_shape(metadata)
        if task and told is not None:
            count, each = told
            options = {'keypoints': count, 'keypoint_values': each}
            classes = None if selected else rows - _BOX - count * each
            return Recognition(CERTAIN, options, (), classes)
        rest = rows - (SELECTED if selected else _BOX + 1)
        if rest < 2 or not (selected or may_be_dense(info, rest=2)):
            return None
        person = rest == 3 * _PERSON and (selected or info.shape[2] == grid_cells(input_size))
        sure = CERTAIN if task else LIKELY if person else POSSIBLE
        doubts = () if task else (_OTHER_ROWS,) if rest % 3 == 0 else (_OTHER_ROWS, UNKNOWN_COUNT)
        classes = 1 if rest % 3 == 0 and not selected else None
        return Recognition(sure, {}, doubts, classes)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the rows are those of boxes, classes and keypoints."""
        each, names = self.options['keypoint_values'], self.options['keypoint_names']
        if each not in (2, 3):
            raise self.bad_option('keypoint_values', f'must be 2 or 3, not {each}')
        if not all(isinstance(name, str) and name for name in names):
            raise self.bad_option('keypoint_names', 'must be a list of names')
        shape = outputs[0].shape
        count = self._keypoints(outputs[0], each) if len(shape) == 3 else 0
        fits = count > 0 and self.check_rows(outputs[0], count * each)
        if not fits:
            wanted = f'{self.options["keypoints"] or "K"} keypoints of {each} numbers'
            raise self.misfit(f'1x(4+classes+R)xN or 1xNx(6+R), with R for {wanted}', outputs)
        self._check_told(count, each)
        if names and len(names) != count:
            raise self.bad_option(
                'keypoint_names', f'has {len(names)} names, {self.spec.file.name} has {count}'
            )
        self.keypoint_names = tuple(names)

    def _check_told(self, count: int, each: int) -> None:
        """Check keypoints against the metadata: other ones may fill the same rows."""
        told = keypoint_shape(self.metadata)
        if told is None or told == (count, each):
            return
        name = 'keypoint_values' if told[1] != each else 'keypoints'
        raise self.bad_option(
            name,
            f'the metadata of {self.spec.file.name} says {told[0]} keypoints of {told[1]} '
            f'numbers, not {count} of {each}',
        )

    def _keypoints(self, info: TensorInfo, each: int) -> int:
        """Return the number of keypoints; 0 if the rows do not allow one."""
        if self.options['keypoints']:
            return int(self.options['keypoints'])
        selected = is_selected(info)
        rows = info.shape[2] if selected else info.shape[1]
        before = SELECTED if selected else _BOX + max(1, len(self.labels))
        rest = (rows or 0) - before
        return rest // each if rest % each == 0 else 0

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture, with their keypoints."""
        found = self.candidates(outputs[0][0])
        each = self.options['keypoint_values']
        points = found.rest.reshape(len(found.rest), found.rest.shape[1] // each, each)
        if points.shape[2] == 2:
            points = np.concatenate([points, np.ones_like(points[:, :, :1])], axis=2)
        return self.select(
            self.corners(found),
            found.scores,
            found.class_ids,
            transform,
            suppress=not self._selected,
            keypoints=points,
        )


DECODER = YoloPose
