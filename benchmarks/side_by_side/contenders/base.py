# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a contender is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Protocol

from benchmarks.side_by_side.workload import Workload


@dataclass(frozen=True, slots=True)
class Order:
    """
    What a contender is asked to run.

    :param workload_file: the workload as a file, for its processes
    :param folder: for files it needs
    :param rate_hz: of the cameras at first
    :param ros_arguments: that every node is to be started with
    :param policy: of the scheduler; empty for what the package does by itself
    :param units: of the scheduler; empty for all this machine has
    """

    workload: Workload
    workload_file: Path
    folder: Path
    rate_hz: float
    ros_arguments: list[str]
    policy: str = ''
    units: tuple[str, ...] = ()


class Contender(Protocol):
    """Answers the cameras' frames on every task's result topic."""

    #: short, for keys and legends
    name: str
    #: in a few words, for people
    title: str

    def commands(self, order: Order) -> dict[str, list[str]]:
        """Return the processes to start: name -> command."""

    def parameters(self, workload: Workload, rate_hz: float) -> dict[str, dict[str, Any]]:
        """Return what to set when the camera rate changes: node -> parameter -> value."""
