# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What devices have done for a coordinator, whatever carries it.

Times are integer nanoseconds on the clock of the device that a record comes from or goes to; the
coordinator alone translates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


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
