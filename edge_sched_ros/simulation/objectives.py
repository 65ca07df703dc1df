# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Objectives of a run besides the ledger: XRBench's scores, fairness, accuracy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.ledger import TaskAccount
from edge_sched_ros.core.tasks import TaskSpec

#: steepness of the real-time score per millisecond (XRBench's code)
XRBENCH_K = 15.0
#: energy at which a frame's energy score is zero, in mJ (XRBench's code)
XRBENCH_MAX_MJ = 1500.0

#: what the energy of the worst placement of a job costs in ``loss``, in misses
ENERGY_WEIGHT = 0.1


def realtime_score(late_ms: float, k: float = XRBENCH_K) -> float:
    """Return XRBench's real-time score of a frame, from its lateness (negative is early)."""
    exponent = k * late_ms
    return 0.0 if exponent > 700 else 1 / (1 + math.exp(exponent))


def energy_score(energy_mj: float, limit_mj: float = XRBENCH_MAX_MJ) -> float:
    """Return XRBench's energy score of a frame; not clipped, as in its code."""
    return (limit_mj - energy_mj) / limit_mj


@dataclass(slots=True)
class _TaskScore:
    frames: int = 0
    without: int = 0
    realtime: float = 0.0
    energy: float = 0.0
    product: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskScore:
    """
    XRBench's scores of a task, 0..1.

    :param realtime: mean over frames with a result
    :param energy: mean over frames with a result
    :param qoe: share of frames with a result
    :param overall: ``sum(realtime * energy) / frames * qoe``
    """

    realtime: float
    energy: float
    qoe: float
    overall: float


@dataclass(slots=True)
class Score:
    """
    Collects XRBench's scores frame by frame.

    Source: XRBench (MLSys 2023), semantics of its published code.
    """

    names: tuple[str, ...]
    _tasks: dict[str, _TaskScore] = field(default_factory=dict)
    _energy_mj: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin at zero."""
        self._tasks = {name: _TaskScore() for name in self.names}

    def spend(self, _task: str, job: int, energy_mj: float) -> None:
        """Add the energy of a stage to its job."""
        self._energy_mj[job] = self._energy_mj.get(job, 0.0) + energy_mj

    def answer(self, task: str, job: int, late_ns: int) -> None:
        """Add a frame with a result."""
        score = self._tasks[task]
        realtime = realtime_score(late_ns / 1e6)
        energy = energy_score(self._energy_mj.pop(job, 0.0))
        score.frames += 1
        score.realtime += realtime
        score.energy += energy
        score.product += realtime * energy

    def no_answer(self, task: str, job: int) -> None:
        """Add a frame without a result."""
        self._energy_mj.pop(job, None)
        self._tasks[task].frames += 1
        self._tasks[task].without += 1

    def of(self, task: str) -> TaskScore:
        """Return the scores of a task."""
        score = self._tasks[task]
        answered = score.frames - score.without
        if not answered:
            return TaskScore(0.0, 0.0, 0.0, 0.0)
        qoe = answered / score.frames
        return TaskScore(
            score.realtime / answered,
            score.energy / answered,
            qoe,
            score.product / score.frames * qoe,
        )

    @property
    def overall(self) -> float:
        """XRBench's overall score of the run, 0..100."""
        return 100 * sum([self.of(name).overall for name in self.names], 0.0) / len(self.names)


def fairness(accounts: Iterable[TaskAccount]) -> float:
    """
    Return Jain's index over the tasks' on-time shares: 1 if equal, 1/n if only one task is served.

    Source: Jain, Chiu, Hawe, DEC-TR-301, 1984.
    """
    shares = [account.on_time / account.ended for account in accounts if account.ended]
    squares = sum([share * share for share in shares], 0.0)
    return sum(shares, 0.0) ** 2 / (len(shares) * squares) if squares else 1.0


def loss(tasks: Iterable[TaskSpec], accounts: Mapping[str, TaskAccount]) -> float:
    """
    Return the mean over tasks of misses, lost accuracy and a tenth of the energy, per job.

    A job without an answer in time counts 1; one with it counts the accuracy that its variant
    lacks. Energy counts relative to the worst placement of every job, 0 while it is unknown. An
    answer in time never costs more than a miss, so giving jobs up that could be on time does not
    lower the loss; it may lower UXCost, which is a product with the energy.
    """
    losses = []
    for task in tasks:
        account = accounts[task.name]
        if not account.ended:
            continue
        answers = sum(account.variants.values())
        lacking = 0.0
        for variant, count in account.variants.items():
            lacking += count * (1 - task.variant(variant).accuracy)
        served = account.on_time / account.ended
        energy = account.normalised_energy if account.worst_energy_mj else 0.0
        inaccuracy = lacking / answers if answers else 0.0
        losses.append(1 - served * (1 - inaccuracy) + ENERGY_WEIGHT * energy)
    return sum(losses, 0.0) / len(losses) if losses else 0.0


def accuracy_share(tasks: Iterable[TaskSpec], accounts: Mapping[str, TaskAccount]) -> float:
    """Return the mean accuracy of the variants that gave the results, 1 without any."""
    answers = weighted = 0.0
    for task in tasks:
        for variant, count in accounts[task.name].variants.items():
            answers += count
            weighted += count * task.variant(variant).accuracy
    return weighted / answers if answers else 1.0
