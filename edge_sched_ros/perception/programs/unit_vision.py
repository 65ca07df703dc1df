# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Operations on pictures by whichever unit a stage was sent to."""

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
    Calls an operation on the unit that runs the stage; on its thread by OpenCV where it cannot.

    An answer late is better than none: what was done by OpenCV instead is counted and told once.
    """

    def __init__(self) -> None:
        self._by_unit: Mapping[str, Preprocessor] = {}
        #: the unit that works now, for callers that know nothing of units
        self.unit = ''
        #: why OpenCV did it instead -> how often
        self.fallbacks: dict[str, int] = {}

    def use(self, preprocessors: Mapping[str, Preprocessor]) -> None:
        """Work on these units from now on."""
        self._by_unit = dict(preprocessors)

    def serving(self, unit: str) -> Preprocessor | None:
        """Return the preprocessor of a unit; CPU cores share one. ``None`` for OpenCV alone."""
        return self._by_unit.get(unit)

    def call(self, unit: str, operation: str, *arguments: Any, **settings: Any) -> Any:
        """
        Return what an operation of ``execution.vision.VisionOps`` gives.

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
        """Follow points on the unit that works now."""
        return self.call(self.unit, 'point_flow', *arguments, **settings)

    def _count(self, unit: str, reason: str) -> None:
        if reason not in self.fallbacks:
            _log.warning('%s: done by OpenCV instead: %s', unit, reason)
        self.fallbacks[reason] = self.fallbacks.get(reason, 0) + 1


def image_of(context: JobContext) -> SourceImage:
    """
    Return the image a job works on: that of the task before it (``denoise``), else the camera's.

    :raises FrameError: when there is none
    """
    if isinstance(context.parent, SourceImage):
        return context.parent
    image = context.frame.image if context.frame is not None else None
    if image is None:
        raise FrameError('no_image', f'{context.task}: the message holds no image')
    return image


def picture_of(context: JobContext) -> NDArray[np.uint8]:
    """Return the BGR picture a job works on; :raises FrameError: when there is none."""
    return image_of(context).bgr()


def grey_of(context: JobContext) -> NDArray[np.uint8]:
    """Return the grey picture a job works on; :raises FrameError: when there is none."""
    import cv2

    return cv2.cvtColor(picture_of(context), cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]
