# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What happens to the high-level dispatcher.

Times are integer nanoseconds on the coordinator's timeline; whoever drives it translates the
clocks of devices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any
from typing import get_args
from typing import Union

from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.record import record

__all__ = [
    'ClockJumped',
    'DeviceJoined',
    'DeviceLoad',
    'DeviceLost',
    'FrameArrived',
    'FrameLost',
    'HIGH_LEVEL_EVENT_TYPES',
    'HighLevelEvent',
    'LinkMeasured',
    'PartitionExited',
    'PartitionFailed',
    'Started',
    'Stopped',
    'TaskChanged',
    'TensorArrived',
    'TimerFired',
    'TransferFailed',
]


@record
class FrameLost:
    """
    A frame was taken that no task can work on; its jobs fail at once.

    :param reason: short code, counted in the ledger
    """

    stream: str
    seq: int
    release_ns: int
    reason: str


@record
class DeviceJoined:
    """
    A device offers its units (again); a known device that joins again has lost its state.

    Whoever drives the dispatcher does not hand on what a device said before it was lost.
    """

    offer: DeviceOffer


@record
class DeviceLost:
    """
    A device died, hung, was cut off or left.

    :param reason: short code, counted in the ledger
    """

    device: str
    reason: str


@record
class DeviceLoad:
    """
    What a device says of itself now.

    :param free_at_ns: unit -> when it should have worked off what waits for it
    :param unavailable: units that cannot be used now
    """

    device: str
    free_at_ns: Mapping[str, int]
    unavailable: tuple[str, ...] = ()


@record
class LinkMeasured:
    """
    A link is as fast as this, seen lately.

    :param latency_ns: one way, of a small message
    :param bytes_per_s: of a large one; 0 while unknown
    """

    source: str
    target: str
    latency_ns: int
    bytes_per_s: float = 0.0


@record
class TensorArrived:
    """
    A device has a tensor of a job that another device sent.

    :param items: how many things it speaks of, when it is an answer
    """

    job: int
    tensor: str
    device: str
    items: int = 0


@record
class TransferFailed:
    """
    A tensor did not come where it was sent to.

    :param reason: short code
    """

    job: int
    tensor: str
    source: str
    target: str
    reason: str


@record
class PartitionExited:
    """
    A device ended a partition; its outputs are there.

    :param costs_ns: segment -> (unit, time it took), to learn from
    :param items: how many things the last segment found
    :param items_for: task after this one -> how many things it has to work on, where these differ
    :param attempt: that of the ``Push`` it answers, where known; another one than the last is
        ignored
    """

    job: int
    partition: str
    device: str
    started_ns: int
    finished_ns: int
    costs_ns: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    items: int = 0
    attempt: int | None = None
    items_for: Mapping[str, int] | None = None


@record
class PartitionFailed:
    """
    A device could not run a partition.

    :param reason: short code, counted in the ledger
    :param retry: whether another device may try
    :param attempt: that of the ``Push`` it answers, where known; another one than the last is
        ignored
    """

    job: int
    partition: str
    device: str
    reason: str
    retry: bool = True
    attempt: int | None = None


@record
class TaskChanged:
    """
    Settings changed while running.

    :param values: of a task (``deadline_ns``, ``priority``, ``every_n``, ``enabled``,
        ``variant``: the one to run, empty for any), or, without a task, ``policy`` and the
        policy's parameters
    """

    values: Mapping[str, Any]
    task: str = ''


HighLevelEvent = Union[
    FrameArrived,
    FrameLost,
    DeviceJoined,
    DeviceLost,
    DeviceLoad,
    LinkMeasured,
    TensorArrived,
    TransferFailed,
    PartitionExited,
    PartitionFailed,
    TaskChanged,
    ClockJumped,
    TimerFired,
    Started,
    Stopped,
]
HIGH_LEVEL_EVENT_TYPES: tuple[type, ...] = get_args(HighLevelEvent)
