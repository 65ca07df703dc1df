# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plans a short window ahead at every decision."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.scores import PLAN_COST
from edge_sched_ros.core.scores import ScoredOption
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import slacks
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.choices import Scale
from edge_sched_ros.policies.least_slack import LeastSlack
from edge_sched_ros.policies.least_wait import least_wait_ns
from edge_sched_ros.policies.placement import fastest_idle_unit
from edge_sched_ros.policies.placement import run
from edge_sched_ros.policies.placement import take_slot
from edge_sched_ros.policies.plan_job import Placement
from edge_sched_ros.policies.plan_job import PlanJob
from edge_sched_ros.policies.plan_jobs import PlanJobs
from edge_sched_ros.policies.plan_jobs import Weights
from edge_sched_ros.policies.plan_search import ORDERS
from edge_sched_ros.policies.plan_search import PlanSearch
from edge_sched_ros.policies.pull_forward import pull_forward


class Horizon:
    """
    Receding horizon: searches schedules of present and future jobs, and starts the first step.

    At every decision jobs that cannot meet their deadline are dropped; the others, running jobs
    and the next periodic arrivals are placed by a beam search in three orders, which weighs
    misses, energy, accuracy and the risk of being late; the stages that the best schedule starts
    now are started. A unit may stay idle for an arrival, unless a later job fits before it. The
    search counts its steps: with too many jobs for the budget the policy is ``least_slack``. It
    counts steps, not microseconds, so that the same log gives the same decisions on any machine.
    """

    name: ClassVar[str] = 'horizon'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'budget', 3000, 1, 1_000_000, 'Maximum number of placements tried for one decision'
        ),
        PolicyParameter(
            'window_ms',
            30.0,
            0.0,
            1e4,
            'Time ahead for which arrivals are predicted, in milliseconds',
        ),
        PolicyParameter('arrivals', 4, 0, 100, 'Maximum number of predicted arrivals'),
        PolicyParameter('accuracy', 1.0, 0.0, 100.0, 'Cost of lost accuracy, in misses'),
        PolicyParameter('energy', 0.1, 0.0, 0.9, 'Maximum cost of energy, in misses'),
        PolicyParameter(
            'fairness',
            1.0,
            0.0,
            100.0,
            'How much more a miss costs for tasks that missed many deadlines recently',
        ),
        PolicyParameter(
            'safety',
            2.0,
            0.0,
            10.0,
            'Assumed standard deviation of a latency, as a multiple of its mean deviation',
        ),
        PolicyParameter(
            'haste',
            0.2,
            0.0,
            1.0,
            'Cost of a job that uses all the time to its deadline, in misses',
        ),
        PolicyParameter(
            'pressure', 0.1, 0.0, 100.0, 'Cost of occupying units, in misses per window'
        ),
        PolicyParameter(
            'probe_after',
            10,
            1,
            1_000_000,
            'Number of early drops in a row after which one job runs anyway',
        ),
    )
    switches_variants: ClassVar[bool] = True
    asks_when_busy: ClassVar[bool] = False

    def __init__(self, **values: float) -> None:
        #: placements to try in each order
        self._budget = max(1, int(values['budget']) // len(ORDERS))
        self._window_ns = round(values['window_ms'] * 1e6)
        self._arrivals = int(values['arrivals'])
        self._pressure = values['pressure']
        self._haste = values['haste']
        self._probe_after = values['probe_after']
        self._jobs = PlanJobs(
            Weights(values['accuracy'], values['energy'], values['fairness'], values['safety'])
        )
        self._fallback = LeastSlack()
        #: schedules that the last call compared; without any where it planned nothing
        self._search = PlanSearch()
        self._units: tuple[str, ...] = ()
        #: number of decisions by plan and by fallback
        self.planned = 0
        self.fell_back = 0

    def decide(self, view: View) -> list[Decision]:
        """Drop lost jobs, else start the stages that the best plan starts now."""
        self._units = units = self._jobs.begin(view)
        self._search.forget()
        if self._is_beyond_budget(view):
            return self._fall_back(view)
        ready = [self._jobs.of_job(view, job, view.now_ns) for job in view.ready]
        if lost := self._lost(view, [plan_job.least_ns for plan_job in ready]):
            return lost
        jobs = ready + self._running(view)
        for job, plan_job in zip(view.ready, ready):
            jobs += self._jobs.after(view, job, plan_job)
        jobs += self._jobs.to_come(view, self._until(view, jobs), self._arrivals)
        steps = sum([1 + len(job.options) for job in jobs])
        if steps > self._budget:
            self.fell_back += 1
            return self._fallback.decide(view)
        self.planned += 1
        plan = self._search.find(
            jobs,
            [view.units[name].free_at_ns(view.now_ns) for name in units],
            Scale(
                now_ns=view.now_ns,
                width=min(32, self._budget // steps),
                pressure=self._price(jobs),
                haste=self._haste,
            ),
        )
        decisions = _starts(view, plan, units)
        decisions += self._probes(view, decisions)
        return decisions or self._wait(view, plan)

    def last_scores(self, view: View) -> Scores:
        """
        Return the cost of the best schedule, and of the best that begins differently.

        The slack of every job if the last call made no plan.
        """
        found: list[ScoredOption] = []
        ready = {job.id for job in view.ready}
        for cost, begun in self._search.by_cost(view.now_ns):
            starts = sorted(
                [(key, self._units[one.legs[0].unit]) for key, one in begun if key in ready]
            )
            if not found or starts != found[0][1]:
                found.append((cost, starts))
            if len(found) == 2:
                break
        return Scores(PLAN_COST, found) if found else slacks(view)

    def _is_beyond_budget(self, view: View) -> bool:
        """Whether the jobs in flight alone are certainly too many to plan."""
        jobs, left = self._jobs, self._budget
        for job in view.ready:
            left -= jobs.least_steps(view, job)
        for unit in view.units.values():
            if left < 0:
                return True
            for job_id in unit.running:
                running = view.jobs.get(job_id)
                if running is not None:
                    left -= jobs.least_steps(view, running)
        return left < 0

    def _fall_back(self, view: View) -> list[Decision]:
        """Decide without a plan: drop lost jobs, or, when there are none, as ``least_slack``."""
        self.fell_back += 1
        lost = self._lost(view, [view.least_of_any_variant_ns(job) for job in view.ready])
        return lost or self._fallback.decide(view)

    def _lost(self, view: View, least_ns: list[int]) -> list[Decision]:
        """
        Return the drops of jobs that are late even alone on the fastest unit.

        :param least_ns: the least time that each ready job needs
        """
        return [
            Drop(job.id, job.task, reasons.DEADLINE_UNREACHABLE)
            for job, shortest_ns in zip(view.ready, least_ns)
            if view.now_ns + shortest_ns > job.deadline_ns and not self._is_probe(view, job)
        ]

    def _is_probe(self, view: View, job: Job) -> bool:
        """Whether the task has been dropped so often that its costs should be measured again."""
        return view.accounts[job.task].unreachable_in_a_row >= self._probe_after

    def _probes(self, view: View, decisions: list[Decision]) -> list[Decision]:
        """Return starts of probes on units that the plan leaves idle."""
        started = [decision for decision in decisions if isinstance(decision, Run)]
        idle = view.free_slots()
        for decision in started:
            take_slot(idle, decision.unit)
        jobs = {decision.job for decision in started}
        found: list[Decision] = []
        for job in view.ready:
            if job.id in jobs or not self._is_probe(view, job):
                continue
            unit = fastest_idle_unit(view, job, idle)
            if unit is not None:
                take_slot(idle, unit)
                found.append(run(job, unit))
        return found

    def _wait(self, view: View, plan: list[Placement]) -> list[Decision]:
        """Nothing starts now: request another call, or use the fallback."""
        ready = {job.id for job in view.ready}
        begins = [place.begin_ns for place in plan if place.job.key in ready]
        later = [begin_ns for begin_ns in begins if begin_ns > view.now_ns]
        if later:
            return [WakeAt(max(min(later), view.now_ns + least_wait_ns(view)))]
        if any(unit.running for unit in view.units.values()):
            return []  # the end of a running stage leads to another call
        return self._fallback.decide(view)

    def _running(self, view: View) -> list[PlanJob]:
        """Return the rest of the jobs whose stages run now."""
        found = []
        for unit in view.units.values():
            for running in unit.running.values():
                job = view.jobs.get(running.job_id)
                if job is None:
                    continue
                rest = self._jobs.of_job(view, job, max(view.now_ns, running.due_ns))
                if rest.options:
                    found.append(rest)
                found += self._jobs.after(view, job, rest)
        return found

    def _until(self, view: View, jobs: list[PlanJob]) -> int:
        last_ns = max((job.deadline_ns for job in jobs), default=view.now_ns)
        return min(last_ns, view.now_ns + self._window_ns)

    def _price(self, jobs: list[PlanJob]) -> float:
        """Return the cost of a nanosecond of unit time."""
        if not self._window_ns or not jobs:
            return 0.0
        return self._pressure * sum([job.miss for job in jobs], 0.0) / len(jobs) / self._window_ns


def _starts(view: View, plan: list[Placement], units: tuple[str, ...]) -> list[Decision]:
    """Return the decisions for stages that start now on idle units."""
    decisions: list[Decision] = []
    free = view.free_slots()
    ready = {job.id: job for job in view.ready}
    for placement in plan:
        unit = units[placement.option.legs[0].unit]
        if placement.job.key in ready and placement.begin_ns <= view.now_ns and unit in free:
            decisions += _start(ready.pop(placement.job.key), placement, unit)
            take_slot(free, unit)
    for unit in list(free):
        if view.units[unit].free_at_ns(view.now_ns) > view.now_ns:
            continue  # it takes another stage, but would not run it now
        found = pull_forward(plan, units.index(unit), ready, view.now_ns)
        if found is not None:
            decisions += _start(ready.pop(found.job.key), found, unit)
    return decisions


def _start(job: Job, placement: Placement, unit: str) -> list[Decision]:
    variant = placement.option.variant
    stage = variant.stages[job.stage_index]
    start = Run(job.id, job.task, stage.name, unit, variant.name, job.items)
    if variant is job.variant:
        return [start]
    return [UseVariant(job.id, variant.name), start]


POLICY = Horizon
