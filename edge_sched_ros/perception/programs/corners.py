# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Corners of every picture, which can be tracked or matched."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.options import Options
from edge_sched_ros.perception.programs.unit_vision import grey_of
from edge_sched_ros.perception.programs.unit_vision import UnitVision
from edge_sched_ros.perception.results import Detections

#: half the side of a corner's box, pixels
_REACH_PX = 1.5
_NUMBERS = {
    'quality': Number(
        0.05,
        0.0001,
        1.0,
        description='Corners weaker than this share of the strongest corner are left out',
    ),
    # the only distance that a PVA supports
    'min_distance': Number(
        8.0, 1.0, 1000.0, description='Minimum distance between two corners, in pixels'
    ),
    'max_corners': Number(
        500, 1, 10_000, whole=True, description='Maximum number of corners; the strongest are kept'
    ),
}


class CornersProgram:
    """
    Picture -> grey -> Harris corners, each as a box of three pixels around it.

    :param options: ``quality``: corners weaker than this share of the strongest are left out;
        ``min_distance``: distance of two corners, pixels; ``max_corners``
    """

    stages = ('preprocess', 'corners')
    stage_ops = {'corners': 'harris'}
    stateful = False
    output = 'detections'
    labels = ('corner',)
    numbers = _NUMBERS

    def __init__(self, **options: float) -> None:
        self._options = Options('corners', _NUMBERS, options)
        self._vision = UnitVision()

    def use_units(self, preprocessors: Mapping[str, Preprocessor]) -> None:
        """Use these units to find the corners."""
        self._vision.use(preprocessors)

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage; the last returns the number of corners."""
        if stage == 'preprocess':
            context.scratch = grey_of(context)
            return 0
        places, scores = self._vision.call(
            context.unit,
            'harris',
            context.scratch,
            quality=self._options['quality'],
            min_distance=self._options['min_distance'],
            most=int(self._options['max_corners']),
        )
        context.scratch = None
        # a corner's position is the centre of its pixel
        centres = places + np.float32(0.5)
        context.result = Detections(
            np.concatenate([centres - _REACH_PX, centres + _REACH_PX], axis=1).astype(np.float32),
            np.clip(scores, 0, 1).astype(np.float32),
            np.zeros(len(scores), np.int64),
            self.labels,
        )
        return len(context.result)

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


PROGRAM = CornersProgram
