# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long stages take in a re-simulation: as recorded, or in proportion to known costs."""

from __future__ import annotations

from statistics import fmean

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.tracing.run import RecordedRun

#: number of runs from which the times of a node replace the costs it began with
_ENOUGH = 5


class RecordedCosts:
    """
    Costs of a recorded run.

    What a stage took, relative to its cost, belongs to the frame: on another unit or in another
    variant the same share is assumed, as the simulator does.
    """

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        #: cost of each (task, variant, stage, unit), in nanoseconds
        self._means = _means(run)
        self._known = self.profiles()
        #: (task, frame, stage) -> time over cost
        self._shares: dict[tuple[str, int, str], float] = {}
        #: the same of energy
        self._energies: dict[tuple[str, int, str], float] = {}
        by_task: dict[str, list[float]] = {}
        for job in run.jobs.values():
            for stage in job.stages:
                if stage.finished_ns is None:
                    continue
                ran = (job.task, job.variant, stage.stage, stage.unit, stage.items)
                cost_ns = self.cost_ns(*ran)
                if cost_mj := self._cost_mj(*ran):
                    energy = stage.energy_mj / cost_mj
                    self._energies[(job.task, job.seq, stage.stage)] = energy
                if cost_ns:
                    share = (stage.finished_ns - stage.started_ns) / cost_ns
                    self._shares[(job.task, job.seq, stage.stage)] = share
                    by_task.setdefault(job.task, []).append(share)
        self._usual = {task: fmean(shares) for task, shares in by_task.items()}

    def profiles(self) -> Profiles:
        """Return the costs that the scheduler knows."""
        profiles = self._run.setup.profiles()
        measured = self._run.head.get('made_by') != 'simulate'
        for (task, variant, stage, unit), (count, mean_ns) in self._means.items():
            known = profiles.cost(task, variant, stage, unit)
            if known is None or (measured and count >= _ENOUGH):
                key = StageKey(task, variant, stage, unit)
                profiles.set(key, max(1, round(mean_ns)), source='trace')
        return profiles

    def cost_ns(self, task: str, variant: str, stage: str, unit: str, items: int) -> int | None:
        """Return the expected time of a stage; ``None`` if it is not known."""
        return self._known.expected_ns(task, variant, stage, unit, items)

    def likely_ns(self, task: str, variant: str, stage: str, unit: str, items: int) -> int | None:
        """
        Return what a stage is likely to take: its cost, or that on a unit of the same kind.

        A node may not have run a variant on every core; ``None`` if it did on no such unit.
        """
        units = self._run.setup.units
        alike = [name for name, one in units.items() if one.kind == units[unit].kind]
        for name in sorted(alike, key=lambda name: name != unit):
            cost_ns = self.cost_ns(task, variant, stage, name, items)
            if cost_ns is not None:
                return cost_ns
        return None

    def work_ns(self, task: str, seq: int, stage: str, cost_ns: int) -> int:
        """Return what a stage of a frame takes where its cost is this."""
        share = self._shares.get((task, seq, stage), self._usual.get(task, 1.0))
        return max(1, round(cost_ns * share))

    def energy_mj(self, run: Run, seq: int, unit: str) -> float:
        """Return the energy that the stage of a frame takes on a unit; 0 if it is not known."""
        share = self._energies.get((run.task, seq, run.stage), 1.0)
        return share * self._cost_mj(run.task, run.variant, run.stage, unit, run.items)

    def _cost_mj(self, task: str, variant: str, stage: str, unit: str, items: int) -> float:
        cost = self._known.cost(task, variant, stage, unit)
        return 0.0 if cost is None else cost.expected_mj(items) or 0.0


def _means(run: RecordedRun) -> dict[tuple[str, str, str, str], tuple[int, float]]:
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for job in run.jobs.values():
        for stage in job.stages:
            if stage.finished_ns is not None:
                key = (job.task, job.variant, stage.stage, stage.unit)
                found.setdefault(key, []).append(stage.finished_ns - stage.started_ns)
    return {key: (len(times), fmean(times)) for key, times in found.items()}
