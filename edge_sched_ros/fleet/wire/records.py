# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The records that coordinator and devices exchange, whatever carries them.

Times are integer nanoseconds on the clock of the device that a record comes from or goes to; the
coordinator alone translates. Sessions and instances are random numbers: who starts again is
somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Union

from edge_sched_ros.core.high_level.offer import DeviceOffer

#: of these records; a device and a coordinator of different ones refuse each other by name
PROTOCOL = 1


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


@dataclass(frozen=True, slots=True)
class FrameKey:
    """Which frame a job works on."""

    stream: str
    seq: int


@dataclass(frozen=True, slots=True)
class LoadOrder:
    """
    Get ready to run partitions of a task.

    :param partitions: partition -> its segments
    """

    task: str
    network: str
    digest: str
    partitions: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class PushOrder:
    """
    Run a partition as soon as its inputs are there.

    :param deadline_ns: on the device's clock
    :param unit_of: segment -> unit it must run on
    """

    job: int
    task: str
    partition: str
    frame: FrameKey
    deadline_ns: int
    priority: int = 0
    unit_of: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SendOrder:
    """
    Send a tensor to another device as soon as it is there.

    :param of_frame: whether it came with the frame, and serves all jobs of that
    """

    job: int
    tensor: str
    target: str
    frame: FrameKey
    of_frame: bool = False


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Forget a partition that has not ended."""

    job: int
    partition: str


Order = Union[LoadOrder, PushOrder, SendOrder, CancelOrder]


@dataclass(frozen=True, slots=True)
class Orders:
    """
    What a coordinator wants a device to do, in order.

    :param ended_jobs: whose tensors are not needed any more
    :param ended_frames: whose tensors are not needed any more
    """

    device: str
    session: int
    epoch: int
    orders: tuple[Order, ...] = ()
    ended_jobs: tuple[int, ...] = ()
    ended_frames: tuple[FrameKey, ...] = ()


@dataclass(frozen=True, slots=True)
class StageRun:
    """Where and when a segment ran, on the device's clock."""

    segment: str
    unit: str
    started_ns: int
    finished_ns: int


@dataclass(frozen=True, slots=True)
class OutputShape:
    """What a partition gave, to be compared with what the network promises."""

    tensor: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Exited:
    """A partition has ended; its outputs are on the device."""

    job: int
    partition: str
    stages: tuple[StageRun, ...]
    outputs: tuple[OutputShape, ...] = ()
    items: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """
    A partition could not be run.

    :param retry: whether another device may try
    """

    job: int
    partition: str
    reason: str
    retry: bool = True


@dataclass(frozen=True, slots=True)
class Arrived:
    """
    A tensor is on the device.

    :param sent_ns: on the sender's clock
    :param received_ns: on the device's clock
    """

    job: int
    tensor: str
    source: str
    nbytes: int
    sent_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class NotSent:
    """
    A tensor did not come to where it was sent.

    :param reason: short code; those of ``wire.tensors`` say that the sender told an untruth
    """

    job: int
    tensor: str
    source: str
    target: str
    reason: str


Report = Union[Exited, Failed, Arrived, NotSent]


@dataclass(frozen=True, slots=True)
class Reports:
    """What a device has done for a coordinator, in order."""

    device: str
    session: int
    epoch: int
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class TensorRecord:
    """
    A tensor on its way from device to device.

    :param kind: ``tensor``, ``image``, ``compressed`` or ``result``
    :param dtype: of numpy; the encoding of an image
    :param shape: of the tensor; height, width, step and byte order of an image
    :param of_frame: whether it came with the frame, and serves all jobs of that
    :param data: contiguous bytes, any buffer
    :param sent_ns: on the sender's clock
    """

    session: int
    job: int
    frame: FrameKey
    of_frame: bool
    tensor: str
    source: str
    target: str
    kind: str
    dtype: str
    shape: tuple[int, ...]
    sent_ns: int
    data: Any = b''

    @property
    def nbytes(self) -> int:
        """Size of the data in bytes."""
        return memoryview(self.data).nbytes


Record = Union[Offer, Beat, DeviceStatus, Orders, Reports, TensorRecord]
