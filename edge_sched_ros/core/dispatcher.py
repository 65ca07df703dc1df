# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The low-level dispatcher: events in, decisions out, time a parameter."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core import events
from edge_sched_ros.core import reasons
from edge_sched_ros.core.answer_floors import AnswerFloors
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.fast_variants import FastVariants
from edge_sched_ros.core.hang_control import HangControl
from edge_sched_ros.core.hung_calls import HungCall
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.job_table import JobTable
from edge_sched_ros.core.ledger import Ledger
from edge_sched_ros.core.parameters import changed_task
from edge_sched_ros.core.policy import Policy
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.rate_floors import RateFloors
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import scores_of
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.times import Times
from edge_sched_ros.core.unit_set import UnitSet
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.units import Running
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.units import UNIT_STATES
from edge_sched_ros.core.view import View
from edge_sched_ros.core.watchdog import Watchdog

#: makes a policy by name with parameters; raises ConfigError when it cannot
PolicyFactory = Callable[[str, Mapping[str, Any]], Policy]

#: reasons to drop a job that would be no result on time
_TOO_LATE = (reasons.DEADLINE_UNREACHABLE, reasons.DEADLINE_PASSED)


class LowLevelDispatcher:
    """
    Carries out the decisions of a policy on one device.

    ``handle`` is the only way its state changes. Same events at the same times give the same
    decisions.

    :param tasks: the tasks of this device
    :param units: the units of this device
    :param policy: name of the first policy
    :param make_policy: makes policies by name (the core does not know them)
    :param policy_parameters: parameters of the first policy
    :param profiles: known costs; more are learned
    :param watchdog: when a stage counts as hung, and what its task may do after that
    :param floor_periods: longest time without an answer under overload, in periods of the task; 0
        for no limit
    :raises ConfigError: for settings that cannot work, naming the key
    """

    def __init__(
        self,
        *,
        tasks: tuple[TaskSpec, ...],
        units: tuple[Unit, ...],
        policy: str,
        make_policy: PolicyFactory,
        policy_parameters: Mapping[str, Any] | None = None,
        profiles: Profiles | None = None,
        watchdog: Watchdog | None = None,
        floor_periods: float = 0.0,
    ) -> None:
        self.profiles = profiles or Profiles()
        watchdog = watchdog or Watchdog()
        self._units = UnitSet(units, self.profiles, watchdog)
        #: the state of every unit by name
        self.units = self._units.states
        self.policy_name = policy
        self.policy_parameters = dict(policy_parameters or {})
        self._table = JobTable(tasks, frozenset(self.units), self.profiles)
        self._ready = self._table.ready.entries
        self._joins = self._table.joins
        self._hangs = HangControl(self._units, self._table, watchdog)
        self._floors = RateFloors(self._table.specs, self._table.ledger.tasks, self._units.times)
        self._floors.refresh(0)
        self._answers = AnswerFloors(self._table, self.units, self._units.times, floor_periods)
        self._fast = FastVariants(self._table, self.profiles, self._units.times)
        self._make_policy = make_policy
        self._policy = make_policy(policy, self.policy_parameters)
        #: takes what led to decisions; ``None`` while nobody asks for it
        self._scores: list[Scores] | None = None
        self._accepting = True
        #: the pending wake-up requested from the driver
        self._armed_ns: int | None = None
        self._handlers: dict[type, Callable[[Any, list[Decision]], None]] = {
            events.FrameArrived: self._on_frame_arrived,
            events.StageFinished: self._on_stage_finished,
            events.StageFailed: self._on_stage_failed,
            events.UnitChanged: self._on_unit_changed,
            events.WorkerReplaced: self._on_worker_replaced,
            events.ParametersChanged: self._on_parameters_changed,
            events.TasksAdded: self._on_tasks_added,
            events.JobCancelled: self._on_job_cancelled,
            events.ClockJumped: self._on_clock_jumped,
            events.TimerFired: self._on_timer_fired,
            events.Started: self._on_started,
            events.Stopped: self._on_stopped,
        }
        self._now_ns = 0
        #: the view of the policy, updated before each call
        self._view = View(
            now_ns=0,
            ready=(),
            units=self.units,
            tasks=self._table.specs,
            accounts=self._table.ledger.tasks,
            profiles=self.profiles,
            jobs=self._table.jobs,
            behind=self._table.ledger.behind,
            times=self._units.times,
        )

    @property
    def ledger(self) -> Ledger:
        """The account of every job."""
        return self._table.ledger

    @property
    def jobs(self) -> Mapping[int, Job]:
        """The jobs in flight by id."""
        return self._table.jobs

    @property
    def tasks(self) -> Mapping[str, TaskSpec]:
        """The tasks with their present settings."""
        return self._table.specs

    @property
    def awaited(self) -> set[int]:
        """The ended jobs whose results or frames a join may still need: keep these."""
        return self._joins.awaited

    @property
    def times(self) -> Times:
        """The expected times of stages now."""
        return self._units.times

    def handle(self, event: events.Event, now_ns: int) -> list[Decision]:
        """
        Handle one event and return the decisions, in order.

        :param now_ns: present time on the core's timeline, never less than before
        """
        if now_ns > self._now_ns:
            self._now_ns = now_ns
        out: list[Decision] = []
        self._handlers[type(event)](event, out)
        if self._joins.unsettled:
            self._table.settle_joins(self._now_ns, out)
        if self._ready:
            self._decide(out)
            if self._joins.unsettled:
                self._table.settle_joins(self._now_ns, out)
        return out

    # --- events ---------------------------------------------------------------------------

    def _on_frame_arrived(self, event: events.FrameArrived, out: list[Decision]) -> None:
        if self._accepting:
            self._answers.prune()
            self._hangs.look_for_overdue(self._now_ns, out)
            if self._fast:
                self._fast.arrived()
            self._table.frame(event, self._now_ns, out)
            if self._floors:
                self._floors.arrived(self._now_ns)

    def _on_stage_finished(self, event: events.StageFinished, out: list[Decision]) -> None:
        running = self._end_stage(event, out)
        if running is None:
            return
        if event.energy_mj:
            self._table.ledger.spend(running.task, event.energy_mj)
        job = self._table.jobs.get(event.job)
        if job is not None:
            self._units.learn(job, running, event)
            job.note(event.unit, event.started_ns, event.finished_ns)
            self._table.stage_ended(job, event, self._now_ns, out)
            if self._floors:
                self._floors.ended(running.task, self._now_ns, self._table.jobs)

    def _end_stage(
        self, event: events.StageFinished | events.StageFailed, out: list[Decision]
    ) -> Running | None:
        """Free the unit of a stage; return ``None`` if the stage was given up before."""
        running = self._units.end(event)
        if self._hangs:
            if running is None or running.hung:
                self._hangs.returned(event.job, self._now_ns, out)
            else:
                self._hangs.in_time(running.task, self._now_ns, out)
        return running

    def _on_stage_failed(self, event: events.StageFailed, out: list[Decision]) -> None:
        if self._end_stage(event, out) is None:
            return
        job = self._table.jobs.get(event.job)
        if job is not None:
            job.note(event.unit, event.started_ns, event.finished_ns)
            self._table.fail(job, event.reason, self._now_ns, out)

    def _on_unit_changed(self, event: events.UnitChanged, out: list[Decision]) -> None:
        unit = self.units.get(event.unit)
        if unit is None or event.state not in UNIT_STATES or event.speed <= 0:
            raise ConfigError(
                f'unit {event.unit}', f'cannot become {event.state!r} at speed {event.speed}'
            )
        if event.state == AVAILABLE and self._hangs:
            self._hangs.unit_freed(unit, self._now_ns, out)
        self._units.set_state(unit, event.state, event.reason, event.speed)
        for job_id in list(unit.running):
            job = self._table.jobs.get(job_id)
            if event.state == AVAILABLE and job is None:
                del unit.running[job_id]
            elif event.state != AVAILABLE and job is not None:
                self._table.fail(job, reasons.UNIT_LOST, self._now_ns, out)

    def _on_worker_replaced(self, event: events.WorkerReplaced, out: list[Decision]) -> None:
        unit = self.units.get(event.unit)
        if unit is None:
            raise ConfigError(f'unit {event.unit}', 'cannot have a new worker: there is none')
        self._hangs.worker_replaced(unit, self._now_ns, out)

    def _on_parameters_changed(self, event: events.ParametersChanged, out: list[Decision]) -> None:
        if event.task:
            spec = changed_task(self._table.specs, event.task, event.values)
            self._table.change(spec, self._now_ns, out)
            if 'variant' in event.values:
                self._fast.refresh(spec)
            else:
                self._fast.changed(spec)
            self._hangs.refresh(spec, self._now_ns, out)
            self._floors.refresh(self._now_ns)
            return
        values = dict(event.values)
        name = values.pop('policy', self.policy_name)
        if name == self.policy_name:
            values = {**self.policy_parameters, **values}
        self._policy = self._make_policy(name, values)
        self.policy_name = name
        self.policy_parameters = values

    def _on_tasks_added(self, event: events.TasksAdded, out: list[Decision]) -> None:
        self._table.add_tasks(event.tasks)
        for spec in event.tasks:
            self._fast.refresh(spec)
            self._hangs.refresh(spec, self._now_ns, out)
        self._floors.refresh(self._now_ns)

    def _on_job_cancelled(self, event: events.JobCancelled, out: list[Decision]) -> None:
        job = self._table.jobs.get(event.job)
        if job is not None:
            self._table.drop(job, event.reason, self._now_ns, out)

    def _on_clock_jumped(self, _event: events.ClockJumped, out: list[Decision]) -> None:
        self._table.drop_all(reasons.CLOCK_JUMP, self._now_ns, out)
        self._answers.restarted()

    def _on_timer_fired(self, _event: events.TimerFired, out: list[Decision]) -> None:
        self._armed_ns = None
        self._check_hangs(out)

    def _on_started(self, _event: events.Started, out: list[Decision]) -> None:
        self._accepting = True
        # the driver's timer ended with the stop: a wake-up from before would never come
        self._armed_ns = None
        self._hangs.restarted(self._now_ns, out)
        self._check_hangs(out)
        self._floors.restarted()
        self._answers.restarted()

    def _on_stopped(self, _event: events.Stopped, out: list[Decision]) -> None:
        self._accepting = False
        self._table.drop_all(reasons.SHUTDOWN, self._now_ns, out)

    # --- hung calls -----------------------------------------------------------------------

    def _check_hangs(self, out: list[Decision]) -> None:
        wake_ns = self._hangs.check(self._now_ns, out)
        if wake_ns is not None:
            self._wake_at(wake_ns, out)

    @property
    def hung_calls(self) -> Mapping[int, HungCall]:
        """The calls by job that the watchdog has given up and that have not returned."""
        return self._hangs.calls

    def why_off(self, task: str, now_ns: int) -> str:
        """Return why a task starts nothing since a call hung; empty when it may start."""
        return self._hangs.why_off(task, now_ns)

    def why_below_min_rate(self, task: str, now_ns: int) -> str:
        """Return the rate that a task has instead of its ``min_rate_hz``; empty when kept."""
        return self._floors.why_not_kept(task, now_ns)

    def why_at_floor(self, task: str, now_ns: int) -> str:
        """Return how a task is answered that is not on time; empty when it does without."""
        return self._answers.told(task, now_ns)

    def why_variant(self, task: str) -> str:
        """Return which variant a task runs by default and why; empty if it has no choice."""
        return self._fast.told(task)

    def before_choice(self, task: str) -> TaskSpec:
        """Return a task with all variants to choose from; :attr:`tasks` has the chosen one."""
        return self._fast.full(self._table.specs[task])

    def waiting(self) -> dict[str, int]:
        """Return how many stages could start now and may run on each unit; most on several."""
        found = dict.fromkeys(self.units, 0)
        for job in self._table.ready.jobs():
            for unit in job.stage.units:
                if unit in found:
                    found[unit] += 1
        return found

    @property
    def floor_starts(self) -> Mapping[str, int]:
        """The number of jobs by task that were started at its floor, without the policy."""
        return self._answers.starts

    # --- timers and policy ----------------------------------------------------------------

    def _wake_at(self, time_ns: int, out: list[Decision]) -> None:
        if self._armed_ns is None or time_ns < self._armed_ns:
            self._armed_ns = time_ns
            out.append(WakeAt(time_ns))

    @property
    def follows_plan(self) -> bool:
        """Whether the active policy takes a ``plan``: task -> the unit of each stage."""
        return bool(getattr(self._policy, 'follows_plan', False))

    @property
    def policy_problem(self) -> str:
        """Why another policy decides than the configured one; empty when that one does."""
        return str(getattr(self._policy, 'problem', ''))

    def tell_scores(self, scores: list[Scores] | None) -> None:
        """
        Append what leads policies to their decisions to a list from now on.

        :param scores: emptied by its owner after each event; ``None`` to end this
        """
        self._scores = scores

    # --- decisions ------------------------------------------------------------------------

    def _decide(self, out: list[Decision]) -> None:
        """Start silent tasks, offer jobs of tasks behind their minimum rate, then all others."""
        if self._units.some_lost:
            self._drop_unrunnable(out)
        hidden: frozenset[int] = frozenset()
        if self._answers:
            hidden = self._start_silent(out)
        if self._floors:
            first = self._floors.first(self._table.ready.jobs(), self._now_ns) - hidden
            if first:
                self._ask(out, first, rest=False)
                hidden |= first
        self._ask(out, hidden)

    def _ask(self, out: list[Decision], first: frozenset[int], *, rest: bool = True) -> None:
        """Call the policy until it returns nothing more: a drop can make another job ready."""
        policy, view = self._policy, self._view
        again = True
        while again and self._ready:
            idle = view.refresh(self._now_ns, self._table.ready, first, rest=rest)
            if not (idle or policy.asks_when_busy) or not view.ready:
                return
            again = False
            decided = policy.decide(view)
            if self._scores is not None and any([type(one) is not WakeAt for one in decided]):
                told = scores_of(policy, view)
                if told is not None:
                    self._scores.append(told)
            for decision in decided:
                if type(decision) is Run:
                    self._run(decision, out)
                    if not rest:
                        self._floors.started(self._table.jobs[decision.job], self._now_ns)
                elif rest or not self._protected(decision, out):
                    again |= self._apply(decision, out)

    def _start_silent(self, out: list[Decision]) -> frozenset[int]:
        """
        Start the jobs that are due at their floor, each on the idle unit that ends it first.

        :returns: those that wait for a unit, which no policy may drop
        """
        answers, now_ns, waiting = self._answers, self._now_ns, set[int]()
        for job in answers.due(now_ns):
            unit = self._best_idle(job)
            if unit is None:
                waiting.add(job.id)
                continue
            stage, variant = job.stage.name, job.variant.name
            self._run(Run(job.id, job.task, stage, unit, variant, job.items), out)
            answers.started(job, now_ns)
        return frozenset(waiting)

    def _best_idle(self, job: Job) -> str | None:
        """Return the idle unit on which a job ends first; ``None`` if none is idle."""
        idle = [name for name in job.stage.units if self.units[name].idle]
        return min(idle, key=lambda name: self._view.remaining_on_ns(job, name), default=None)

    def _protected(self, decision: Decision, out: list[Decision]) -> bool:
        """
        Return whether a drop is not carried out, as the job keeps its task's minimum rate.

        It is started instead if a unit is idle on which it is on time.
        """
        if not isinstance(decision, Drop) or decision.reason in _TOO_LATE:
            return False
        job, view, now_ns = self._live(decision.job), self._view, self._now_ns
        if now_ns + view.least_remaining_ns(job) > job.deadline_ns:
            return False
        best = self._best_idle(job)
        if best is not None and now_ns + view.remaining_on_ns(job, best) <= job.deadline_ns:
            stage, variant = job.stage.name, job.variant.name
            self._run(Run(job.id, job.task, stage, best, variant, job.items), out)
            self._floors.started(job, now_ns)
        return True

    def _drop_unrunnable(self, out: list[Decision]) -> None:
        for job in self._table.ready.jobs():
            if not self._units.can_run(job):
                self._table.drop(job, reasons.NO_UNIT, self._now_ns, out)

    def _apply(self, decision: Decision, out: list[Decision]) -> bool:
        """Carry out a decision that starts nothing; return whether it can lead to others."""
        if isinstance(decision, Drop):
            self._table.drop(self._live(decision.job), decision.reason, self._now_ns, out)
            return True
        if isinstance(decision, UseVariant):
            self._use_variant(decision, out)
            return True
        if isinstance(decision, WakeAt):
            self._wake_at(decision.time_ns, out)
            return False
        raise InvariantError(f'{self._policy.name} returned {decision!r}, not a valid decision')

    def _run(self, decision: Run, out: list[Decision]) -> None:
        job, name, now_ns = self._live(decision.job), decision.unit, self._now_ns
        stage, idle = job.stage, self.units[name].idle
        fits = idle and decision.stage == stage.name and name in stage.units
        if not fits or not self._table.start(job):
            raise InvariantError(f'{self._policy.name} cannot run {job!r} on {name}')
        run = self._units.start(job, name, now_ns)
        if self._hangs:
            self._hangs.started(run)
        job.unit = name
        job.started_ns = now_ns
        out.append(decision)
        if self._armed_ns is None or run.hang_at_ns < self._armed_ns:
            self._wake_at(run.hang_at_ns, out)

    def _use_variant(self, decision: UseVariant, out: list[Decision]) -> None:
        job = self._live(decision.job)
        if job.started:
            raise InvariantError(f'{self._policy.name} changes the variant of started {job!r}')
        job.use(self._table.specs[job.task].variant(decision.variant))
        out.append(decision)

    def _live(self, job_id: int) -> Job:
        job = self._table.jobs.get(job_id)
        if job is None:
            raise InvariantError(f'{self._policy.name} names job {job_id}, which has ended')
        return job

    # --- invariants -----------------------------------------------------------------------

    def validate(self) -> None:
        """
        Check every invariant.

        :raises InvariantError: when a job is in two places, a unit and its job disagree, or the
            ledger does not add up
        """
        self._table.validate()
        self._units.validate(self._table.jobs)
        self._hangs.validate()
        self._floors.validate(self._table.jobs)
