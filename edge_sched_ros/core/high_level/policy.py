# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The protocol of high-level policies: where to cut, and which device runs what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import ClassVar
from typing import Protocol
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.graph import Partition
from edge_sched_ros.core.policy import PolicyParameter

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.tasks import FleetTask


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    Where a partition of a job is to run.

    :param deadline_ns: its sub-deadline, absolute
    :param unit_of: segment -> unit; empty: the device's own policy decides
    """

    partition: str
    device: str
    deadline_ns: int
    unit_of: tuple[tuple[str, str], ...] = ()


class HighLevelPolicy(Protocol):
    """
    Decides partitions and devices.

    A deterministic object like a low-level policy: no clock, no random numbers, no I/O.
    """

    name: str
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()

    def cut(self, task: FleetTask, view: Any) -> tuple[Partition, ...]:
        """
        Return the partitions of a task's network; asked again when devices come or go.

        Every segment is in exactly one partition, and the partitions form no loop.
        """

    def assign(self, job: Any, view: Any) -> Sequence[Assignment] | str:
        """
        Return the device of every partition of a job that has none yet, or a reason to drop it.

        Asked when a job may start, and again for what a lost device leaves to be done.
        """


#: makes policies by name; raises ConfigError for what it cannot
HighLevelPolicyFactory = Any
