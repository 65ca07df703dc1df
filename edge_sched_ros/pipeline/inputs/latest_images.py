# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The latest images, for tasks with another trigger than their picture."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig


class LatestImages:
    """
    Keeps the latest image of every topic that a triggered task uses.

    :param fresh_ns: maximum age of an image
    :param clock_ns: monotonic
    """

    def __init__(
        self, tasks: Iterable[TaskConfig], fresh_ns: float, clock_ns: Callable[[], int]
    ) -> None:
        self._topic_of = {
            task.name: task.topic for task in tasks if task.trigger_topic and task.topic
        }
        self._kept = frozenset(self._topic_of.values())
        self._fresh_ns = fresh_ns
        self._clock_ns = clock_ns
        #: topic -> its latest image, and its arrival
        self._latest: dict[str, tuple[Frame, int]] = {}

    def note(self, frame: Frame) -> None:
        """Keep a frame, if a task uses its topic."""
        if frame.stream in self._kept:
            self._latest[frame.stream] = (frame, self._clock_ns())

    def forget(self) -> None:
        """Forget all images."""
        self._latest.clear()

    def frame_for(self, task: str, frame: Frame) -> Frame | None:
        """Return the input of a task; for a triggered one the latest image, if it is fresh."""
        topic = self._topic_of.get(task)
        if topic is None:
            return frame
        image, arrived_ns = self._latest.get(topic, (None, 0))
        return image if self._clock_ns() - arrived_ns <= self._fresh_ns else None
