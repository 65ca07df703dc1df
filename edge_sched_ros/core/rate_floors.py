# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Minimum rates of tasks: which tasks are behind theirs, so that they are offered first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.ledger import TaskAccount
from edge_sched_ros.core.tasks import parents_first
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.times import Times

_NS_PER_S = 1_000_000_000
#: number of results over which the rate is measured
_RESULTS = 8
#: part of the minimum rate that counts as kept: frames come at times of their own
_KEPT = 0.9


@dataclass(slots=True)
class _Floor:
    """
    One task with a minimum rate, its own or that of a task after it.

    :param gap_ns: mean time between results that it must keep
    """

    gap_ns: int
    #: when its next result is due: at most one gap before, and one after, the last result
    due_ns: int
    #: time of the last start that the floor gave it
    tried_ns: int | None = None
    #: begin of the measured time, then times of the latest results on time
    results_ns: deque[int] = field(default_factory=lambda: deque(maxlen=_RESULTS + 1))
    seen_ns: int | None = None


class RateFloors:
    """
    Minimum rates, independent of the policy.

    A task is *behind* when its next result on time is due so soon that it needs the next frame. A
    floor that cannot be kept takes no more than twice its rate from the others.

    :param specs: the tasks with their present settings
    :param accounts: their accounts
    :param times: expected times of stages
    """

    def __init__(
        self,
        specs: Mapping[str, TaskSpec],
        accounts: Mapping[str, TaskAccount],
        times: Times,
    ) -> None:
        self._specs = specs
        self._accounts = accounts
        self._times = times
        self._floors: dict[str, _Floor] = {}
        #: started jobs that are offered first until they end
        self._given: set[int] = set()

    def __bool__(self) -> bool:
        """Whether any task has a minimum rate."""
        return bool(self._floors)

    def refresh(self, now_ns: int) -> None:
        """Take over the present settings of all tasks."""
        gaps = gaps_ns(self._specs)
        for name, gap_ns in gaps.items():
            if not gap_ns:
                self._floors.pop(name, None)
            elif name not in self._floors or self._floors[name].gap_ns != gap_ns:
                self._floors[name] = _Floor(gap_ns, now_ns + gap_ns)

    def first(self, jobs: Iterable[Job], now_ns: int) -> frozenset[int]:
        """Return the ready jobs that are to be offered first."""
        behind = {name for name in self._floors if self._is_behind(name, now_ns)}
        if not behind and not self._given:
            return frozenset()
        return frozenset(job.id for job in jobs if job.task in behind or job.id in self._given)

    def _is_behind(self, task: str, now_ns: int) -> bool:
        floor, spec, account = self._floors[task], self._specs[task], self._accounts[task]
        if floor.tried_ns is not None and now_ns - floor.tried_ns < floor.gap_ns // 2:
            return False
        needed_ns = self._times.least_ns(task, spec.variants[0], 0, 1)
        period_ns = round(account.interval_ns) or spec.period_ns
        return now_ns >= floor.due_ns - needed_ns - period_ns

    def started(self, job: Job, now_ns: int) -> None:
        """Record that a job was started because its task is behind; its other stages follow."""
        if job.id not in self._given:
            self._given.add(job.id)
            self._floors[job.task].tried_ns = now_ns

    def ended(self, task: str, now_ns: int, jobs: Mapping[int, Job]) -> None:
        """
        Record that a stage of a task ended.

        :param jobs: the jobs in flight
        """
        if self._given:
            self._given = {job for job in self._given if job in jobs}
        floor, account = self._floors.get(task), self._accounts[task]
        if floor is None:
            return
        last_ns = account.last_on_time_ns
        if last_ns is not None and last_ns != floor.seen_ns:
            floor.seen_ns = last_ns
            floor.results_ns.append(last_ns)
            due_ns = max(floor.due_ns, last_ns - floor.gap_ns) + floor.gap_ns
            floor.due_ns = min(due_ns, last_ns + floor.gap_ns)

    def arrived(self, now_ns: int) -> None:
        """Begin to measure the tasks that have had their first frame."""
        for task, floor in self._floors.items():
            if not floor.results_ns and self._accounts[task].released:
                floor.results_ns.append(now_ns)
                floor.due_ns = now_ns + floor.gap_ns

    def restarted(self) -> None:
        """Measure anew: nothing was to be done before."""
        for floor in self._floors.values():
            floor.results_ns.clear()
            floor.seen_ns = None

    def why_not_kept(self, task: str, now_ns: int) -> str:
        """Return the rate that a task has instead of its own minimum; empty when that is kept."""
        floor, spec = self._floors.get(task), self._specs[task]
        if floor is None or not spec.min_rate_hz or not spec.enabled or not floor.results_ns:
            return ''
        since_ns = now_ns - floor.results_ns[0]
        if since_ns < 2 * floor.gap_ns:
            return ''
        # kept if a result came now: the last interval is not over
        if len(floor.results_ns) * _NS_PER_S >= _KEPT * spec.min_rate_hz * since_ns:
            return ''
        rate_hz = (len(floor.results_ns) - 1) * _NS_PER_S / since_ns
        told = f'{rate_hz:.3g} results/s on time, its min_rate_hz is {spec.min_rate_hz:g}'
        frames_hz = self._frames_hz(task, now_ns)
        if frames_hz < spec.min_rate_hz:
            told += f' (it gets {frames_hz:.3g} frames/s)'
        return told

    def _frames_hz(self, task: str, now_ns: int) -> float:
        account = self._accounts[task]
        last_ns = now_ns if account.last_arrival_ns is None else account.last_arrival_ns
        gap_ns = max(account.interval_ns, now_ns - last_ns)
        return _NS_PER_S / gap_ns if gap_ns else 0.0

    def validate(self, jobs: Mapping[int, Job]) -> None:
        """
        Check the floors against the jobs in flight.

        :raises InvariantError: when a waiting job was given a start, or a due time is out of range
        """
        for job_id in self._given:
            if job_id in jobs and not jobs[job_id].started:
                raise InvariantError(f'{jobs[job_id]!r} was given a start and waits')
        for task, floor in self._floors.items():
            last_ns = floor.seen_ns
            if last_ns is not None and not 0 <= floor.due_ns - last_ns <= floor.gap_ns:
                raise InvariantError(f'{task}: its next result is due at a wrong time')


def gaps_ns(specs: Mapping[str, TaskSpec]) -> dict[str, int]:
    """
    Return the mean time between results that each task must keep; 0 for none.

    A task must also answer for the tasks after it, ``every_n`` times for each of their results.
    """
    gaps = {name: _own_gap_ns(spec) for name, spec in specs.items()}
    for name in reversed(parents_first(specs)):
        spec = specs[name]
        if gaps[name] and spec.after:
            needed_ns = max(1, gaps[name] // spec.every_n)
            for before in spec.before:
                gaps[before] = min(gaps[before] or needed_ns, needed_ns)
    return gaps


def _own_gap_ns(spec: TaskSpec) -> int:
    if not spec.min_rate_hz or not spec.enabled:
        return 0
    return max(1, round(_NS_PER_S / spec.min_rate_hz))
