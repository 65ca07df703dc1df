# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The records by which coordinator and devices know of each other, whatever carries them.

Times are integer nanoseconds on the clock of the device that a record comes from or goes to; the
coordinator alone translates. Sessions and instances are random numbers: who starts again is
somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.high_level.offer import DeviceOffer

#: of all records; a device and a coordinator of different ones refuse each other by name
PROTOCOL = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A device presents itself; repeated when it changes.

    :param instance: of this life of the device
    :param previous: instance of the life before, which has ended; 0 for none
    """

    device: str
    instance: int
    offer: DeviceOffer
    protocol: int = PROTOCOL
    previous: int = 0


@dataclass(frozen=True, slots=True)
class Beat:
    """
    A coordinator is alive and claims devices.

    :param session: of this life of the coordinator
    :param home: the device that has the frames, in the coordinator's process
    :param epochs: device -> number of the claim; a device that sees a new one starts empty
    :param sent_ns: on the coordinator's clock
    :param instances: device -> the life that is claimed; a device without an entry is claimed
        whatever its life
    """

    coordinator: str
    session: int
    sent_ns: int
    home: str = ''
    epochs: Mapping[str, int] = field(default_factory=dict)
    protocol: int = PROTOCOL
    instances: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """
    What a unit does now.

    :param free_at_ns: when it should have worked off what waits for it
    :param busy_ns: time it has worked, since the device started
    """

    unit: str
    free_at_ns: int
    state: str = 'available'
    busy_ns: int = 0
    stages: int = 0


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """
    A device is alive; sent every 100 ms and at once when a coordinator claims it.

    :param coordinator: whom it serves; empty for nobody
    :param beat_sent_ns: stamp of the last beat of that coordinator, on the coordinator's clock
    :param beat_received_ns: when it came, on the device's clock
    :param sent_ns: on the device's clock
    :param counts: account of the partitions of this claim, by outcome
    :param problems: lines for people, newest last
    """

    device: str
    instance: int
    sent_ns: int
    coordinator: str = ''
    session: int = 0
    epoch: int = 0
    beat_sent_ns: int = 0
    beat_received_ns: int = 0
    units: tuple[UnitLoad, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
