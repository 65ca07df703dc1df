# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How long DLA, PVA and VIC are powered, from the kernel's runtime power management.

This is an upper bound of the busy time, as a device stays powered for a while after its work.
Whether the counters exist for these devices was not tested on a Jetson.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.files import read_int

#: suffix of the device's name -> unit. The address before it and the bus above it differ between
#: modules and releases.
_DEVICES = {'nvdla0': 'dla0', 'nvdla1': 'dla1', 'pva0': 'pva0', 'vic': 'vic0', 'ofa': 'ofa0'}
#: the path above it: empty, host1x, or bus@0/host1x
_ABOVE = ('', '*host1x/', 'bus@*/*host1x/')


@dataclass(frozen=True, slots=True)
class PowerTimes:
    """How long a device has been powered and suspended since the system started, in ms."""

    active_ms: int
    suspended_ms: int


def active_share(before: PowerTimes, now: PowerTimes) -> float | None:
    """Return the powered share of the time between, 0..1; ``None`` without time between."""
    active_ms = now.active_ms - before.active_ms
    whole_ms = active_ms + now.suspended_ms - before.suspended_ms
    if whole_ms <= 0 or active_ms < 0:
        return None
    return min(1.0, active_ms / whole_ms)


class Activity:
    """
    The devices of a machine, found once and read repeatedly.

    :param root: the folder with ``sys``
    """

    def __init__(self, root: Path = Path('/')) -> None:
        platform = root / 'sys/devices/platform'
        self._folders: dict[str, Path] = {}
        for device, unit in _DEVICES.items():
            for above in _ABOVE:
                for folder in sorted(platform.glob(f'{above}*.{device}/power')):
                    self._folders.setdefault(unit, folder)

    def read(self) -> dict[str, PowerTimes]:
        """Return the times of every device that reports them, by unit."""
        found = {}
        for unit, folder in self._folders.items():
            active = read_int(folder / 'runtime_active_time')
            suspended = read_int(folder / 'runtime_suspended_time')
            if active is not None and suspended is not None:
                found[unit] = PowerTimes(active, suspended)
        return found
