# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Objects in space: boxes of one task, with the depth of another task or of a depth camera."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.perception.location import locate
from edge_sched_ros.perception.location import LocationOptions
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.options import Options
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections

_DEFAULTS = LocationOptions()
_NUMBERS = {
    'central_part': Number(
        _DEFAULTS.central_part,
        0.05,
        1.0,
        description='Part of the width and height of a box, about its middle, whose depth is used;'
        ' an object with a mask has the depth of its pixels instead',
    ),
    'depth_percentile': Number(
        _DEFAULTS.depth_percentile,
        0.0,
        100.0,
        description='Percentile of the known depths there where the object is taken to be; less '
        'than 50 where much of a box is background',
    ),
    'max_depth_spread_m': Number(
        _DEFAULTS.max_depth_spread_m,
        0.01,
        1000.0,
        description='Depths farther from that percentile than this are not of the object, metres',
    ),
    'min_points': Number(
        _DEFAULTS.min_points,
        1.0,
        1e6,
        whole=True,
        description='Minimum number of depths of an object; without them it is left out',
    ),
}


class Detections3DProgram:
    """
    Boxes and depth of one frame -> objects in the optical frame of its camera.

    :param options: of :class:`edge_sched_ros.perception.location.LocationOptions`
    """

    stages = ('locate',)
    stateful = False
    output = 'detections_3d'
    needs_boxes = True
    needs_depth = True
    needs_camera = True
    numbers = _NUMBERS

    def __init__(self, **options: float) -> None:
        self._options = Options('detections_3d', _NUMBERS, options)
        self._depth_for: Callable[[Frame], DepthMap] | None = None

    def use_depth(self, depth_for: Callable[[Frame], DepthMap]) -> None:
        """Use the depth that is returned for a frame, where no task gives any."""
        self._depth_for = depth_for

    def run(self, stage: str, context: JobContext) -> int:
        """
        Run the only stage; return the number of objects whose depth is known.

        :raises FrameError: without boxes, depth or camera matrix of the frame
        """
        before = tuple(context.parents.values()) or (context.parent,)
        found = next((one for one in before if isinstance(one, Detections)), None)
        if found is None:
            raise FrameError('no_detections', f'{context.task}: no task before it gave boxes')
        camera = _camera_of(context)
        depth = next((one for one in before if isinstance(one, DepthMap)), None)
        if depth is None:
            depth = self._depth_of(context)
        options = LocationOptions(
            central_part=self._options['central_part'],
            depth_percentile=self._options['depth_percentile'],
            max_depth_spread_m=self._options['max_depth_spread_m'],
            min_points=int(self._options['min_points']),
        )
        context.result = locate(found, depth, camera, options)
        return len(context.result)

    def _depth_of(self, context: JobContext) -> DepthMap:
        if self._depth_for is None or context.frame is None:
            raise FrameError('no_depth', f'{context.task}: no task before it gave depth')
        return self._depth_for(context.frame)

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option, but do not make it; :raises ConfigError: naming it."""
        self._options.checked(name, value)

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option, ``None`` for its default; :raises ConfigError: naming it."""
        self._options.change(name, value)

    def reset(self) -> None:
        """Do nothing: there is no state."""

    def close(self) -> None:
        """Do nothing: there are no resources to free."""


def _camera_of(context: JobContext) -> NDArray[np.float64]:
    """Return the camera matrix of a frame; :raises FrameError: when there is none."""
    frame = context.frame
    matrix = None if frame is None else frame.camera_matrix()
    if frame is None or matrix is None:
        topic = '' if frame is None else f' of {frame.stream}'
        told = f'{context.task}: there is no calibrated CameraInfo{topic}'
        raise FrameError('no_camera_info', told)
    return matrix


PROGRAM = Detections3DProgram
