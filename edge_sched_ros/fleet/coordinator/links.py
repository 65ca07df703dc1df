# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What transfers tell about the links they went over."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.high_level.events import LinkMeasured
from edge_sched_ros.fleet.coordinator.members import Members
from edge_sched_ros.fleet.wire.reports import Arrived

#: smaller tensors say more about latency than about bandwidth
_LEAST_NBYTES = 16 << 10
#: no link is faster than what could be told with these clocks
_LEAST_NS = 1_000
_SMOOTHING = 0.2
#: at least this part of a transfer's time counts for its size
_MOST_LATENCY = 4


@dataclass(slots=True)
class LinkReading:
    """
    What is known of a link.

    :param bytes_per_s: smoothed; 0 while unknown
    """

    latency_ns: int = 0
    bytes_per_s: float = 0.0
    tensors: int = 0
    nbytes: int = 0


class Links:
    """Readings by source and target."""

    def __init__(self, home: str, members: Members) -> None:
        self._home = home
        self._members = members
        self.readings: dict[tuple[str, str], LinkReading] = {}

    def arrived(self, target: str, record: Arrived) -> LinkMeasured | None:
        """Return what a transfer measured, if it can be told."""
        key = (record.source, target)
        reading = self.readings.setdefault(key, LinkReading())
        reading.tensors += 1
        reading.nbytes += record.nbytes
        reading.latency_ns = self._latency_ns(record.source) + self._latency_ns(target)
        took_ns = self._ours(target, record.received_ns) - self._ours(
            record.source, record.sent_ns
        )
        if record.nbytes < _LEAST_NBYTES or took_ns <= 0:
            return None
        # small messages wait for threads more than for the wire: never believe in latency alone
        moving_ns = max(_LEAST_NS, took_ns - reading.latency_ns, took_ns // _MOST_LATENCY)
        seen = record.nbytes * 1e9 / moving_ns
        known = reading.bytes_per_s or seen
        reading.bytes_per_s = known + (seen - known) * _SMOOTHING
        return LinkMeasured(record.source, target, reading.latency_ns, seen)

    def _latency_ns(self, device: str) -> int:
        """Return the latency between a device and home."""
        member = self._members.get(device)
        return 0 if member is None or device == self._home else member.clock.latency_ns

    def _ours(self, device: str, time_ns: int) -> int:
        return time_ns - self._members.offset_ns(device)
