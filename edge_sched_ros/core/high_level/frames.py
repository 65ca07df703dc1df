# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames whose jobs are in flight: what came with them is sent to a device once, for all jobs."""

from __future__ import annotations

from collections.abc import Iterable


class Frame:
    """
    What came with a frame.

    :param home: the device that has it
    """

    __slots__ = ('failures', 'home', 'jobs', 'key', 'live', 'orders', 'tensors_at')

    def __init__(self, key: tuple[str, int, str]) -> None:
        self.key = key
        self.home = key[2]
        #: ids of its jobs, ended ones as well
        self.jobs: list[int] = []
        #: how many of them are in flight
        self.live = 0
        #: tensor -> devices that have it, the home device first
        self.tensors_at: dict[str, list[str]] = {}
        #: (tensor, target) -> how long its transfer should keep the link busy
        self.orders: dict[tuple[str, str], int] = {}
        #: (tensor, target) -> how often it did not come
        self.failures: dict[tuple[str, str], int] = {}


class FrameTable:
    """Frames by stream, number and home device, as long as one of their jobs is in flight."""

    def __init__(self) -> None:
        self._frames: dict[tuple[str, int, str], Frame] = {}
        self._of_job: dict[int, Frame] = {}
        #: frames whose jobs have ended while something of them was on its way
        self.abandoned: list[Frame] = []

    def take(self, stream: str, seq: int, home: str, tensors: Iterable[str]) -> Frame:
        """Return the frame for one more job of it, which needs these of its tensors."""
        key = (stream, seq, home)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = Frame(key)
        for tensor in tensors:
            frame.tensors_at.setdefault(tensor, [home])
        frame.live += 1
        return frame

    def note_job(self, job: int, frame: Frame) -> None:
        """Note the number of a job of the frame."""
        frame.jobs.append(job)
        self._of_job[job] = frame

    def of(self, job: int) -> Frame | None:
        """Return the frame of a job, which may have ended, while another one is in flight."""
        return self._of_job.get(job)

    def release(self, frame: Frame) -> None:
        """Note that a job of the frame has ended."""
        frame.live -= 1
        if frame.live:
            return
        del self._frames[frame.key]
        for job in frame.jobs:
            del self._of_job[job]
        if frame.orders:
            self.abandoned.append(frame)

    def frames(self) -> Iterable[Frame]:
        """Return every frame."""
        return self._frames.values()
