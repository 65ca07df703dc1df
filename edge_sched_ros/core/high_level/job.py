# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A job of the high-level dispatcher: partitions on devices, tensors between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.decisions import PartitionTiming

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.cut_plan import CutPlan
    from edge_sched_ros.core.high_level.frames import Frame
    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.tasks import FleetTask

#: waiting: nothing pushed yet; active: its partitions have devices; ended
FleetJobState = Literal['waiting', 'active', 'ended']
#: open: has no device; pushed: a device was told; exited: its outputs are there
PartitionState = Literal['open', 'pushed', 'exited']

_NOWHERE: list[str] = []


class PartitionRun:
    """
    A partition of a job, with its place in life.

    :param work: (resource, time) that waits for it while it is pushed
    """

    __slots__ = (
        'attempt', 'deadline_ns', 'device', 'name', 'partition', 'pushed_ns', 'state', 'work',
    )  # fmt: skip

    def __init__(self, partition: Partition) -> None:
        self.name = partition.name
        self.partition = partition
        self.state: PartitionState = 'open'
        #: where it runs or ran; empty while it is open
        self.device = ''
        self.deadline_ns = 0
        self.pushed_ns = 0
        #: how often it was pushed before
        self.attempt = -1
        self.work: tuple[tuple[Resource, int], ...] = ()


class FleetJob:
    """One activation of a task. Policies read it and never write it."""

    __slots__ = (
        'answer_due_ns',
        'banned',
        'cut',
        'deadline_ns',
        'failures',
        'frame',
        'id',
        'items',
        'items_for',
        'missing',
        'orders',
        'parent',
        'priority',
        'release_ns',
        'replans',
        'runs',
        'seq',
        'spec',
        'state',
        'stream',
        'task',
        'tensors_at',
        'timings',
    )  # fmt: skip

    def __init__(
        self,
        job_id: int,
        spec: FleetTask,
        frame: Frame,
        seq: int,
        release_ns: int,
        parent: int | None = None,
    ) -> None:
        self.id = job_id
        self.task = spec.name
        #: its task, with the network in the variant that it runs
        self.spec = spec
        #: the job whose answer it works on, in a cascade
        self.parent = parent
        #: how many things its answer speaks of, as far as it is known
        self.items = 0
        #: the same for tasks after it, where these differ
        self.items_for: Mapping[str, int] = {}
        self.stream = spec.stream
        self.seq = seq
        self.release_ns = release_ns
        self.deadline_ns = release_ns + spec.deadline_ns
        self.priority = spec.priority
        self.state: FleetJobState = 'waiting'
        #: what came with its frame, shared with the frame's other jobs
        self.frame = frame
        #: how its network is cut; ``None`` until it starts
        self.cut: CutPlan | None = None
        #: by name of the partition
        self.runs: dict[str, PartitionRun] = {}
        #: tensor between partitions -> devices that have it
        self.tensors_at: dict[str, list[str]] = {}
        #: (tensor, target) -> source that was asked to send it, and how long that should keep the
        #: link busy, until the target has said that it came
        self.orders: dict[tuple[str, str], tuple[str, int]] = {}
        #: (tensor, target) -> how often that did not come
        self.failures: dict[tuple[str, str], int] = {}
        #: outputs that are not at home yet
        self.missing: set[str] = set()
        #: (partition, device) that did not work out
        self.banned: set[tuple[str, str]] = set()
        #: how often partitions of it had to be given to other devices
        self.replans = 0
        #: when it is given up if no device answers
        self.answer_due_ns = 0
        self.timings: list[PartitionTiming] = []

    @property
    def open(self) -> tuple[Partition, ...]:
        """The partitions that have no device, in an order in which they could run."""
        return tuple(run.partition for run in self.runs.values() if run.state == 'open')

    def where(self, tensor: str) -> list[str]:
        """Return the devices that have a tensor."""
        if tensor in self.spec.graph.inputs:
            return self.frame.tensors_at[tensor]
        return self.tensors_at.get(tensor, _NOWHERE)

    def __repr__(self) -> str:
        """Name the job for messages."""
        return f'<job {self.id} of {self.task}, {self.state}>'
