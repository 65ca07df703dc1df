# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DREAM's MapScore: the score of a job's next stage on a unit."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """
    Settings that the sources leave open; the policy documents the defaults.

    :param togo_min: whether the remaining time uses the fastest unit of every stage instead of the
        mean
    :param urgency_limit: the urgency of a job without slack
    :param switch_cost: cost of giving a unit to another task, relative to the stage's energy
    """

    togo_min: bool
    urgency_limit: float
    switch_cost: float


class MapScore:
    """
    ``urgency * latency preference + alpha * starvation + beta * energy``.

    * urgency: time to go over slack
    * latency preference: sum of the next stage's latencies over all units, over that on this
    * starvation: time since the task's job last ran or came, over the next stage's mean latency
    * energy: like the latency preference, minus the cost of switching the unit to another task

    Source: DREAM (ASPLOS 2023). The abstract confirms that scores rule; the form is the one
    commonly recalled and, for one unit, the one of Dysta's port; not verified against the paper.
    """

    def __init__(self, view: View, settings: ScoreSettings, alpha: float, beta: float) -> None:
        self._view = view
        self._settings = settings
        self._alpha = alpha
        self._beta = beta
        self._available = frozenset(
            name for name, unit in view.units.items() if unit.state == AVAILABLE
        )

    def scores(self, job: Job) -> dict[str, float]:
        """Return the score of the job's next stage on every unit that can run it now."""
        view = self._view
        latencies = self.latencies(job, job.variant, job.stage)
        if not latencies:
            return {}
        total_ns = sum(latencies.values())
        mean_ns = max(1.0, total_ns / len(latencies))
        starvation = (view.now_ns - max(job.ready_ns, job.release_ns)) / mean_ns
        energies = self._energies(job, latencies) if self._beta else {}
        total_mj = sum(energies.values(), 0.0)
        urgency = self.urgency(job)
        found = {}
        for unit, latency_ns in latencies.items():
            score = urgency * total_ns / max(1, latency_ns) + self._alpha * starvation
            if energies:
                switched = view.units[unit].last_task != job.task
                saved = total_mj / energies[unit] - self._settings.switch_cost * switched
                score += self._beta * saved
            found[unit] = score
        return found

    def urgency(self, job: Job) -> float:
        """Return time to go over slack; the limit when there is no slack."""
        slack_ns = job.deadline_ns - self._view.now_ns
        limit = self._settings.urgency_limit
        return limit if slack_ns <= 0 else min(limit, self.togo_ns(job, job.variant) / slack_ns)

    def togo_ns(self, job: Job, variant: VariantSpec, *, best: bool = False) -> float:
        """
        Return the expected time a job still needs in a variant, without waiting.

        :param best: whether to use the fastest unit of every stage
        """
        total, reach = 0.0, 1.0
        first = job.stage_index
        for offset, stage in enumerate(variant.stages[first:]):
            latencies = self.latencies(job, variant, stage).values()
            if latencies:
                pick = best or self._settings.togo_min
                ns = min(latencies) if pick else sum(latencies) / len(latencies)
                total += ns * reach * (stage.chance if offset else 1.0)
            reach *= 1 - stage.exit_chance
        return total

    def latencies(self, job: Job, variant: VariantSpec, stage: StageSpec) -> dict[str, int]:
        """Return the expected latency of a stage on every available unit; unknown counts 0."""
        times_ns, available = self._view.times_ns(job, variant, stage), self._available
        return {unit: times_ns.get(unit, 0) for unit in stage.units if unit in available}

    def _energies(self, job: Job, latencies: dict[str, int]) -> dict[str, float]:
        """Return the energy of the next stage per unit; empty unless all are known."""
        found = {}
        for unit in latencies:
            energy = self._view.energy_mj(job, job.stage, unit)
            if not energy:
                return {}
            found[unit] = energy
        return found
