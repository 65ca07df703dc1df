# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A dispatcher on a virtual clock, for tests: feed events, read decisions."""

from __future__ import annotations

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import ReplaceWorker
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFailed
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.plugins.policies import make_policy

MS = 1_000_000


def task(
    name: str,
    *,
    deadline_ms: float = 100.0,
    stages: tuple[str, ...] = ('infer',),
    units: tuple[str, ...] = ('cpu0', 'cpu1'),
    stream: str = 'camera',
    **settings: object,
) -> TaskSpec:
    """Return a task with sensible settings; ``after=...`` makes it a cascade."""
    variant = VariantSpec('base', tuple(StageSpec(stage, units) for stage in stages))
    if 'after' in settings:
        stream = ''
    return TaskSpec(
        name=name,
        variants=(variant,),
        deadline_ns=round(deadline_ms * MS),
        stream=stream,
        **settings,  # type: ignore[arg-type]
    )


class Bench:
    """
    A dispatcher, its virtual time, and the stages that run; validates after every event.

    Units are of the kind that their name begins with.
    """

    def __init__(
        self,
        *tasks: TaskSpec,
        policy: str = 'edf',
        units: tuple[str, ...] = ('cpu0', 'cpu1'),
        **settings: object,
    ) -> None:
        self.dispatcher = LowLevelDispatcher(
            tasks=tasks,
            units=tuple(map(_unit, units)),
            policy=policy,
            **{'make_policy': make_policy, **settings},  # type: ignore[arg-type]
        )
        self.now_ns = 0
        self.seq = 0
        self.running: dict[str, tuple[Run, int]] = {}
        #: hung calls that their worker was left in, by job
        self.left: dict[int, tuple[Run, int]] = {}
        #: when the dispatcher wants to be woken
        self.wake_ns: int | None = None
        self.log: list[tuple[int, object]] = []

    def send(self, event: object, *, at_ms: float | None = None) -> list[Decision]:
        """Feed one event at a time and return the decisions."""
        if at_ms is not None:
            self.now_ns = round(at_ms * MS)
        if isinstance(event, TimerFired):
            self.wake_ns = None
        decisions = self.dispatcher.handle(event, self.now_ns)  # type: ignore[arg-type]
        for decision in decisions:
            if isinstance(decision, ReplaceWorker):
                self.left[decision.job] = self.running.pop(decision.unit)
                assert self.left[decision.job][0].job == decision.job
            if isinstance(decision, WakeAt):
                sooner = self.wake_ns is None or decision.time_ns < self.wake_ns
                self.wake_ns = decision.time_ns if sooner else self.wake_ns
            if isinstance(decision, Run):
                self.running[decision.unit] = (decision, self.now_ns)
        self.log.append((self.now_ns, event))
        self.dispatcher.validate()
        return decisions

    def frame(
        self, stream: str = 'camera', *, at_ms: float | None = None, age_ms: float = 0
    ) -> list[Decision]:
        """Let a frame arrive."""
        if at_ms is not None:
            self.now_ns = round(at_ms * MS)
        self.seq += 1
        release_ns = self.now_ns - round(age_ms * MS)
        return self.send(FrameArrived(stream, self.seq, release_ns))

    def finish(
        self, unit: str = 'cpu0', *, at_ms: float | None = None, items: int = 0
    ) -> list[Decision]:
        """End the stage that runs on a unit."""
        if at_ms is not None:
            self.now_ns = round(at_ms * MS)
        run, started_ns = self.running.pop(unit)
        return self.send(StageFinished(run.job, run.stage, unit, started_ns, self.now_ns, items))

    def return_late(self, job: int, *, at_ms: float | None = None) -> list[Decision]:
        """Let a hung call return that its worker was left in."""
        if at_ms is not None:
            self.now_ns = round(at_ms * MS)
        run, started_ns = self.left.pop(job)
        return self.send(StageFinished(job, run.stage, run.unit, started_ns, self.now_ns))

    def fail(self, unit: str = 'cpu0', reason: str = 'broken', **at: float) -> list[Decision]:
        """Let the stage that runs on a unit raise an error."""
        if 'at_ms' in at:
            self.now_ns = round(at['at_ms'] * MS)
        run, started_ns = self.running.pop(unit)
        return self.send(StageFailed(run.job, run.stage, unit, started_ns, self.now_ns, reason))

    def account(self, name: str):
        """Return the ledger's account of a task."""
        return self.dispatcher.ledger.tasks[name]


def _unit(name: str) -> Unit:
    kind = name.rstrip('0123456789')
    return Unit(name, kind if kind in UNIT_KINDS else 'cpu')


def kinds(decisions: list[Decision], *leave_out: str) -> list[str]:
    """Return the decisions' type names, wake-ups left out."""
    names = [type(decision).__name__ for decision in decisions]
    return [name for name in names if name not in ('WakeAt', *leave_out)]


def of(decisions: list[Decision], kind: type) -> list:
    """Return the decisions of one type."""
    return [decision for decision in decisions if isinstance(decision, kind)]
