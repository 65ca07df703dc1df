# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs in flight at the coordinator, their frames, and the devices that know of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.fleet.wire.frame_key import FrameKey

#: jobs remembered after their end
_ENDED = 1024


@dataclass(slots=True)
class LiveJob:
    """
    A job that has not ended.

    :param frame: ``None`` when a trigger came before any picture
    :param network: of its partitions; empty until a device was told of one
    :param pushed_ns: partition -> when a device was told
    :param devices: those that were told of it
    """

    release: JobReleased
    frame: Frame | None
    key: FrameKey
    age_ns: int
    network: str = ''
    pushed_ns: dict[str, int] = field(default_factory=dict)
    devices: set[str] = field(default_factory=set)
    stages: list[StageTiming] = field(default_factory=list)


@dataclass(slots=True)
class _LiveFrame:
    jobs: set[int] = field(default_factory=set)
    devices: set[str] = field(default_factory=set)


class LiveJobs:
    """
    Jobs and frames that are needed.

    :param home: the device where frames are
    """

    def __init__(self, home: str) -> None:
        self._home = home
        self._jobs: dict[int, LiveJob] = {}
        self._frames: dict[FrameKey, _LiveFrame] = {}
        #: task and network of jobs that ended lately: the last report of a job may come after its
        #: answer
        self._ended: OrderedDict[int, tuple[str, str]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many jobs there are."""
        return len(self._jobs)

    def get(self, job: int) -> LiveJob | None:
        """Return a job, if it has not ended."""
        return self._jobs.get(job)

    def add_frame(self, key: FrameKey) -> None:
        """Keep a frame until its jobs have ended."""
        self._frames[key] = _LiveFrame(devices={self._home})

    def has_frame(self, key: FrameKey) -> bool:
        """Whether a frame is kept."""
        return key in self._frames

    def add(self, release: JobReleased, frame: Frame | None, key: FrameKey, age_ns: int) -> None:
        """Keep a job that began."""
        self._jobs[release.job] = LiveJob(release, frame, key, age_ns)
        self._frames[key].jobs.add(release.job)

    def touch(self, job: int, devices: Iterable[str]) -> None:
        """Note that devices have been told of a job, and may have its frame."""
        live = self._jobs.get(job)
        if live is not None:
            live.devices.update(devices)
            self._frames[live.key].devices.update(devices)

    def end(self, job: int) -> LiveJob | None:
        """Let go of a job; return it."""
        live = self._jobs.pop(job, None)
        if live is not None:
            self._frames[live.key].jobs.discard(job)
            self._ended[job] = (live.release.task, live.network)
            if len(self._ended) > _ENDED:
                self._ended.popitem(last=False)
        return live

    def network_of(self, job: int) -> tuple[str, str]:
        """Return task and network of a job in flight or ended lately; empty when not known."""
        live = self._jobs.get(job)
        return (
            self._ended.get(job, ('', '')) if live is None else (live.release.task, live.network)
        )

    def end_frame(self, key: FrameKey) -> set[str]:
        """Let go of a frame that no job needs; return the devices that may have it."""
        frame = self._frames.get(key)
        if frame is None or frame.jobs:
            return set()
        del self._frames[key]
        return frame.devices
