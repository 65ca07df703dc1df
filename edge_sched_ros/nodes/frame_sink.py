# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who takes the frames that subscriptions make of messages."""

from __future__ import annotations

from typing import Protocol

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.inputs.stamp_age import UNKNOWN


class FrameSink(Protocol):
    """A pipeline, or a coordinator of several devices."""

    def submit(self, frame: Frame, *, age: Age = UNKNOWN) -> None:
        """Let a frame arrive; any thread may."""

    def reject(self, topic: str, reason: str) -> None:
        """Count a message that could not be used."""

    def lost(self, topic: str, count: int, how: str) -> None:
        """Count messages that never arrived; ``how`` that is known, as in an account."""

    def source_restarted(self, topic: str) -> None:
        """Forget what was remembered of a source whose stamps went back."""
