# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Operations on pictures by the unit that runs the stage."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.preprocess.opencv_ops import OpenCvOps
from edge_sched_ros.execution.vision import UnsupportedOpError

_log = logging.getLogger(__name__)


class UnitVision:
    """
    Calls an operation on the unit that runs the stage, or OpenCV on its thread if it cannot.

    A late result is better than none: operations done by OpenCV instead are counted and logged
    once.
    """

    def __init__(self) -> None:
        self._by_unit: Mapping[str, Preprocessor] = {}
        #: the unit in use, for callers without a unit
        self.unit = ''
        #: why OpenCV was used instead -> number of operations
        self.fallbacks: dict[str, int] = {}

    def use(self, preprocessors: Mapping[str, Preprocessor]) -> None:
        """Use these units from now on."""
        self._by_unit = dict(preprocessors)

    def serving(self, unit: str) -> Preprocessor | None:
        """Return the preprocessor of a unit; CPU cores share one. ``None`` for only OpenCV."""
        return self._by_unit.get(unit)

    def call(self, unit: str, operation: str, *arguments: Any, **settings: Any) -> Any:
        """
        Return the result of an operation of ``execution.vision.VisionOps``.

        :raises UnsupportedOpError: when OpenCV cannot do it either
        """
        preprocessor = self._by_unit.get(unit)
        if preprocessor is not None:
            try:
                return getattr(preprocessor.vision(), operation)(*arguments, **settings)
            except UnsupportedOpError as error:
                self._count(unit, str(error))
        return getattr(OpenCvOps(), operation)(*arguments, **settings)

    def point_flow(self, *arguments: Any, **settings: Any) -> Any:
        """Track points on the unit in use."""
        return self.call(self.unit, 'point_flow', *arguments, **settings)

    def _count(self, unit: str, reason: str) -> None:
        if reason not in self.fallbacks:
            _log.warning('%s: done by OpenCV instead: %s', unit, reason)
        self.fallbacks[reason] = self.fallbacks.get(reason, 0) + 1


def image_of(context: JobContext) -> SourceImage:
    """
    Return the input image of a job: that of the task before it (``denoise``), else the camera's.

    :raises FrameError: when there is none
    """
    if isinstance(context.parent, SourceImage):
        return context.parent
    image = context.frame.image if context.frame is not None else None
    if image is None:
        raise FrameError('no_image', f'{context.task}: the message has no image')
    return image


def picture_of(context: JobContext) -> NDArray[np.uint8]:
    """Return the BGR input picture of a job; :raises FrameError: when there is none."""
    return image_of(context).bgr()


def grey_of(context: JobContext) -> NDArray[np.uint8]:
    """Return the grey input picture of a job; :raises FrameError: when there is none."""
    return grey(image_of(context))


def grey(image: SourceImage) -> NDArray[np.uint8]:
    """Return a picture in grey; :raises FrameError: when it cannot be decoded."""
    import cv2

    return cv2.cvtColor(image.bgr(), cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]
