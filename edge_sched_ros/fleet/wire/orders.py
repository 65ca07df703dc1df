# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a coordinator has devices do, whatever carries it.

Times are integer nanoseconds on the clock of the device that a record comes from or goes to; the
coordinator alone translates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from edge_sched_ros.fleet.wire.frame_key import FrameKey


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
    :param network: whose partition it is, of those that the task was loaded with
    """

    job: int
    task: str
    partition: str
    frame: FrameKey
    deadline_ns: int
    priority: int = 0
    unit_of: tuple[tuple[str, str], ...] = ()
    network: str = ''


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
