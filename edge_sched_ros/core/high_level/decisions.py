# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the high-level dispatcher wants done. Whoever drives it carries these out in order."""

from __future__ import annotations

from typing import get_args
from typing import Union

from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.high_level.tasks import BASE
from edge_sched_ros.core.record import record


@record
class PartitionTiming:
    """
    When and where one partition of a job ran, in nanoseconds on the coordinator's timeline.

    :param pushed_ns: when the device was told
    """

    partition: str
    device: str
    pushed_ns: int
    started_ns: int
    finished_ns: int


@record
class JobReleased:
    """
    A job begins to exist; keep its frame until it ends.

    :param parent: the job whose answer its frame is made of (in a cascade), or ``None``; it has
        ended before
    :param items: the parent's fan-out, 1 without a parent
    :param joined: of a join, the jobs beside the parent whose answers it works on
    """

    job: int
    task: str
    stream: str
    seq: int
    release_ns: int
    deadline_ns: int
    parent: int | None = None
    items: int = 1
    joined: tuple[int, ...] = ()


@record
class Push:
    """
    Let a device run a partition as soon as all its inputs are there.

    :param deadline_ns: its sub-deadline, absolute
    :param unit_of: segment -> unit the policy wants it on; empty: the device's own policy decides
    :param attempt: grows when the job's partition is pushed again
    :param network: whose partition it is: variants of a network have partitions of equal names
    """

    job: int
    task: str
    partition: str
    device: str
    deadline_ns: int
    priority: int = 0
    unit_of: tuple[tuple[str, str], ...] = ()
    attempt: int = 0
    network: str = ''


@record
class Send:
    """
    Let a device send a tensor of a job to another one as soon as it has it.

    A tensor that came with the frame is the same for all jobs of that frame: it is asked for once
    per device.
    """

    job: int
    tensor: str
    source: str
    target: str


@record
class Cancel:
    """Let a device forget a partition that has not ended."""

    job: int
    partition: str
    device: str


@record
class JobCompleted:
    """
    The job has its answer; publish it.

    :param device: where the answer's tensors are
    :param variant: of the network that gave it
    """

    job: int
    task: str
    on_time: bool
    response_ns: int
    device: str
    partitions: tuple[PartitionTiming, ...] = ()
    variant: str = BASE


@record
class JobDropped:
    """The job is given up on purpose; the reason is counted."""

    job: int
    task: str
    reason: str
    partitions: tuple[PartitionTiming, ...] = ()
    variant: str = BASE


@record
class JobFailed:
    """The job ended by an error; the reason is counted."""

    job: int
    task: str
    reason: str
    partitions: tuple[PartitionTiming, ...] = ()
    variant: str = BASE


@record
class Load:
    """
    Let a device get ready to run partitions of a task (load engines); it may be asked again.

    Several ways to cut the network may be among them: a name always stands for the same segments,
    and partitions may have segments in common. It adds to what the device was told before: jobs in
    flight may still be cut in an earlier way.

    :param partitions: partition -> its segments
    """

    device: str
    task: str
    network: str
    digest: str
    partitions: tuple[tuple[str, tuple[str, ...]], ...]


HighLevelDecision = Union[
    Load,
    JobReleased,
    Push,
    Send,
    Cancel,
    JobCompleted,
    JobDropped,
    JobFailed,
    WakeAt,
]
HIGH_LEVEL_DECISION_TYPES: tuple[type, ...] = get_args(HighLevelDecision)
