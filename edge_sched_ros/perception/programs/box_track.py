# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracking without a network and without pictures: by places and scores of the boxes alone."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers.registry import make_tracker
from edge_sched_ros.perception.trackers.registry import tracker_class
from edge_sched_ros.perception.tracking.answers import tracked
from edge_sched_ros.perception.tracking.passed_frames import PassedFrames


class BoxTrackProgram:
    """
    Detections of the task before it -> tracks.

    :param tracker: its name; empty for the default
    :param options: those of the tracker
    """

    stages = ('track',)
    stateful = True
    output = 'tracks'
    needs_boxes = True
    #: whether it has the parameter ``tracker``, which also tells its numbers
    takes_tracker = True
    numbers = dict(tracker_class('').numbers)

    def __init__(self, *, tracker: str = '', **options: float) -> None:
        self._tracker = make_tracker(tracker)
        self._passed = PassedFrames()
        for name, value in options.items():
            self._tracker.set_option(name, value)
        self._tracker.check_together({})

    def run(self, stage: str, context: JobContext) -> int:
        """
        Track; return the number of tracks with a detection in this frame.

        :raises FrameError: when the task before gave no boxes
        """
        found = context.parent
        if not isinstance(found, Detections):
            raise FrameError('no_detections', f'{context.task}: the task before it gave no boxes')
        passed = self._passed.until(context.frame)
        context.result = tracked(self._tracker, found, None, passed)
        return len(context.result)

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option, but do not make it; :raises ConfigError: naming it."""
        self._tracker.check_option(name, value)

    def check_together(self, values: Mapping[str, float | None]) -> None:
        """Check options against each other, as after changes; :raises ConfigError: naming one."""
        self._tracker.check_together(values)

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option, ``None`` for its default; :raises ConfigError: naming it."""
        self._tracker.set_option(name, value)

    def reset(self) -> None:
        """Forget all tracks; numbering continues, so that no number is used twice."""
        self._tracker.reset()
        self._passed.reset()

    def close(self) -> None:
        """Do nothing: there are no resources to free."""


PROGRAM = BoxTrackProgram
