# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracking without a network: a slower detector's boxes are followed at camera rate."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.flow.follower import Follower
from edge_sched_ros.perception.flow.follower import FollowerOptions
from edge_sched_ros.perception.flow.motion import PointFlow
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.unit_vision import grey_of
from edge_sched_ros.perception.programs.unit_vision import UnitVision
from edge_sched_ros.perception.results import Detections

_DEFAULTS = FollowerOptions()
_NUMBERS = {
    'max_age_frames': Number(
        _DEFAULTS.max_age_frames,
        1.0,
        1000.0,
        whole=True,
        description='Number of frames that a track is kept without a detection',
    ),
    'min_hits': Number(
        _DEFAULTS.min_hits,
        1.0,
        100.0,
        whole=True,
        description='Number of detections before a track is published',
    ),
    'max_distance': Number(
        _DEFAULTS.max_distance,
        0.0,
        1.0,
        description='A detection farther from a track than this starts a new track',
    ),
}
#: maximum number of results that wait for the next frame
_MOST_WAITING = 8


class FlowTrackProgram:
    """
    Picture -> grey -> flow of known tracks -> tracks.

    It works on every frame of a camera; the task it observes (``detections_from``) may give
    results for some of them, and some frames late.

    :param vision: computes the flow; by default the unit that runs the stage
    :param options: ``max_age_frames``, ``min_hits``, ``max_distance``
    """

    stages = ('preprocess', 'flow', 'postprocess')
    stateful = True
    output = 'tracks'
    stage_ops = {'flow': 'point_flow'}
    numbers = _NUMBERS
    #: it needs the task whose boxes it follows
    observes_boxes = True

    def __init__(self, *, vision: PointFlow | None = None, **options: float) -> None:
        self.labels: tuple[str, ...] = ()
        self._units = UnitVision()
        self._follower = Follower(vision or self._units)
        self._waiting: deque[tuple[int, Detections]] = deque(maxlen=_MOST_WAITING)
        for name, value in options.items():
            self.set_option(name, value)

    def use_units(self, preprocessors: Mapping[str, Preprocessor]) -> None:
        """Use these units to compute the flow."""
        self._units.use(preprocessors)

    def observe(self, frame: Frame, result: Any) -> None:
        """
        Add a result of the observed task for a frame; thread-safe.

        It is used with the next frame.
        """
        if isinstance(result, Detections):
            self._waiting.append((frame.seq, result))

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage; the last returns the number of tracks."""
        if stage == 'preprocess':
            context.scratch = grey_of(context)
        elif stage == 'flow':
            assert context.frame is not None
            self._units.unit = context.unit
            self._follower.advance(context.frame.seq, context.scratch)
            self._use_what_was_found()
            context.scratch = None
        else:
            context.result = self._follower.shown()
            return len(context.result)
        return 0

    def _use_what_was_found(self) -> None:
        while self._waiting:
            seq, found = self._waiting.popleft()
            self._follower.correct(seq, found)

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option, but do not make it; :raises ConfigError: naming it."""
        self._checked(name, value)

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option, ``None`` for its default; :raises ConfigError: naming it."""
        setattr(self._follower.options, name, self._checked(name, value))

    @staticmethod
    def _checked(name: str, value: float | None) -> float:
        if name not in _NUMBERS:
            known = ', '.join(_NUMBERS)
            raise ConfigError(name, f'following by flow has no such option (it has: {known})')
        if value is None:
            value = _NUMBERS[name].default
        elif problem := _NUMBERS[name].problem(value):
            raise ConfigError(name, problem)
        return float(value)

    def reset(self) -> None:
        """Forget all tracks; numbering continues, so that no number is used twice."""
        self._waiting.clear()
        self._follower.reset()

    def close(self) -> None:
        """Do nothing: there are no resources to free."""


PROGRAM = FlowTrackProgram
