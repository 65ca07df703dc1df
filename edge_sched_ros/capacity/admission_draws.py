# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
List scheduling over random phases: how long tasks of periodic streams wait for each other.

All draws advance in lockstep, one started stage per draw and step, so that a step is a few array
operations for any number of draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_sched_ros.capacity.admission_tasks import Order
from edge_sched_ros.capacity.admission_tasks import TaskDemand

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
#: number of sets of phases, approximate number of stages started in each, and the fixed seed
DRAWS, STEPS, _SEED = 128, 240, 20260111
#: shares of the time span left out at both ends: queues are empty at first, and run out at last
_WARM, _COOL = 0.2, 0.05
#: more than any deadline, so that priority decides first
_FAR = 1e9
#: in ms
_MOMENT = 1e-6


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    The results of the draws.

    :param responses_ms: task -> responses of its jobs over all draws
    :param busy: unit -> share of time it is busy
    """

    responses_ms: dict[str, Array]
    busy: dict[str, float]


def draw(tasks: Sequence[TaskDemand], slots: Mapping[str, int], order: Order) -> Drawn:
    """
    Return responses over random phases.

    Arrivals of a stream are periodic; its phase is uniform. A task with a period too long to occur
    in every draw occurs once in each, which overestimates its effect on others.
    """
    span = 1e3 * STEPS / sum(task.rate_per_s * len(task.stages) for task in tasks)
    state = _Lockstep(tasks, slots, order, span)
    while state.step():
        pass
    return state.result()


def _spread(stream: int) -> Array:
    """
    Return a phase for each draw, evenly spread, also relative to other streams.

    Multiples of the square root of a prime, modulo 1 (Richtmyer 1951): random phases would need
    many times as many draws.
    """
    primes = [n for n in range(2, 400) if all(n % k for k in range(2, math.isqrt(n) + 1))]
    root = math.sqrt(primes[stream % len(primes)])
    phases: Array = ((np.arange(DRAWS) + 0.5) * root + 0.5) % 1.0
    return phases[:, None]


class _Lockstep:
    """The state of all draws, each with the same number of started stages."""

    def __init__(
        self, tasks: Sequence[TaskDemand], slots: Mapping[str, int], order: Order, span: float
    ) -> None:
        self._tasks, self._span = tasks, span
        #: stream -> part of its period until its first frame
        self._phase: dict[str, Array] = {}
        self._random = np.random.default_rng(_SEED)
        self._servers = [name for name, count in slots.items() for _ in range(count)]
        self._stages = [
            (index, stage) for index, task in enumerate(tasks) for stage in task.stages
        ]
        self._rows = np.arange(DRAWS)
        self._pad = max(task.in_flight for task in tasks)
        self._release = self._releases()
        self._set_costs()
        self._set_order(order)
        self._set_links()
        self._free = np.zeros((DRAWS, len(self._servers)))
        self._work = np.zeros(len(self._servers))
        #: next job of each stage
        self._next = np.zeros((DRAWS, len(self._stages)), dtype=np.int64)

    # --- setting up -------------------------------------------------------------------------

    def _releases(self) -> Array:
        """Return the arrival of each job's frame, by draw, task and job; inf for no job."""
        by_name = {task.name: index for index, task in enumerate(self._tasks)}
        periods = [1e3 / task.rate_per_s for task in self._tasks]
        most = 2 + max(math.ceil(self._span / period) for period in periods)
        found = np.full((DRAWS, len(self._tasks), most + 1), np.inf)
        self._parent_job = np.zeros((len(self._tasks), most + 1), dtype=np.int64)
        for index in sorted(range(len(self._tasks)), key=self._depth):
            task, period = self._tasks[index], periods[index]
            if task.after:
                jobs = np.ceil(np.arange(1, most + 2) / self._share(task)).astype(np.int64) - 1
                self._parent_job[index] = np.minimum(jobs, most)
                found[:, index] = found[:, by_name[task.after]][:, self._parent_job[index]]
            else:
                times = self._phases(task, period) + period * np.arange(most)
                found[:, index, :most] = np.where(times <= self._span, times, np.inf)
        return found

    def _share(self, task: TaskDemand) -> float:
        """Return a cascade's share, at least enough for two jobs in each draw."""
        answers = self._span * task.rate_per_s / task.share / 1e3
        return min(1.0, max(task.share, 2.5 / max(answers, 1e-9)))

    def _phases(self, task: TaskDemand, period: float) -> Array:
        """Return the arrival of a task's first frame in each draw."""
        stream = task.stream or f'of {task.name}'
        if stream not in self._phase:
            self._phase[stream] = _spread(len(self._phase))
        frame = self._random.integers(task.every_n, size=(DRAWS, 1)) if task.every_n > 1 else 0
        first: Array = period * ((self._phase[stream] + frame) / task.every_n)
        return first if period <= self._span else first * (self._span / period)

    def _depth(self, index: int) -> int:
        task = self._tasks[index]
        by_name = {task.name: index for index, task in enumerate(self._tasks)}
        before = (task.after, *task.joined_with) if task.after else ()
        return 1 + max((self._depth(by_name[name]) for name in before), default=-1)

    def _job_of(self, task: TaskDemand, other: TaskDemand, jobs: int) -> Integers:
        """Return which job of another task before a join each of its jobs waits for."""
        share = min(1.0, task.rate_per_s / other.rate_per_s)
        found: Integers = np.ceil(np.arange(1, jobs + 1) / share).astype(np.int64) - 1
        return np.minimum(found, jobs - 1)

    def _set_costs(self) -> None:
        shape = (len(self._stages), len(self._servers))
        self._cost = np.full(shape, np.inf)
        sigmas = []
        for index, (_, stage) in enumerate(self._stages):
            times = dict(stage.units)
            for server, name in enumerate(self._servers):
                if name in times:
                    self._cost[index, server] = times[name]
            sigmas.append(math.sqrt(math.log1p(stage.cv**2)))
        self._sigma = np.array(sigmas)
        self._barred = np.where(np.isfinite(self._cost), 0.0, np.inf)

    def _set_order(self, order: Order) -> None:
        """Set the amount added to a release time to get a stage's place in the order."""
        owners = [self._tasks[index] for index, _ in self._stages]
        urgency = [0.0 if order == 'fcfs' else t.deadline_ms - _FAR * t.priority for t in owners]
        self._urgency = np.array(urgency)

    def _set_links(self) -> None:
        """Set the ends of stages for which a stage's job waits, as indices of one flat array."""
        by_name = {task.name: index for index, task in enumerate(self._tasks)}
        many, jobs = len(self._stages), self._release.shape[2]
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for place, (owner, _) in enumerate(self._stages):
            first.setdefault(owner, place)
            last[owner] = place
        width = jobs + self._pad
        # its rows: arrivals of each task, ends of each stage, and one of times in the past
        self._ends = np.full((DRAWS, len(self._tasks) + many + 1, width), np.inf)
        self._ends[:, : len(self._tasks), self._pad :] = self._release
        self._ends[:, :, : self._pad] = -np.inf
        self._ends[:, -1] = -np.inf
        before: Any = np.zeros(many, dtype=np.int64)
        gate: Any = np.full(many, len(self._tasks) + many, dtype=np.int64)
        self._job_before = np.tile(np.arange(jobs), (many, 1))
        self._allowed = np.array([self._tasks[owner].in_flight for owner, _ in self._stages])
        for place, (owner, _) in enumerate(self._stages):
            task = self._tasks[owner]
            before[place] = len(self._tasks) + place - 1
            if place == first[owner]:
                gate[place] = len(self._tasks) + last[owner]
                before[place] = owner
                if task.after:
                    before[place] = len(self._tasks) + last[by_name[task.after]]
                    self._job_before[place] = self._parent_job[owner]
        height = self._ends.shape[1]
        rows = self._rows[:, None] * height
        self._also = [
            (place, (rows[:, 0] + len(self._tasks) + last[by_name[name]]) * width + self._pad, of)
            for owner, place in first.items()
            for name in self._tasks[owner].joined_with
            for of in [self._job_of(self._tasks[owner], self._tasks[by_name[name]], jobs)]
        ]
        self._before = (rows + before) * width + self._pad
        self._gate = (rows + gate) * width + self._pad - self._allowed
        owners = np.array([owner for owner, _ in self._stages])
        self._frames = (rows + owners) * width + self._pad
        self._own = (rows + len(self._tasks) + np.arange(many)) * width + self._pad
        self._place = np.arange(many)

    # --- running ----------------------------------------------------------------------------

    def step(self) -> bool:
        """Start one stage in every draw with stages left; return whether there was one."""
        ends, jobs = self._ends.reshape(-1), self._next
        ready = ends.take(self._before + self._job_before[self._place, jobs])
        np.maximum(ready, ends.take(self._gate + jobs), out=ready)
        for place, row, job_of in self._also:
            other = ends.take(row + job_of[jobs[:, place]])
            np.maximum(ready[:, place], other, out=ready[:, place])
        soonest = (self._free[:, None, :] + self._barred).min(axis=2)
        starts = np.maximum(ready, soonest)
        now = starts.min(axis=1)
        live = np.flatnonzero(np.isfinite(now))
        if not len(live):
            return False
        urgency = ends.take(self._frames + jobs) + self._urgency
        # stages ready at the same moment, except for rounding, compete
        soon = now[:, None] + _MOMENT
        stage = np.where(starts <= soon, urgency, np.inf).argmin(axis=1)
        times = np.where(self._free <= soon, self._cost[stage], np.inf)
        server = times.argmin(axis=1)[live]
        chosen, began = stage[live], now[live]
        took = times[live, server]
        sigma = self._sigma[chosen]
        if sigma.any():
            took = took * np.exp(sigma * self._random.standard_normal(len(live)) - sigma**2 / 2)
        self._free[live, server] = began + took
        ends[self._own[live, chosen] + jobs[live, chosen]] = began + took
        jobs[live, chosen] += 1
        self._work += np.bincount(server, took, len(self._servers))
        return True

    def result(self) -> Drawn:
        """Return the results."""
        responses = {}
        last = {owner: place for place, (owner, _) in enumerate(self._stages)}
        for index, task in enumerate(self._tasks):
            release = self._release[:, index]
            ends = self._ends[:, len(self._tasks) + last[index], self._pad :]
            kept = np.isfinite(ends) & (release <= (1 - _COOL) * self._span)
            looked = kept & (release >= _WARM * self._span)
            looked = looked if looked.any() else kept
            responses[task.name] = (ends - np.where(looked, release, 0.0))[looked]
        shares = self._work / (DRAWS * self._span)
        busy = {
            name: float(np.mean([s for s, n in zip(shares, self._servers) if n == name]))
            for name in self._servers
        }
        return Drawn(responses, busy)
