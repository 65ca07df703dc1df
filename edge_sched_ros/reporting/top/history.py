# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What has changed between snapshots: shares over the last seconds, and lost frames."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from edge_sched_ros.reporting.top.snapshot import shown_time
from edge_sched_ros.reporting.top.snapshot import Snapshot
from edge_sched_ros.reporting.top.snapshot import TaskRow

#: over how long the share of answers on time is taken
WINDOW_S = 10.0
_MOST_LOSSES = 100


@dataclass(frozen=True, slots=True)
class Loss:
    """Frames of a task that ended without an answer for one reason, between two snapshots."""

    stamp_s: float
    task: str
    count: int
    reason: str

    def text(self) -> str:
        """Return it in words, with its time."""
        at = shown_time(self.stamp_s) if self.stamp_s else 'in all'
        return f'{at:8}  {self.task}: {self.count} {self.reason}'


class History:
    """
    The latest snapshots of one scheduler.

    :param from_start: whether frames lost before the first snapshot count, too
    """

    def __init__(self, *, from_start: bool = False) -> None:
        self._from_start = from_start
        self._kept: deque[Snapshot] = deque()
        #: the newest first
        self.losses: deque[Loss] = deque(maxlen=_MOST_LOSSES)

    @property
    def last(self) -> Snapshot | None:
        """The newest snapshot."""
        return self._kept[-1] if self._kept else None

    def add(self, snapshot: Snapshot) -> None:
        """Add the newest snapshot; counts that went back begin a new history."""
        last = self.last
        if last is not None and _restarted(last, snapshot):
            self._kept.clear()
            last = None
        if last is not None:
            self._note_losses(last, snapshot)
        elif self._from_start:
            self._note_losses(None, snapshot)
        self._kept.append(snapshot)
        while len(self._kept) > 2 and snapshot.stamp_s - self._kept[1].stamp_s >= WINDOW_S:
            self._kept.popleft()

    def on_time_share(self, task: TaskRow) -> float | None:
        """Return the share of a task's jobs that were on time; ``None`` if none has ended."""
        first = self._first(task.name)
        ended = task.ended - (0 if first is None else first.ended)
        on_time = task.on_time - (0 if first is None else first.on_time)
        return on_time / ended if ended > 0 else None

    def _first(self, name: str) -> TaskRow | None:
        if len(self._kept) < 2:
            return None
        return next((one for one in self._kept[0].tasks if one.name == name), None)

    def _note_losses(self, last: Snapshot | None, now: Snapshot) -> None:
        before = {} if last is None else {task.name: task.lost for task in last.tasks}
        for task in now.tasks:
            for reason, count in task.lost.items():
                more = count - before.get(task.name, {}).get(reason, 0)
                if more > 0:
                    self.losses.appendleft(Loss(now.stamp_s, task.name, more, reason))


def _restarted(last: Snapshot, now: Snapshot) -> bool:
    counts = {task.name: task.ended for task in now.tasks}
    return any(counts.get(task.name, -1) < task.ended for task in last.tasks)
