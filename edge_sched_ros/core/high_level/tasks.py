# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks of a coordinator: a network in segments bound to an input stream, with a deadline."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.high_level.graph import NetworkGraph


@dataclass(frozen=True, slots=True)
class FleetTask:
    """
    What the high-level dispatcher must know of a task.

    :param home: the device that has the stream's frames and publishes the answers
    """

    name: str
    graph: NetworkGraph
    stream: str
    home: str
    deadline_ns: int
    period_ns: int = 0
    priority: int = 0
    every_n: int = 1
    queue_depth: int = 1
    max_in_flight: int = 4
    enabled: bool = True
