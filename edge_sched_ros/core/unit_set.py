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

    def start(self, job: Job, name: str, now_ns: int) -> Running:
        """Record that a unit starts a job's stage, with the time when it counts as hung."""
        unit, stage, profiles = self.states[name], job.stage.name, self._profiles
        cost = profiles.cost(job.task, job.variant.name, stage, name)
        due_ns = now_ns
        if profiles.has_transitions:
            due_ns += profiles.transition_ns(job.unit, name)
        begin_ns = hang_from_ns = now_ns
        if unit.unit.depth > 1 and unit.running:
            # it begins when the last of those handed over before has ended
            last = unit.running[next(reversed(unit.running))]
            begin_ns, hang_from_ns = max(now_ns, last.due_ns), max(now_ns, last.hang_at_ns)
            due_ns = max(due_ns, begin_ns)
        if cost is not None:
            expected_ns = cost.expected_ns(job.items)
            due_ns += expected_ns if unit.speed == 1.0 else round(expected_ns / unit.speed)
        hang_at_ns = hang_from_ns + self._watchdog.limit_ns(cost)
        run = Running(job.id, job.task, stage, begin_ns, due_ns, hang_at_ns, cost)
        unit.running[job.id] = run
        unit.last_task = job.task
        return run

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
        if unit.running and unit.unit.depth > 1:
            self._next_begins(unit, event.finished_ns)
        self._recover(unit)
        return running

    def _next_begins(self, unit: UnitState, now_ns: int) -> None:
        """Let the first stage that waits in a unit begin, and expect the others after it."""
        begin_ns = hang_from_ns = now_ns
        for run in unit.running.values():
            takes_ns = run.due_ns - run.started_ns
            run.started_ns, run.due_ns = begin_ns, begin_ns + takes_ns
            run.hang_at_ns = hang_from_ns + self._watchdog.limit_ns(run.cost)
            begin_ns, hang_from_ns = run.due_ns, run.hang_at_ns

    def leave(self, unit: UnitState, run: Running, now_ns: int) -> None:
        """Free a unit of a call that another worker is left in."""
        del unit.running[run.job_id]
        unit.busy_ns += now_ns - run.started_ns
        self._recover(unit)

    def _recover(self, unit: UnitState) -> None:
        if unit.state == HUNG and not any(run.hung for run in unit.running.values()):
            self.set_state(unit, AVAILABLE, '')

    def learn(self, job: Job, running: Running, event: StageFinished) -> None:
        """Learn from the run of a job's stage."""
        taken_ns, speed = event.finished_ns - event.started_ns, self.states[event.unit].speed
        if speed != 1.0:
            taken_ns = round(taken_ns * speed)
        variant = job.variant.name
        if running.cost is None:
            key = StageKey(job.task, variant, event.stage, event.unit)
            self._profiles.observe(key, taken_ns, job.items)
            # units like it may have a cost now, too
            self.times.forget_stage(job.task, variant, event.stage)
            return
        if running.cost.observe(taken_ns, job.items):
            key = StageKey(job.task, variant, event.stage, event.unit)
            self._profiles.note_drift(key)
        self.times.learned(job.task, variant, event.stage, event.unit)

    def watched(self) -> list[tuple[UnitState, Running]]:
        """Return the running stages of available units, each with its unit."""
        return [
            (unit, run)
            for unit in self.states.values()
            if unit.state == AVAILABLE
            for run in unit.running.values()
        ]

    def validate(self, jobs: dict[int, Job]) -> None:
        """
        Check units and jobs against each other.

        :raises InvariantError: when they disagree
        """
        running = {}
        for name, unit in self.states.items():
            if len(unit.running) > unit.places:
                raise InvariantError(f'{unit.unit.name} has more stages than it takes')
            if unit.state == AVAILABLE and any(run.hung for run in unit.running.values()):
                raise InvariantError(f'{name} is available though a call hangs on it')
            running.update({job_id: name for job_id in unit.running if job_id in jobs})
        for job in jobs.values():
            if (job.state == 'running') != (job.id in running):
                raise InvariantError(f'{job!r}: not on exactly one unit')
            if job.state == 'running' and running[job.id] != job.unit:
                raise InvariantError(f'{job!r} is not on {job.unit} but {running[job.id]}')
