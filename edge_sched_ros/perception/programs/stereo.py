# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth from two rectified pictures side by side in one image."""

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
from edge_sched_ros.perception.programs.unit_vision import grey_of
from edge_sched_ros.perception.programs.unit_vision import UnitVision
from edge_sched_ros.perception.results import DepthMap

_NUMBERS = {
    # zero if not given: ROS has no absent numbers
    'focal_px': Number(
        0.0,
        0.0,
        1e5,
        description='Focal length of the rectified images, in pixels; required',
    ),
    'baseline_m': Number(
        0.0, 0.0, 1000.0, description='Distance between the two cameras, in metres; required'
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
_MUST_BE_GIVEN = ('focal_px', 'baseline_m')


class StereoProgram:
    """
    Picture -> left and right half, grey -> disparity -> depth = focal_px * baseline_m / disparity.

    Pictures not wider than ``max_disparity`` would have no depth: they fail as ``too_narrow``.

    :param options: ``focal_px``: focal length of the rectified pictures; ``baseline_m``: distance
        of the cameras; ``max_disparity``: pixels; ``window``: side of the compared window, odd,
        pixels
    :raises ConfigError: without focal length and baseline
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

    def use_units(self, preprocessors: Mapping[str, Preprocessor]) -> None:
        """Use these units to match the pictures."""
        self._vision.use(preprocessors)

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage."""
        if stage == 'preprocess':
            context.scratch = self._halves(grey_of(context))
        elif stage == 'match':
            context.scratch = self._vision.call(
                context.unit,
                'stereo',
                *context.scratch,
                max_disparity=int(self._options['max_disparity']),
                window=int(self._options['window']),
            )
        else:
            context.result = self._depth(context.scratch)
            context.scratch = None
        return 0

    def _halves(self, grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the left and the right picture."""
        half = grey.shape[1] // 2
        if not half:
            raise FrameError('odd_size', 'two pictures side by side need two columns')
        reach = int(self._options['max_disparity'])
        if half <= reach:
            # a column is matched only when the whole disparity range is within the picture
            raise FrameError(
                'too_narrow',
                f'each picture has {half} columns, max_disparity of {reach} needs more',
            )
        return grey[:, :half], grey[:, half : 2 * half]

    def _depth(self, disparity: NDArray[np.float32]) -> DepthMap:
        product = self._options['focal_px'] * self._options['baseline_m']
        with np.errstate(divide='ignore', invalid='ignore'):
            depth = np.where(disparity > 0, product / disparity, np.nan)
        return DepthMap(depth.astype(np.float32), 1.0, 1.0)

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option, but do not make it; :raises ConfigError: naming it."""
        _check(name, self._options.checked(name, value))

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option, ``None`` for its default; :raises ConfigError: naming it."""
        self.check_option(name, value)
        self._options.change(name, value)

    def reset(self) -> None:
        """Do nothing: there is no state."""

    def close(self) -> None:
        """Do nothing: there are no resources to free."""


def _check(name: str, value: float) -> None:
    """Check conditions beyond a number's range; :raises ConfigError: naming the option."""
    if name in _MUST_BE_GIVEN and not value > 0:
        raise ConfigError(name, 'must be given, above zero, for the program stereo')
    if name == 'window' and not value % 2:
        raise ConfigError(name, f'must be odd, not {value:g}')


PROGRAM = StereoProgram
