# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of cameras on their way into a coordinator, with the account of what came."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccounts
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.inputs.stamp_age import UNKNOWN


class CoordinatorFrames:
    """
    What subscriptions need of whoever takes frames.

    :param topics: of the tasks
    """

    def __init__(self, coordinator: Coordinator, topics: tuple[str, ...]) -> None:
        self._coordinator = coordinator
        self._inputs = InputAccounts(topics)

    def submit(self, frame: Frame, *, age: Age = UNKNOWN) -> None:
        """Let a frame arrive; deadlines count from when it was taken."""
        self._inputs.received(frame.stream, time.monotonic_ns(), age, frame.stamp_ns)
        self._coordinator.submit(frame, age_ns=age.ns or 0)

    def reject(self, topic: str, reason: str) -> None:
        """Count a message that could not be used."""
        self._inputs.rejected(topic, reason, time.monotonic_ns())

    def source_restarted(self, topic: str) -> None:
        """Nothing is remembered of a source."""

    def snapshot(self) -> Mapping[str, Any]:
        """Return the account of every topic."""
        return self._inputs.snapshot()
