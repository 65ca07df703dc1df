# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What happened between two snapshots of the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.execution.discovery.cpu_quota import Throttling
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import TaskState
from edge_sched_ros.pipeline.inputs.input_ages import InputAges
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount


@dataclass(frozen=True, slots=True)
class TaskRate:
    """
    One task over a period.

    :param missed: jobs that ended without an on-time result
    :param failed: reason -> jobs that failed
    """

    ended: int
    missed: int
    on_time_hz: float
    failed: Mapping[str, int] = field(default_factory=dict)

    @property
    def miss_ratio(self) -> float:
        """Share of ended jobs without an on-time result; 0 when none ended."""
        return self.missed / self.ended if self.ended else 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """
    Everything over a period.

    :param utilisation: unit -> share of the period it was busy, 0..1
    :param received: topic -> messages
    :param rejected: topic -> messages that could not be used
    :param lost: topic -> messages that never arrived
    :param doubts: topic -> why a stamp gives no age -> number of frames
    :param age_ns: topic -> mean age of its frames; ``None`` when no age is known
    :param stamped_hz: topic -> messages a second by their stamps; 0 if unknown
    :param throttled: throttling by the CPU quota
    """

    period_s: float
    tasks: dict[str, TaskRate]
    utilisation: dict[str, float]
    received: dict[str, int]
    rejected: dict[str, int]
    doubts: dict[str, dict[str, int]]
    age_ns: dict[str, float | None]
    stamped_hz: dict[str, float]
    throttled: Throttling = field(default_factory=Throttling)
    lost: Mapping[str, int] = field(default_factory=dict)


def _ended(task: TaskState) -> int:
    lost = sum(task.dropped.values()) + sum(task.failed.values())
    return task.on_time + task.late + lost


def rates_between(before: Status, now: Status) -> Rates:
    """Return what changed from one status to a later one of the same pipeline."""
    period_s = max(1e-9, (now.now_ns - before.now_ns) / 1e9)
    earlier = {task.name: task for task in before.tasks}
    tasks = {}
    for task in now.tasks:
        first = earlier[task.name]
        ended = _ended(task) - _ended(first)
        on_time = task.on_time - first.on_time
        failed = {why: n - first.failed.get(why, 0) for why, n in task.failed.items()}
        tasks[task.name] = TaskRate(
            ended,
            ended - on_time,
            on_time / period_s,
            {why: n for why, n in failed.items() if n > 0},
        )
    busy = {unit.name: unit.busy_ns for unit in before.units}
    utilisation = {
        # a unit of a device that has joined meanwhile has no earlier state
        unit.name: min(
            1.0, max(0.0, (unit.busy_ns - busy.get(unit.name, unit.busy_ns)) / 1e9 / period_s)
        )
        for unit in now.units
    }
    received, rejected = {}, {}
    for topic, account in now.inputs.items():
        first_account = before.inputs.get(topic)
        base = (
            (0, 0)
            if first_account is None
            else (first_account.received, sum(first_account.rejected.values()))
        )
        received[topic] = account.received - base[0]
        rejected[topic] = sum(account.rejected.values()) - base[1]
    doubts, age_ns = _ages_between(before, now)
    throttled = Throttling()
    if now.quota is not None:
        earlier_quota = Throttling() if before.quota is None else before.quota.throttling
        throttled = now.quota.throttling.since(earlier_quota)
    return Rates(
        period_s,
        tasks,
        utilisation,
        received,
        rejected,
        doubts,
        age_ns,
        {topic: _stamped_hz(before.inputs.get(topic), now.inputs[topic]) for topic in now.inputs},
        throttled,
        {
            topic: account.lost - (before.inputs[topic].lost if topic in before.inputs else 0)
            for topic, account in now.inputs.items()
        },
    )


def _stamped_hz(before: InputAccount | None, now: InputAccount) -> float:
    if before is None or not before.stamp_ns or now.stamp_ns <= before.stamp_ns:
        return 0.0
    return (now.stamped - before.stamped) * 1e9 / (now.stamp_ns - before.stamp_ns)


def _ages_between(
    before: Status, now: Status
) -> tuple[dict[str, dict[str, int]], dict[str, float | None]]:
    """Return the doubts and the mean age of every topic."""
    doubts, age_ns = {}, {}
    for topic, account in now.inputs.items():
        ages = account.ages
        first = before.inputs[topic].ages if topic in before.inputs else InputAges()
        counts = {why: n - first.doubts.get(why, 0) for why, n in ages.doubts.items()}
        doubts[topic] = {why: n for why, n in counts.items() if n}
        known = ages.count - first.count
        age_ns[topic] = (ages.sum_ns - first.sum_ns) / known if known else None
    return doubts, age_ns
