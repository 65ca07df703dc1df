# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs jobs on the units' own workers, one stage after the other, and measures every stage."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from queue import Empty
from queue import SimpleQueue

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.workers import StageWork
from edge_sched_ros.execution.workers import UnitWorker
from edge_sched_ros.profiling.target import Target

#: time after which a job counts as hung
HANGS_AFTER_S = 120.0
#: time limit of all running stages together when the bench closes
_STOP_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class StageTime:
    """The run of a stage, by its own name, even if it ran as one with others."""

    stage: str
    unit: str
    started_ns: int
    finished_ns: int

    @property
    def ms(self) -> float:
        """Its duration."""
        return (self.finished_ns - self.started_ns) / 1e6


@dataclass(slots=True)
class _Job:
    target: Target
    route: list[tuple[str, LocalUnit]]
    context: JobContext
    ended: Callable[[_Job], None]
    times: list[StageTime] = field(default_factory=list)
    error: Exception | None = None
    at: int = 0


class Bench:
    """
    Workers as in the runtime: a thread for each unit, pinned if the unit is a core.

    A job goes from worker to worker through their queues, as in the runtime, but without
    decisions.

    :param units: units that may be needed
    :param clock_ns: monotonic
    :param patience_s: time after which a job counts as hung
    """

    def __init__(
        self,
        units: tuple[LocalUnit, ...],
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        patience_s: float = HANGS_AFTER_S,
    ) -> None:
        self.clock_ns = clock_ns
        self._patience_s = patience_s
        self._workers = {local.unit.name: UnitWorker(local, self._execute) for local in units}
        self._jobs: dict[int, _Job] = {}
        self._numbers = itertools.count()
        for worker in self._workers.values():
            worker.start()

    def __enter__(self) -> Bench:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End all threads."""
        for worker in self._workers.values():
            worker.stop()
        until_s = time.monotonic() + _STOP_TIMEOUT_S
        for worker in self._workers.values():
            worker.join(max(0.0, until_s - time.monotonic()))

    def run(
        self, target: Target, route: list[tuple[str, LocalUnit]], *, items: int = 1
    ) -> list[StageTime]:
        """
        Run one job and return the times of its stages, in order.

        :raises ConfigError: when a stage fails or does not end
        """
        done: SimpleQueue[_Job] = SimpleQueue()
        self._begin(_Job(target, route, target.context(items), done.put))
        try:
            job = done.get(timeout=self._patience_s)
        except Empty:
            raise ConfigError(target.name, f'no end after {self._patience_s:.0f} s') from None
        _check(job)
        return job.times

    @contextmanager
    def busy(self, target: Target, route: list[tuple[str, LocalUnit]]) -> Iterator[None]:
        """
        Run job after job within the context, without pauses.

        :raises ConfigError: at the end, when one failed
        """
        stop, stopped = threading.Event(), threading.Event()
        last: list[_Job] = []

        def again(job: _Job) -> None:
            last[:] = [job]
            if stop.is_set() or job.error is not None:
                stopped.set()
            else:
                self._begin(_Job(target, route, target.context(1), again))

        self._begin(_Job(target, route, target.context(1), again))
        try:
            yield
        finally:
            stop.set()
            ended = stopped.wait(self._patience_s)
        if not ended:
            raise ConfigError(target.name, f'no end after {self._patience_s:.0f} s')
        _check(last[0])

    # --- on the workers' threads ----------------------------------------------------------------

    def _begin(self, job: _Job) -> None:
        number = next(self._numbers)
        job.context.job = number
        job.context.variant = job.target.variant
        self._jobs[number] = job
        self._submit(number, job)

    def _submit(self, number: int, job: _Job) -> None:
        stage, local = job.route[job.at]
        unit = local.unit.name
        job.context.unit = unit
        run = Run(number, job.target.network, stage, unit, job.target.variant, job.context.items)
        self._workers[unit].submit(StageWork(run, job.context))

    def _execute(self, work: StageWork) -> None:
        job, run = self._jobs[work.run.job], work.run
        parts_before = len(work.context.parts)
        started_ns = self.clock_ns()
        try:
            job.target.program.run(run.stage, work.context)
        except Exception as error:
            job.error = error
        finished_ns = self.clock_ns()
        parts = work.context.parts[parts_before:] or [(run.stage, started_ns, finished_ns)]
        job.times += [StageTime(name, run.unit, begin, end) for name, begin, end in parts]
        job.at += 1
        if job.error is None and job.at < len(job.route):
            self._submit(run.job, job)
        else:
            del self._jobs[run.job]
            job.ended(job)


def _check(job: _Job) -> None:
    if job.error is None:
        return
    if isinstance(job.error, ConfigError):
        raise job.error
    stage, local = job.route[job.at - 1]
    reason = ' '.join(str(job.error).split())
    raise ConfigError(
        job.target.name,
        f'{stage} on {local.unit.name} failed: {type(job.error).__name__}: {reason}',
    ) from job.error
