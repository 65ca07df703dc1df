# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joins: frames of which some tasks before a task have ended, while others may still end."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.tasks import parents_first

#: stream and number of a frame
FrameKey = tuple[str, int]
#: most frames whose pair with a second stream is waited for
_MOST_PAIRING = 64


class JoinedTask(Protocol):
    """What joins must know of a task, of one device or of several."""

    @property
    def stream(self) -> str:
        """The stream that activates it, if no task does."""

    @property
    def before(self) -> tuple[str, ...]:
        """The tasks whose results activate it."""

    @property
    def joined_with(self) -> tuple[str, ...]:
        """Those beside the first."""

    @property
    def paired_with(self) -> str:
        """The second stream that its frames are paired with; empty for none."""


class JobOfFrame(Protocol):
    """What joins must know of a job."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def task(self) -> str:
        """Its task."""

    @property
    def stream(self) -> str:
        """The stream of its frame."""

    @property
    def seq(self) -> int:
        """The number of its frame in the stream."""

    @property
    def release_ns(self) -> int:
        """When its frame was released."""


@dataclass(slots=True)
class WaitingJoin:
    """
    One frame of a join of which at least one task before it has ended.

    :param release_ns: of the frame
    """

    task: str
    release_ns: int
    #: task before it that has ended -> its job
    jobs: dict[str, int] = field(default_factory=dict)
    #: task before it that has a result -> the number of items for the join
    items: dict[str, int] = field(default_factory=dict)

    @property
    def incomplete(self) -> bool:
        """Whether a task before it ended without a result."""
        return len(self.items) < len(self.jobs)


class Joins:
    """
    The frames of all joins that wait.

    A frame waits only while a missing result can still come: from a job in flight, or from a frame
    that is not paired yet. So there are never more than there are of these two.
    """

    def __init__(self) -> None:
        self._before: dict[str, tuple[str, ...]] = {}
        #: task -> the joins right after it
        self._after: dict[str, list[str]] = {}
        #: task -> itself and every task before it
        self._ways: dict[str, frozenset[str]] = {}
        #: task before a join -> the second streams of the tasks from which its ways begin
        self._seconds: dict[str, frozenset[str]] = {}
        #: stream -> the second streams that its frames are paired with for joins
        self._second_of: dict[str, set[str]] = {}
        #: frame -> the second streams of which it may still get a frame
        self._pairing: dict[FrameKey, set[str]] = {}
        #: joins; those that come after others follow these
        self._order: list[str] = []
        self._waiting: dict[FrameKey, dict[str, WaitingJoin]] = {}
        #: frames of which a job has ended since they were last settled
        self.unsettled: dict[FrameKey, None] = {}

    def refresh(self, specs: Mapping[str, JoinedTask]) -> None:
        """Take over the tasks, after some were added."""
        ordered = parents_first(specs)
        self._order = [name for name in ordered if specs[name].joined_with]
        self._before = {name: specs[name].before for name in self._order}
        self._after = {}
        for name in self._order:
            for before in self._before[name]:
                self._after.setdefault(before, []).append(name)
        self._ways = {}
        if self._order:
            for name in ordered:
                ways = [self._ways[before] for before in specs[name].before]
                self._ways[name] = frozenset([name]).union(*ways)
        self._seconds = {
            name: frozenset(filter(None, (specs[one].paired_with for one in self._ways[name])))
            for name in self._after
        }
        self._second_of = {}
        for way in (self._ways[name] for name in self._after):
            for spec in (specs[one] for one in way):
                if spec.paired_with:
                    self._second_of.setdefault(spec.stream, set()).add(spec.paired_with)

    @property
    def awaited(self) -> set[int]:
        """The ended jobs whose results or frames a join may still need."""
        if not self._waiting:
            return set()
        joins = [one for of_frame in self._waiting.values() for one in of_frame.values()]
        return {job for one in joins for job in one.jobs.values()}

    def arrived(self, event: FrameArrived) -> None:
        """Record that a frame may still be paired with one of a second stream, or that it was."""
        seconds = self._second_of.get(event.stream)
        if not seconds:
            return
        key = (event.stream, event.seq)
        if not event.paired_with:
            self._pairing[key] = set(seconds)
            if len(self._pairing) > _MOST_PAIRING:
                self._paired(next(iter(self._pairing)))
        elif key in self._pairing:
            self._pairing[key].discard(event.paired_with)
            if not self._pairing[key]:
                self._paired(key)
            elif key in self._waiting:
                self.unsettled[key] = None

    def forget_pairs(self) -> None:
        """Expect no more frames of second streams."""
        for key in list(self._pairing):
            self._paired(key)

    def _paired(self, key: FrameKey) -> None:
        del self._pairing[key]
        if key in self._waiting:
            self.unsettled[key] = None

    def ended(self, job: JobOfFrame, items: int, items_for: Mapping[str, int] | None) -> None:
        """Record a result for the joins after its task."""
        for name in self._after.get(job.task, ()):
            found = items if items_for is None else items_for.get(name, items)
            self._record(job, name).items[job.task] = found
        self._touch(job)

    def lost(self, job: JobOfFrame) -> None:
        """Record for the joins after its task that a job gave no result."""
        for name in self._after.get(job.task, ()):
            self._record(job, name).items.pop(job.task, None)
        self._touch(job)

    def _record(self, job: JobOfFrame, name: str) -> WaitingJoin:
        joins = self._waiting.setdefault((job.stream, job.seq), {})
        waiting = joins.setdefault(name, WaitingJoin(name, job.release_ns))
        waiting.jobs[job.task] = job.id
        return waiting

    def _touch(self, job: JobOfFrame) -> None:
        key = (job.stream, job.seq)
        if key in self._waiting:
            self.unsettled[key] = None

    def take(self, jobs: Iterable[JobOfFrame]) -> tuple[FrameKey, WaitingJoin] | None:
        """
        Remove and return a frame of a join for which nothing more can come.

        Call it again until there is none: what becomes of the join's job counts for later ones.

        :param jobs: all jobs in flight
        """
        while self.unsettled:
            key = next(iter(self.unsettled))
            joins = self._waiting.get(key, {})
            active = {job.task for job in jobs if (job.stream, job.seq) == key} if joins else set()
            for name in self._order:
                if name in joins and not self._can_come(key, joins[name], active):
                    found = joins.pop(name)
                    if not joins:
                        del self._waiting[key]
                    return key, found
            del self.unsettled[key]
        return None

    def _can_come(self, key: FrameKey, waiting: WaitingJoin, active: set[str]) -> bool:
        """Return whether a missing task, or one before it, has a job of the frame or gets one."""
        pairing = self._pairing.get(key, set())
        return any(
            not (active.isdisjoint(self._ways[name]) and pairing.isdisjoint(self._seconds[name]))
            for name in self._before[waiting.task]
            if name not in waiting.jobs
        )

    def validate(self, jobs: Mapping[int, JobOfFrame]) -> None:
        """
        Check that every waiting frame of a join has a result to wait for.

        :raises InvariantError: when one has none, or keeps the result of a job in flight
        """
        if self.unsettled:
            raise InvariantError('a frame of a join is not settled')
        for key, joins in self._waiting.items():
            active = {job.task for job in jobs.values() if (job.stream, job.seq) == key}
            for name, waiting in joins.items():
                if not waiting.jobs or not self._can_come(key, waiting, active):
                    raise InvariantError(f'{name}: frame {key} waits for nothing')
                if not jobs.keys().isdisjoint(waiting.jobs.values()):
                    raise InvariantError(f'{name}: frame {key} has the result of a job in flight')
