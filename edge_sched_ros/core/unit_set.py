# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The units of one device: starts and ends of stages, and costs learned from them."""

from __future__ import annotations

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.events import StageFailed
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.times import Times
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.units import HUNG
from edge_sched_ros.core.units import Running
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.units import UnitState
from edge_sched_ros.core.watchdog import Watchdog


class UnitSet:
    """
    Units, their running stages, and the costs of runs.

    :param profiles: costs known beforehand; more are learned
    :param watchdog: when a stage counts as hung
    """

    def __init__(self, units: tuple[Unit, ...], profiles: Profiles, watchdog: Watchdog) -> None:
        self.states = {unit.name: UnitState(unit) for unit in units}
        #: whether some unit is not available
        self.some_lost = False
        #: expected times of stages, by the present costs and units
        self.times = Times(profiles, self.states)
        self._profiles = profiles
        self._watchdog = watchdog

    def set_state(
        self, unit: UnitState, state: str, reason: str, speed: float | None = None
    ) -> None:
        """Change whether a unit is available, and its speed if given."""
        unit.state = state
        unit.reason = reason
        if speed is not None:
            unit.speed = speed
        self.times.forget()
        self.some_lost = any(other.state != AVAILABLE for other in self.states.values())

    def can_run(self, job: Job) -> bool:
        """Whether any available unit can run the job's next stage."""
        return any(self.states[name].state == AVAILABLE for name in job.stage.units)

    def start(self, job: Job, name: str, now_ns: int) -> int:
        """Record that a unit starts a job's stage; return the time when it counts as hung."""
        unit, stage, profiles = self.states[name], job.stage.name, self._profiles
        cost = profiles.cost(job.task, job.variant.name, stage, name)
        due_ns = now_ns
        if profiles.has_transitions:
            due_ns += profiles.transition_ns(job.unit, name)
        if cost is not None:
            expected_ns = cost.expected_ns(job.items)
            due_ns += expected_ns if unit.speed == 1.0 else round(expected_ns / unit.speed)
        hang_at_ns = now_ns + self._watchdog.limit_ns(cost)
        unit.running[job.id] = Running(job.id, job.task, stage, now_ns, due_ns, hang_at_ns, cost)
        unit.last_task = job.task
        return hang_at_ns

    def end(self, event: StageFinished | StageFailed) -> Running | None:
        """Remove the ended stage from its unit and return it; ``None`` if it was abandoned."""
        unit = self.states[event.unit]
        running = unit.running.get(event.job)
        if running is None or running.stage != event.stage:
            return None
        del unit.running[event.job]
        unit.busy_ns += event.finished_ns - event.started_ns
        unit.stages_done += 1
        if type(event) is StageFinished:
            unit.energy_mj += event.energy_mj
        if unit.state == HUNG:
            self.set_state(unit, AVAILABLE, '')
        return running

    def learn(self, job: Job, running: Running, event: StageFinished) -> None:
        """Learn from the run of a job's stage."""
        taken_ns, speed = event.finished_ns - event.started_ns, self.states[event.unit].speed
        if speed != 1.0:
            taken_ns = round(taken_ns * speed)
        self.times.forget_stage(job.task, job.variant.name, event.stage)
        if running.cost is None:
            key = StageKey(job.task, job.variant.name, event.stage, event.unit)
            self._profiles.observe(key, taken_ns, job.items)
        elif running.cost.observe(taken_ns, job.items):
            key = StageKey(job.task, job.variant.name, event.stage, event.unit)
            self._profiles.note_drift(key)

    def first_to_hang(self) -> list[tuple[UnitState, Running]]:
        """Return available busy units, each with the stage that would count as hung first."""
        return [
            (unit, min(unit.running.values(), key=lambda run: run.hang_at_ns))
            for unit in self.states.values()
            if unit.running and unit.state == AVAILABLE
        ]

    def validate(self, jobs: dict[int, Job]) -> None:
        """
        Check units and jobs against each other.

        :raises InvariantError: when they disagree
        """
        running = {}
        for name, unit in self.states.items():
            if len(unit.running) > unit.slots:
                raise InvariantError(f'{unit.unit.name} runs more stages than it has slots')
            running.update({job_id: name for job_id in unit.running if job_id in jobs})
        for job in jobs.values():
            if (job.state == 'running') != (job.id in running):
                raise InvariantError(f'{job!r}: not on exactly one unit')
            if job.state == 'running' and running[job.id] != job.unit:
                raise InvariantError(f'{job!r} is not on {job.unit} but {running[job.id]}')
