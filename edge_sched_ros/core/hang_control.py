# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Confines a hung call to its task: gives up the call, frees its unit, holds the task back."""

from __future__ import annotations

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import ReplaceWorker
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.hung_calls import HungCall
from edge_sched_ros.core.hung_calls import HungCalls
from edge_sched_ros.core.job_table import JobTable
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.unit_set import UnitSet
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.units import HUNG
from edge_sched_ros.core.units import Running
from edge_sched_ros.core.units import UnitState
from edge_sched_ros.core.watchdog import Watchdog

#: kinds of units that can have a new thread while the old one hangs: no driver is shared with it
_REPLACEABLE = frozenset({'cpu'})


#: a stage is overdue after this many times its longest run, and not before this time
_OVERDUE_RUNS, _LEAST_OVERDUE_NS = 2, 10_000_000


class HangControl:
    """
    Carries out what the watchdog decides about units, jobs and tasks.

    A stage that is *overdue* may hang: until it ends, or is given up, its task starts no more jobs
    beside it. So a task that hangs does not take all units before the watchdog notices.

    A CPU unit has a new worker at once, so that other tasks keep it. Any other unit stays hung
    until its call returns: a second call would wait in the driver for the first.
    """

    def __init__(self, units: UnitSet, table: JobTable, watchdog: Watchdog) -> None:
        self._units = units
        self._table = table
        self._calls = HungCalls(watchdog)
        self._watchdog = watchdog
        #: task with an overdue stage -> how many jobs it may have started meanwhile
        self._overdue: dict[str, int] = {}
        #: time until which no running stage can be overdue
        self._none_overdue_until_ns = -1

    def __bool__(self) -> bool:
        """Whether any task is off, on trial, or has hung or overdue calls."""
        return bool(self._calls) or bool(self._overdue)

    @property
    def calls(self) -> dict[int, HungCall]:
        """The hung calls by job."""
        return self._calls.calls

    def check(self, now_ns: int, out: list[Decision]) -> int | None:
        """
        Give up the stages whose time is over, and end the pauses that are over.

        :returns: the time of the next check; ``None`` when nothing needs one
        """
        for unit, run in self._units.watched():
            if run.hang_at_ns <= now_ns and unit.state == AVAILABLE:
                self._give_up(unit, run, now_ns, out)
        if self._calls:
            self._resume_all(now_ns, out)
            self._calls.forget(now_ns)
        times = [run.hang_at_ns for _, run in self._units.watched()]
        resume_ns = self._calls.next_resume_ns(now_ns)
        if resume_ns is not None:
            times.append(resume_ns)
        return min(times, default=None)

    def look_for_overdue(self, now_ns: int, out: list[Decision]) -> None:
        """Hold back the tasks with an overdue stage, and no others; call it for every frame."""
        if now_ns <= self._none_overdue_until_ns and not self._overdue:
            return
        overdue: dict[str, int] = {}
        oldest_ns, latest_ns = now_ns, now_ns - _LEAST_OVERDUE_NS
        for unit, run in self._units.watched():
            if run.started_ns < oldest_ns:
                oldest_ns = run.started_ns
            # nearly all stages end before this
            if run.started_ns < latest_ns:
                spec = self._table.specs[run.task]
                if spec.max_in_flight > 1 and self._is_overdue(unit, run, spec, now_ns):
                    overdue[run.task] = 0
        self._none_overdue_until_ns = oldest_ns + _LEAST_OVERDUE_NS
        if not overdue and not self._overdue:
            return
        changed = overdue.keys() ^ self._overdue.keys()
        self._overdue = {
            task: self._overdue.get(task) or max(1, self._table.started(task)) for task in overdue
        }
        for task in sorted(changed):
            self._limit(self._group(self._table.specs[task]), now_ns, out)

    @staticmethod
    def _is_overdue(unit: UnitState, run: Running, spec: TaskSpec, now_ns: int) -> bool:
        usual_ns = spec.deadline_ns
        if run.cost is not None:
            usual_ns = round(_OVERDUE_RUNS * run.cost.worst_ns / unit.speed)
        return now_ns - run.started_ns > max(usual_ns, _LEAST_OVERDUE_NS)

    def started(self, run: Running) -> None:
        """Give a stage less time if its task is on trial after several hung calls."""
        spec = self._table.specs[run.task]
        if self._calls.on_trial_again(self._group(spec)):
            limit_ns = self._watchdog.trial_limit_ns(spec.deadline_ns)
            run.hang_at_ns = min(run.hang_at_ns, run.started_ns + limit_ns)

    def returned(self, job: int, now_ns: int, out: list[Decision]) -> None:
        """Record that a hung call has returned, if the job's call is one; its task may go on."""
        self._none_overdue_until_ns = -1
        if self._calls.returned(job, now_ns):
            self._replace_others(out, now_ns)
            self._resume_all(now_ns, out)

    def in_time(self, task: str, now_ns: int, out: list[Decision]) -> None:
        """Record that a stage of a task ended in time, which ends its trial."""
        group = self._group(self._table.specs[task])
        if self._calls.in_time(group):
            self._limit(group, now_ns, out)
        if task in self._overdue:
            self.look_for_overdue(now_ns, out)

    def unit_freed(self, unit: UnitState, now_ns: int, out: list[Decision]) -> None:
        """Leave the hung calls of a unit to a worker that is gone: the unit serves again."""
        self._none_overdue_until_ns = -1
        for run in [run for run in unit.running.values() if run.hung]:
            self._calls.abandon(run.job_id)
            self._units.leave(unit, run, now_ns)
        self._resume_all(now_ns, out)

    def worker_replaced(self, unit: UnitState, now_ns: int, out: list[Decision]) -> None:
        """Leave all calls of a unit to its last worker; their tasks wait for their return."""
        self._none_overdue_until_ns = -1
        for run in [run for run in unit.running.values() if not run.hung]:
            if (job := self._table.jobs.get(run.job_id)) is not None:
                self._table.fail(job, reasons.UNIT_LOST, now_ns, out)
            group = self._group(self._table.specs[run.task])
            self._calls.add(group, unit.unit.name, run, now_ns, abandoned=True)
            self._units.leave(unit, run, now_ns)
            self._limit(group, now_ns, out)
        self.unit_freed(unit, now_ns, out)

    def restarted(self, now_ns: int, out: list[Decision]) -> None:
        """End every pause, for the start is a new attempt; hung calls still hold their tasks."""
        self._calls.end_pauses(now_ns)
        self._resume_all(now_ns, out)

    def refresh(self, spec: TaskSpec, now_ns: int, out: list[Decision]) -> None:
        """Hold back a task that is new or has other settings as much as those with its code."""
        if self._calls:
            self._limit(self._group(spec), now_ns, out)

    def why_off(self, task: str, now_ns: int) -> str:
        """Return why a task starts nothing since a call hung; empty when it may."""
        if not self._calls:
            return ''
        group = self._group(self._table.specs[task])
        return self._calls.why_off(group, self._may_run(group), now_ns)

    # --- steps ------------------------------------------------------------------------------

    def _give_up(self, unit: UnitState, run: Running, now_ns: int, out: list[Decision]) -> None:
        replaced = unit.unit.kind in _REPLACEABLE and self._calls.may_abandon
        group = self._group(self._table.specs[run.task])
        self._calls.hang(group, unit.unit.name, run, now_ns, abandoned=replaced)
        run.hung = True
        self._overdue.pop(run.task, None)
        lost = [run.job_id] if replaced else list(unit.running)
        for job_id in lost:
            if (job := self._table.jobs.get(job_id)) is not None:
                self._table.fail(job, reasons.UNIT_HUNG, now_ns, out)
        if replaced:
            self._units.leave(unit, run, now_ns)
            out.append(ReplaceWorker(unit.unit.name, run.job_id))
        else:
            seconds = (now_ns - run.started_ns) / 1e9
            reason = f'{run.task}/{run.stage} has run for {seconds:.1f} s'
            self._units.set_state(unit, HUNG, reason)
        self._limit(group, now_ns, out)

    def _replace_others(self, out: list[Decision], now_ns: int) -> None:
        """Free hung units that had no new worker because too many threads were left."""
        for unit in self._units.states.values():
            if unit.state != HUNG or unit.unit.kind not in _REPLACEABLE:
                continue
            for run in [run for run in unit.running.values() if run.hung]:
                if self._calls.may_abandon:
                    self._calls.abandon(run.job_id)
                    self._units.leave(unit, run, now_ns)
                    out.append(ReplaceWorker(unit.unit.name, run.job_id))

    def _resume_all(self, now_ns: int, out: list[Decision]) -> None:
        for group in self._calls.groups:
            self._calls.resume(group, self._may_run(group), now_ns)
            self._limit(group, now_ns, out)

    def _limit(self, group: str, now_ns: int, out: list[Decision]) -> None:
        for spec in self._tasks(group):
            most = self._calls.limit(group, spec.max_in_flight)
            held = self._overdue.get(spec.name)
            if held is not None:
                most = held if most is None else min(most, held)
            self._table.limit(spec.name, most, now_ns, out)

    def _may_run(self, group: str) -> int:
        return min((spec.max_in_flight for spec in self._tasks(group)), default=1)

    def _tasks(self, group: str) -> list[TaskSpec]:
        return [spec for spec in self._table.specs.values() if self._group(spec) == group]

    @staticmethod
    def _group(spec: TaskSpec) -> str:
        return spec.hang_group or spec.name

    def validate(self) -> None:
        """
        Check hung calls, units and tasks against each other.

        :raises InvariantError: when a task with a hung call could start, or a unit and its call
            disagree
        """
        self._calls.validate(self._table.jobs)
        calls = self._calls.calls
        held = {
            run.job_id: name
            for name, unit in self._units.states.items()
            for run in unit.running.values()
            if run.hung
        }
        if held != {job: call.unit for job, call in calls.items() if not call.abandoned}:
            raise InvariantError('the hung units do not match the hung calls')
        for call in calls.values():
            if not call.abandoned and not self.why_off(call.task, 0):
                raise InvariantError(f'{call.task} may start though it holds {call.unit}')
