# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth from two rectified pictures: of two topics, or side by side in one image."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.options import Options
from edge_sched_ros.perception.programs.unit_vision import grey
from edge_sched_ros.perception.programs.unit_vision import grey_of
from edge_sched_ros.perception.programs.unit_vision import UnitVision
from edge_sched_ros.perception.results import DepthMap

_NUMBERS = {
    # zero if not given: ROS has no absent numbers
    'focal_px': Number(
        0.0,
        0.0,
        1e5,
        description='Focal length of the rectified images, in pixels; with 0 from P of the '
        'CameraInfo, if the task has a second_topic',
    ),
    'baseline_m': Number(
        0.0,
        0.0,
        1000.0,
        description='Distance between the two cameras, in metres; with 0 from P of the '
        'CameraInfo of the second camera',
    ),
    'max_disparity': Number(
        128,
        16,
        256,
        whole=True,
        multiple=16,
        description='Maximum disparity, in pixels, a multiple of 16; an OFA supports 128 and 256',
    ),
    'window': Number(
        5, 1, 11, whole=True, description='Side of the compared window, in pixels, an odd number'
    ),
}
#: what a CameraInfo has if it is not given
_OF_CAMERAS = ('focal_px', 'baseline_m')


class StereoProgram:
    """
    Left and right, grey -> disparity -> depth = focal_px * baseline_m / disparity.

    With a ``second_topic`` the right picture is the image of that topic; else the two halves of
    one image are the pictures. Pictures not wider than ``max_disparity`` would have no depth: they
    fail as ``too_narrow``; two pictures of unequal size fail as ``unequal_sizes``.

    :param options: ``focal_px``: focal length of the rectified pictures; ``baseline_m``: distance
        of the cameras; both from the CameraInfos of two topics if 0; ``max_disparity``: pixels;
        ``window``: side of the compared window, odd, pixels
    """

    stages = ('preprocess', 'match', 'postprocess')
    stage_ops = {'match': 'stereo'}
    stateful = False
    output = 'depth'
    numbers = _NUMBERS

    def __init__(self, **options: float) -> None:
        self._options = Options('stereo', _NUMBERS, options)
        self._vision = UnitVision()
        for name, value in self._options.items():
            _check(name, value)

    @property
    def needs_camera(self) -> bool:
        """Whether focal length or distance come from CameraInfos."""
        return not all(self._options[name] for name in _OF_CAMERAS)

    @property
    def needs_second(self) -> bool:
        """Whether it needs two topics, since it has no numbers for one."""
        return self.needs_camera

    def use_units(self, preprocessors: Mapping[str, Preprocessor]) -> None:
        """Use these units to match the pictures."""
        self._vision.use(preprocessors)

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage."""
        if stage == 'preprocess':
            context.scratch = self._pictures(context)
            self._product(context)
        elif stage == 'match':
            context.scratch = self._vision.call(
                context.unit,
                'stereo',
                *context.scratch,
                max_disparity=int(self._options['max_disparity']),
                window=int(self._options['window']),
            )
        else:
            context.result = self._depth(context.scratch, self._product(context))
            context.scratch = None
        return 0

    def _pictures(self, context: JobContext) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the left and the right picture."""
        second = context.frame.second if context.frame is not None else None
        if second is None:
            left, right = _halves(grey_of(context))
        else:
            left, right = grey_of(context), grey(second)
        if left.shape != right.shape:
            sizes = ' and '.join(f'{one.shape[1]}x{one.shape[0]}' for one in (left, right))
            raise FrameError('unequal_sizes', f'left and right picture have {sizes} pixels')
        reach = int(self._options['max_disparity'])
        if left.shape[1] <= reach:
            # a column is matched only when the whole disparity range is within the picture
            raise FrameError(
                'too_narrow',
                f'each picture has {left.shape[1]} columns, max_disparity of {reach} needs more',
            )
        return left, right

    def _product(self, context: JobContext) -> float:
        """Return focal length times distance; :raises FrameError: when they are not known."""
        focal_px, baseline_m = (self._options[name] for name in _OF_CAMERAS)
        if focal_px and baseline_m:
            return focal_px * baseline_m
        frame = context.frame
        left = None if frame is None else frame.camera_model()
        right = None if frame is None else frame.second_camera_model()
        if left is None or (right is None and not baseline_m):
            raise FrameError('no_camera_info', f'{context.task}: a camera has no CameraInfo')
        focal_px = focal_px or float(left.projection[0, 0])
        if right is not None and not baseline_m:
            # P of the right camera of a pair: Tx = -fx * baseline
            distance = left.projection[0, 3] / left.projection[0, 0]
            baseline_m = float(distance - right.projection[0, 3] / right.projection[0, 0])
        if not (focal_px > 0 and baseline_m > 0):
            raise FrameError(
                'no_baseline',
                f'{context.task}: P of the CameraInfos gives a distance of {baseline_m:g} m: '
                'set baseline_m, or exchange the topics',
            )
        return focal_px * baseline_m

    def _depth(self, disparity: NDArray[np.float32], product: float) -> DepthMap:
        with np.errstate(divide='ignore', invalid='ignore'):
            depth = np.where(disparity > 0, product / disparity, np.nan)
        return DepthMap(depth.astype(np.float32), 1.0, 1.0)

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option, but do not make it; :raises ConfigError: naming it."""
        checked = self._options.checked(name, value)
        _check(name, checked)
        if name in _OF_CAMERAS and self._options[name] and not checked:
            raise ConfigError(
                name, 'must be above zero: a CameraInfo counts only where it was not given'
            )

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option, ``None`` for its default; :raises ConfigError: naming it."""
        self.check_option(name, value)
        self._options.change(name, value)

    def reset(self) -> None:
        """Do nothing: there is no state."""

    def close(self) -> None:
        """Do nothing: there are no resources to free."""


def _halves(both: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the left and the right half of a picture."""
    half = both.shape[1] // 2
    if not half:
        raise FrameError('odd_size', 'two pictures side by side need two columns')
    return both[:, :half], both[:, half : 2 * half]


def _check(name: str, value: float) -> None:
    """Check conditions beyond a number's range; :raises ConfigError: naming the option."""
    if name == 'window' and not value % 2:
        raise ConfigError(name, f'must be odd, not {value:g}')


PROGRAM = StereoProgram
