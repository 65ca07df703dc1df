# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a device offers to a coordinator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.units import Unit

#: (network, segment) -> unit -> expected latency in nanoseconds, alone
SegmentCosts = Mapping[tuple[str, str], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class DeviceOffer:
    """
    A device as it presents itself.

    :param name: unique among the devices of a coordinator
    :param units: its processing units
    :param costs_ns: what each segment it can run takes on which unit; a segment without an entry
        cannot run there
    :param hand_over_ns: (from unit, to unit) -> time to hand a job's data over; 0 without an entry
    :param digests: network -> digest of the files it has
    """

    name: str
    units: tuple[Unit, ...]
    costs_ns: SegmentCosts = field(default_factory=dict)
    hand_over_ns: Mapping[tuple[str, str], int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
