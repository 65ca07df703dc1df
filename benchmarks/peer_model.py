# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The rule of the C++ node in virtual time: earliest deadline first, one slot a task, early drop.

As ``side_by_side/cpp/queue.cpp`` has it: a task's newest frame waits, one of its jobs runs at a
time, a free core looks at the earliest deadline alone, and what a run costs is learned from runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from heapq import heappop
from heapq import heappush

from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.simulation.sources import Source
from edge_sched_ros.system.system import System

_NS_PER_S = 1_000_000_000
#: the margin is at most a deadline divided by this; drops in a row after which a job runs
_MOST_MARGIN, _PROBE_AFTER = 4, 10
#: the share of a run in the next expectation, and how many times that a run counts at most
_NEW, _MOST_TIMES = 8, 3

#: called with task, number and release of the frame, and end of its job
Answered = Callable[[str, int, int, int], None]


@dataclass
class _Entry:
    """What the rule remembers of a task."""

    deadline_ns: int
    #: frame that waits, and its release
    waiting: tuple[int, int] | None = None
    running: bool = False
    cost_ns: int = 0
    dropped_in_a_row: int = 0


@dataclass
class PeerModel:
    """
    One run of a system of equal units under the rule; run times are those of the simulator.

    :param system: every task has one variant of one stage; cascades always find one item
    :param margin_ms: as for ``+drop``
    """

    system: System
    seed: int
    margin_ms: float
    answered: Answered
    now_ns: int = 0
    _queue: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    _order: int = 0

    def run(self, seconds: float) -> None:
        """Run with frames for this long, then finish what waits."""
        self._model = ExecutionModel(self.system, self.seed)
        self._idle = len(self.system.units)
        self._entries = {task.name: _Entry(task.deadline_ns) for task in self.system.tasks}
        self._costs = {task: cost for (task, _, _, _), cost in self.system.costs.items()}
        self._end_ns = round(seconds * _NS_PER_S)
        for name, stream in self.system.streams.items():
            self._next_frame(Source(name, stream, self.seed))
        while self._queue:
            self.now_ns, _, action = heappop(self._queue)
            action()
            self._start_jobs()

    def _at(self, time_ns: int, action: Callable[[], None]) -> None:
        self._order += 1
        heappush(self._queue, (time_ns, self._order, action))

    def _next_frame(self, source: Source) -> None:
        time_ns = max(self.now_ns, source.next_ns())
        if time_ns < self._end_ns:
            self._at(time_ns, lambda: self._frame(source))

    def _frame(self, source: Source) -> None:
        seq = source.take()
        for task in self.system.tasks:
            if task.stream == source.name and not task.after:
                self._entries[task.name].waiting = seq, self.now_ns
        self._next_frame(source)

    def _start_jobs(self) -> None:
        while self._idle:
            waiting = {
                name: entry.waiting[1] + entry.deadline_ns
                for name, entry in self._entries.items()
                if entry.waiting is not None and not entry.running
            }
            if not waiting:
                return
            name = min(waiting, key=lambda one: waiting[one])
            self._start_or_drop(name, waiting[name])

    def _start_or_drop(self, name: str, due_ns: int) -> None:
        entry = self._entries[name]
        assert entry.waiting is not None
        seq, release_ns = entry.waiting
        entry.waiting = None
        margin_ns = min(round(self.margin_ms * 1e6), entry.deadline_ns // _MOST_MARGIN)
        lost = self.now_ns + entry.cost_ns + margin_ns > due_ns
        if lost and entry.dropped_in_a_row < _PROBE_AFTER:
            entry.dropped_in_a_row += 1
            return
        entry.dropped_in_a_row = 0
        entry.running = True
        self._idle -= 1
        took_ns = round(self._work_ns(name, seq))
        self._at(self.now_ns + took_ns, lambda: self._ended(name, seq, release_ns, took_ns))

    def _work_ns(self, name: str, seq: int) -> float:
        return self._model.work_ns(self._costs[name], 1, name, seq, 0)

    def _ended(self, name: str, seq: int, release_ns: int, took_ns: int) -> None:
        self.answered(name, seq, release_ns, self.now_ns)
        for task in self.system.tasks:
            if task.after == name:
                self._entries[task.name].waiting = seq, release_ns
        entry = self._entries[name]
        entry.running = False
        self._idle += 1
        if not entry.cost_ns:
            entry.cost_ns = took_ns
        else:
            took_ns = min(took_ns, _MOST_TIMES * entry.cost_ns)
            entry.cost_ns += int((took_ns - entry.cost_ns) / _NEW)
