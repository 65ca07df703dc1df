# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a device did, over all its lives."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.errors import InvariantError


@dataclass(slots=True)
class DeviceAccount:
    """
    The counts of one device.

    ``pushed == exited + failed + cancelled + lost + present`` at any time, where the present ones
    are those the device has now.
    """

    #: partitions it was told to run
    pushed: int = 0
    exited: int = 0
    #: reason -> count
    failed: dict[str, int] = field(default_factory=dict)
    cancelled: int = 0
    #: gone with the device
    lost: int = 0
    #: partitions that ended later than they should have
    sub_deadlines_missed: int = 0
    #: how often it died
    deaths: int = 0
    #: unit -> time spent in stages that ended
    busy_ns: dict[str, int] = field(default_factory=dict)
    #: unit -> energy of them
    energy_mj: dict[str, float] = field(default_factory=dict)
    #: task -> energy of them
    task_energy_mj: dict[str, float] = field(default_factory=dict)
    #: task -> segments that ended here
    segments: dict[str, int] = field(default_factory=dict)
    sent_bytes: int = 0
    received_bytes: int = 0

    def validate(self, present: int) -> None:
        """
        Check that every partition ended once.

        :param present: partitions that have not ended
        :raises InvariantError: when they do not add up
        """
        ended = self.exited + sum(self.failed.values()) + self.cancelled + self.lost
        if self.pushed != ended + present:
            raise InvariantError(
                f'{self.pushed} partitions came, {ended} ended and {present} are there'
            )

    def fail(self, reason: str) -> None:
        """Count a partition that it could not run, or gave up."""
        self.failed[reason] = self.failed.get(reason, 0) + 1

    def stage(self, task: str, unit: str, busy_ns: int, energy_mj: float) -> None:
        """Count a segment that ended."""
        self.busy_ns[unit] = self.busy_ns.get(unit, 0) + busy_ns
        self.energy_mj[unit] = self.energy_mj.get(unit, 0.0) + energy_mj
        self.task_energy_mj[task] = self.task_energy_mj.get(task, 0.0) + energy_mj
        self.segments[task] = self.segments.get(task, 0) + 1
