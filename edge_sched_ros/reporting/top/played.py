# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A run that has ended as ``edge-sched top`` plays it: what its status would have told."""

from __future__ import annotations

from collections import Counter
from collections import deque
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

import numpy as np

from edge_sched_ros.reporting.top.snapshot import Snapshot
from edge_sched_ros.reporting.top.snapshot import TaskRow
from edge_sched_ros.reporting.top.snapshot import UnitRow

ON_TIME, LATE, FAILED, LOST = 'on_time', 'late', 'failed', 'dropped'
#: responses of a task that percentiles are of
_RESPONSES = 500


@dataclass(frozen=True, slots=True)
class Ended:
    """
    A job that has ended.

    :param end_s: time of its answer, or of its frame where there is none
    :param outcome: ``on_time``, ``late``, ``failed`` or ``dropped``
    :param busy: unit, start and end of each stage in s
    """

    task: str
    end_s: float
    deadline_ms: float
    age_ms: float
    response_ms: float | None
    outcome: str
    reason: str
    busy: tuple[tuple[str, float, float], ...]


@dataclass(slots=True)
class _Account:
    deadline_ms: float = 0.0
    on_time: int = 0
    late: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    responses: deque[float] = field(default_factory=lambda: deque(maxlen=_RESPONSES))
    #: of this step
    ages: list[float] = field(default_factory=list)
    on_time_now: int = 0

    def add(self, job: Ended) -> None:
        self.deadline_ms = job.deadline_ms
        self.ages.append(job.age_ms)
        if job.response_ms is not None:
            self.responses.append(job.response_ms)
        if job.outcome == ON_TIME:
            self.on_time += 1
            self.on_time_now += 1
        elif job.outcome == LATE:
            self.late += 1
        else:
            failed = 'failed_' if job.outcome == FAILED else ''
            self.lost[f'{failed}{job.reason}'] += 1

    def row(self, name: str, step_s: float) -> TaskRow:
        """Return what is known of the task, and begin the next step."""
        p50, p99 = np.percentile(self.responses, (50, 99)) if self.responses else (None, None)
        found = TaskRow(
            name=name,
            deadline_ms=self.deadline_ms,
            on_time_hz=self.on_time_now / step_s,
            p50_ms=None if p50 is None else float(p50),
            p99_ms=None if p99 is None else float(p99),
            age_ms=sum(self.ages) / len(self.ages) if self.ages else None,
            on_time=self.on_time,
            late=self.late,
            lost=dict(self.lost),
        )
        self.ages, self.on_time_now = [], 0
        return found


def snapshots(
    jobs: Iterable[Ended],
    source: str,
    step_s: float | None = None,
    *,
    policy: str = 'not recorded',
) -> list[Snapshot]:
    """
    Return a run as its schedulers' status would have told it.

    :param jobs: in the order of their ends, at least one
    :param step_s: time between two snapshots; ``None`` for one of the whole run
    """
    ended = list(jobs)
    begin_s, last_s = ended[0].end_s, ended[-1].end_s
    step_s = step_s or max(1e-3, last_s - begin_s)
    accounts = {job.task: _Account(job.deadline_ms) for job in ended}
    busy = _busy(ended, begin_s, step_s)
    found, left = [], deque(ended)
    for step in range(1 + int((last_s - begin_s) / step_s)):
        until_s = begin_s + (step + 1) * step_s
        while left and left[0].end_s <= until_s:
            accounts[left[0].task].add(left.popleft())
        found.append(
            Snapshot(
                source=source,
                policy=policy,
                stamp_s=until_s,
                tasks=tuple(one.row(name, step_s) for name, one in accounts.items()),
                units=tuple(
                    UnitRow(unit, min(1.0, steps.get(step, 0.0) / step_s))
                    for unit, steps in sorted(busy.items())
                ),
            )
        )
        if not left:
            break
    return found


def _busy(jobs: Iterable[Ended], begin_s: float, step_s: float) -> dict[str, dict[int, float]]:
    """Return unit -> step -> seconds in stages."""
    found: dict[str, dict[int, float]] = {}
    for job in jobs:
        for unit, start_s, end_s in job.busy:
            steps = found.setdefault(unit, {})
            for step, seconds in _parts(start_s - begin_s, end_s - begin_s, step_s):
                steps[step] = steps.get(step, 0.0) + seconds
    return found


def _parts(start_s: float, end_s: float, step_s: float) -> Iterator[tuple[int, float]]:
    """Divide a time over steps; what lies before the first one is left out."""
    step = max(0, int(start_s // step_s))
    while step * step_s < end_s:
        yield step, min(end_s, (step + 1) * step_s) - max(start_s, step * step_s)
        step += 1
