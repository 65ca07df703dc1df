# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A partition of a job that runs on this device, and what a runner of such is."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Protocol

from edge_sched_ros.core.units import Unit
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.offers import UnitLoad
from edge_sched_ros.fleet.wire.reports import StageRun


@dataclass(frozen=True, slots=True)
class Runnable:
    """
    A partition of a network that the device can run.

    :param task: of the coordinator that it is run for
    :param network: name by which the device serves the network
    :param segments: in a topological order
    :param unit_of: segment -> unit it must run on
    """

    task: str
    network: str
    segments: tuple[str, ...]
    unit_of: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, eq=False)
class Work:
    """
    One partition of one job, its inputs complete.

    :param deadline_ns: on this device's clock
    :param tensors: its inputs by name, and what its segments gave so far
    :param keep: those that are needed when it has ended
    """

    job: int
    partition: str
    runnable: Runnable
    frame: FrameKey
    deadline_ns: int
    priority: int
    tensors: dict[str, Any]
    keep: frozenset[str]
    #: whether nobody wants it any more
    cancelled: bool = False
    items: int = 0


@dataclass(frozen=True, slots=True)
class WorkEnd:
    """
    How it ended.

    :param reason: short code; empty when it has its outputs
    :param dropped: whether it was given up on purpose (too late, superseded, cancelled)
    """

    work: Work
    reason: str = ''
    dropped: bool = False
    stages: tuple[StageRun, ...] = field(default=())


class Runner(Protocol):
    """Runs partitions on the units of a device by a low-level dispatcher."""

    units: tuple[Unit, ...]

    def start(self, on_end: Callable[[WorkEnd], None]) -> None:
        """Begin; ``on_end`` is called once for every work, from any thread."""

    def submit(self, work: Work) -> None:
        """
        Run a partition.

        :raises ConfigError: when no unit here can
        """

    def cancel(self, works: Sequence[Work]) -> None:
        """Give up works; each ends by ``on_end`` all the same."""

    def problems(self) -> tuple[str, ...]:
        """Return which networks start nothing now, and why; a line each."""

    def loads(self, now_ns: int) -> tuple[UnitLoad, ...]:
        """Return what the units do now."""

    def stop(self) -> None:
        """End every work and all threads."""
