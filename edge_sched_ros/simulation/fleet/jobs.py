# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs of a coordinator, as far as devices must know of them."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.tasks import FleetTask

#: a tensor of a job, or, when it came with the frame, of all jobs of that frame
TensorKey = tuple[object, ...]


class FleetJobs:
    """The jobs in flight, and what their tensors are called among all."""

    def __init__(self, tasks: Mapping[str, FleetTask]) -> None:
        self._tasks = tasks
        self._inputs = {name: frozenset(task.graph.inputs) for name, task in tasks.items()}
        self._homes = {task.stream: task.home for task in tasks.values()}
        #: jobs in flight by id
        self.released: dict[int, JobReleased] = {}
        #: (stream, frame) -> jobs in flight that work on it
        self._of_frame: dict[tuple[str, int], set[int]] = {}

    def add(self, job: JobReleased) -> None:
        """Note a job that begins."""
        self.released[job.job] = job
        self._of_frame.setdefault((job.stream, job.seq), set()).add(job.job)

    def end(self, job_id: int) -> JobReleased:
        """Note that a job has ended."""
        job = self.released.pop(job_id)
        frame = (job.stream, job.seq)
        self._of_frame[frame].discard(job_id)
        if not self._of_frame[frame]:
            del self._of_frame[frame]
        return job

    def key(self, job_id: int, tensor: str) -> TensorKey | None:
        """Return what a tensor is called, ``None`` when its job has ended."""
        job = self.released.get(job_id)
        if job is None:
            return None
        if tensor in self._inputs[job.task]:
            return (job.stream, job.seq, tensor)
        return (job_id, tensor)

    def is_at_home(self, key: TensorKey, device: str) -> bool:
        """Whether a tensor came with a frame that was taken on this device."""
        return len(key) == 3 and self._homes[str(key[0])] == device

    def is_wanted(self, key: TensorKey) -> bool:
        """Whether a job in flight may still need a tensor."""
        if len(key) == 3:
            return key[:2] in self._of_frame
        return key[0] in self.released

    def nbytes(self, job_id: int, tensor: str) -> int:
        """Return what a tensor of a job in flight takes on a link."""
        return self._tasks[self.released[job_id].task].graph.tensors[tensor].nbytes
