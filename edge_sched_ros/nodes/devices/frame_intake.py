# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of cameras on their way into a coordinator, with the account of what came."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.runtime import NoImageError
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.coordinator.fleet_tasks import stream_of
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.pipeline.inputs.depth_images import DepthImages
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccounts
from edge_sched_ros.pipeline.inputs.latest_images import LatestImages
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.inputs.stamp_age import UNKNOWN
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig


class CoordinatorFrames:
    """
    What subscriptions need of whoever takes frames.

    :param reset: called with the topic of a source that has restarted
    :param clock_ns: monotonic
    """

    def __init__(
        self,
        coordinator: Coordinator,
        config: PipelineConfig,
        *,
        reset: Callable[[str], None],
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._coordinator = coordinator
        self._reset = reset
        self._clock_ns = clock_ns
        self._inputs = InputAccounts(config.topics)
        self._images = LatestImages(config.tasks, config.silent_after_ms * 1e6, clock_ns)
        #: latest depth images, for the tasks with a ``depth_topic``
        self.depths = DepthImages(config.tasks)
        first = [task for task in config.tasks if not task.after]
        #: topics whose frames are what tasks work on
        self._topics = frozenset(task.topic for task in first if not task.trigger_topic)
        #: topic that triggers -> stream -> one of the tasks that work on the stream
        self._triggers: dict[str, dict[str, str]] = {}
        for task in first:
            if task.trigger_topic:
                self._triggers.setdefault(task.trigger_topic, {})[stream_of(task)] = task.name

    def submit(self, frame: Frame, *, age: Age = UNKNOWN) -> None:
        """Let a frame arrive; deadlines count from when it was taken."""
        self._inputs.received(frame.stream, self._clock_ns(), age, frame.stamp_ns)
        self._images.note(frame)
        self.depths.note(frame)
        age_ns = age.ns or 0
        if frame.stream in self._topics:
            self._coordinator.submit(frame, age_ns=age_ns)
        for stream, task in self._triggers.get(frame.stream, {}).items():
            key, picture = FrameKey(stream, frame.seq), self._images.frame_for(task, frame)
            if picture is None:
                self._coordinator.lose(key, NoImageError().reason, age_ns=age_ns)
            else:
                self._coordinator.submit(picture, key=key, age_ns=age_ns)

    def reject(self, topic: str, reason: str) -> None:
        """Count a message that could not be used."""
        self._inputs.rejected(topic, reason, self._clock_ns())

    def lost(self, topic: str, count: int, how: str) -> None:
        """Count messages that never arrived; ``how`` that is known, as in an account."""
        self._inputs.lost(topic, count, how)

    def source_restarted(self, topic: str) -> None:
        """Forget the state of a source whose stamps went back; others go on."""
        self.depths.forget(topic)
        self._reset(topic)

    def forget(self) -> None:
        """Forget the latest pictures and depth images."""
        self._images.forget()
        self.depths.forget()

    def snapshot(self) -> Mapping[str, Any]:
        """Return the account of every topic."""
        return self._inputs.snapshot()
