# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns jobs in flight and expected jobs into jobs for the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.ledger import INTERVAL_GAIN
from edge_sched_ros.core.ledger import TaskAccount
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.plan_job import least_of
from edge_sched_ros.policies.plan_job import Option
from edge_sched_ros.policies.plan_job import PlanJob
from edge_sched_ros.policies.waiting import FAR_NS
from edge_sched_ros.policies.waiting import Waiting
from edge_sched_ros.policies.ways import MOST_PATHS
from edge_sched_ros.policies.ways import Ways

#: number of decisions after which costs are looked up again
_REFRESH = 50
#: number of jobs without a miss credited to a new task, to limit the effect of its first miss
_PRIOR_JOBS = 50
#: minimum relative deviation
_LEAST_DEVIATION = 0.01
#: cost of holding the next job of a task up until it is lost, in misses: at the cost of a whole
#: one no job of an overloaded task would be worth running
_HELD_UP = 0.5
#: a source whose intervals differ by more than its mean interval divided by this has no rhythm
_UNSTEADY = 4
#: least chance of a job after another at which it is planned
_LEAST_CHANCE = 0.1


@dataclass(frozen=True, slots=True)
class Weights:
    """
    Weights of the costs.

    :param accuracy: cost of a result with accuracy 0, in misses
    :param energy: maximum cost of energy (that of the worst placement), in misses
    :param fairness: how much more a miss costs for a task with many recent misses
    :param safety: standard deviation of a duration, in observed mean deviations
    """

    accuracy: float
    energy: float
    fairness: float
    safety: float


class _Kept:
    """The options of a task's jobs at one stage."""

    __slots__ = ('least_ns', 'options', 'spec')

    def __init__(self, spec: TaskSpec, options: tuple[Option, ...]) -> None:
        self.spec = spec
        self.options = options
        self.least_ns = least_of(options)


class PlanJobs:
    """
    Makes plan jobs; remembers ways and options between decisions.

    Costs are in units of UXCost's change (DREAM, ASPLOS 2023, as recalled): UXCost is
    ``R * E``, the sums of miss rates and of normalised energies, so a miss of a task with ``n``
    jobs costs ``E / n`` and energy ``e`` costs ``R * e / n``; ``1 / n`` goes with the period.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._ways = Ways()
        #: (task, variant of a started job or empty, stage, items) -> options
        self._kept: dict[tuple[str, str, int, int], _Kept] = {}
        #: task -> the tasks after it
        self._children: dict[str, list[str]] = {}
        self._waiting = Waiting()
        self._tasks = 0
        self._age = 0
        self._speeds: list[float] = []
        self._miss_rates = 0.01
        self._energies = 1.0
        self._energy_price = 0.0

    def begin(self, view: View) -> tuple[str, ...]:
        """Update the state of units and accounts; return the available units' names."""
        speeds = [unit.speed * (unit.state == AVAILABLE) for unit in view.units.values()]
        self._age += 1
        self._waiting.refresh(view)
        if speeds != self._speeds or self._age > _REFRESH:
            self._age, self._speeds = 0, speeds
            self._refresh(view)
        if len(view.tasks) != self._tasks:
            self._tasks = len(view.tasks)
            self._children = {name: [] for name in view.tasks}
            for name, spec in view.tasks.items():
                if spec.after:
                    self._children[spec.after].append(name)
        return self._ways.names

    def _refresh(self, view: View) -> None:
        self._kept.clear()
        self._ways.refresh(view)
        ended = [account for account in view.accounts.values() if account.ended]
        if ended:
            self._miss_rates = sum([_miss_rate(account) for account in ended], 0.0)
            self._energies = sum([account.normalised_energy for account in ended], 0.0)
        # never so expensive that dropping a job that can be on time would pay
        most = self._miss_rates / max(1e-9, self._energies)
        self._energy_price = min(self._weights.energy, most)

    def least_steps(self, view: View, job: Job) -> int:
        """Return the least number of placements to try for the rest of a job, without ways."""
        stage = job.stage_index + (job.state == 'running')
        if stage == len(job.variant.stages):
            return 0
        variants = (job.variant,) if job.started else view.tasks[job.task].variants
        steps = 1
        for variant in variants:
            steps += min(MOST_PATHS, self._ways.able(job.task, variant, stage))
        return steps

    def of_job(self, view: View, job: Job, ready_ns: int) -> PlanJob:
        """Return a job in flight, ready at a time, as a plan job."""
        spec = view.tasks[job.task]
        stage = job.stage_index + (job.state == 'running')
        period_ns = view.period_ns(job.task) or spec.deadline_ns
        rhythm = has_rhythm(view.accounts[job.task])
        latest_ns = self._waiting.superseded_ns(view, job, period_ns) if rhythm else FAR_NS
        made = self._make(
            view, spec, job.variant if job.started else None, stage, job.items, period_ns,
            job.id, ready_ns, job.deadline_ns, latest_ns, job.priority,
        )  # fmt: skip
        if not rhythm and job.state == 'waiting':
            made.frames = self._waiting.frames_left(view, job)
            made.lost_by_ns = made.frames * period_ns
        if spec.max_in_flight == 1:
            # the next job of the task can only start when this one has ended
            needs_ns = self._needs_ns(view, spec)
            start_ns = self._waiting.next_start_ns(view, job, period_ns, needs_ns)
            made.end_before(start_ns, max(1, needs_ns // 2), _HELD_UP * made.miss)
        return made

    def to_come(self, view: View, until_ns: int, most: int) -> list[PlanJob]:
        """Return the first expected jobs of periodic tasks before a time."""
        found = []
        for name, spec in view.tasks.items():
            last_ns = view.accounts[name].last_release_ns
            if spec.after or not spec.enabled or last_ns is None:
                continue
            if not has_rhythm(view.accounts[name]):
                continue  # no unit waits for a frame that may come at any time
            period_ns = view.period_ns(name)
            if not period_ns:
                continue
            release_ns = last_ns + period_ns
            if release_ns < view.now_ns:
                # overdue: it may come at any moment, unless the stream has ended
                if view.now_ns - release_ns > period_ns:
                    continue
                release_ns = view.now_ns
            while release_ns < until_ns:
                found.append((release_ns, name, spec, period_ns))
                release_ns += period_ns
        found.sort(key=lambda entry: entry[0])
        return [
            self._make(
                view, spec, spec.variants[0], 0, 1, period_ns, -1, release_ns,
                release_ns + spec.deadline_ns, FAR_NS, spec.priority,
            )
            for release_ns, _, spec, period_ns in found[:most]
        ]  # fmt: skip

    def after(self, view: View, job: Job, plan_job: PlanJob) -> list[PlanJob]:
        """Return the expected jobs after one in flight, at their earliest time."""
        found: list[PlanJob] = []
        for name in self._children[job.task]:
            spec, chance = view.tasks[name], _chance(view, name, job.task)
            if not spec.enabled or chance <= _LEAST_CHANCE:
                continue
            period_ns = view.period_ns(job.task) or spec.deadline_ns
            child = self._make(
                view, spec, spec.variants[0], 0, 1, period_ns, -1,
                plan_job.ready_ns + plan_job.least_ns, job.release_ns + spec.deadline_ns,
                FAR_NS, spec.priority,
            )  # fmt: skip
            child.chance = chance
            child.miss *= chance
            found.append(child)
        return found

    def _make(
        self,
        view: View,
        spec: TaskSpec,
        only: VariantSpec | None,
        stage: int,
        items: int,
        period_ns: int,
        key: int,
        ready_ns: int,
        deadline_ns: int,
        latest_ns: int,
        priority: int,
    ) -> PlanJob:
        """Return a plan job; ``only`` is the one variant that it can run."""
        account = view.accounts[spec.name]
        scale = period_ns * 1e-9 * (4.0**priority if priority else 1.0)
        if self._weights.fairness and account.recent:
            missed = account.recent_missed / len(account.recent)
            scale *= 1 + self._weights.fairness * missed
        miss = scale * self._energies
        key_of_options = (spec.name, only.name if only is not None else '', stage, items)
        kept = self._kept.get(key_of_options)
        if kept is None or kept.spec is not spec:
            variants = spec.variants if only is None else (only,)
            kept = _Kept(spec, self._options(view, spec, variants, stage, items))
            if self._ways.all_kept:
                self._kept[key_of_options] = kept
        made = PlanJob(
            key, ready_ns, deadline_ns, latest_ns, miss, kept.options, least_ns=kept.least_ns,
            energy_cost=miss * self._energy_price, accuracy_cost=miss * self._weights.accuracy,
        )  # fmt: skip
        if self._children[spec.name]:
            self._follow(view, spec, made, scale)
        return made

    def _options(
        self,
        view: View,
        spec: TaskSpec,
        variants: Sequence[VariantSpec],
        stage: int,
        items: int,
    ) -> tuple[Option, ...]:
        safety, options = self._weights.safety, []
        self._ways.all_kept = True
        for variant in variants:
            for way in self._ways.of(view, spec, variant, stage, items):
                deviation = max(_LEAST_DEVIATION, safety * way.deviation)
                path, lack = way.path, 1 - way.accuracy
                options.append(
                    Option(path.legs, path.total_ns, way.energy, lack, variant, deviation)
                )
        return tuple(options)

    def _follow(self, view: View, spec: TaskSpec, made: PlanJob, scale: float) -> None:
        """Set a job's latest end for the most urgent task after it, and the cost of a miss."""
        release_ns = made.deadline_ns - spec.deadline_ns
        for name in self._children[spec.name]:
            child = view.tasks[name]
            needs_ns = self._needs_ns(view, child)
            latest_ns = release_ns + child.deadline_ns - needs_ns
            miss = _chance(view, name, spec.name) * scale * self._energies
            made.end_before(latest_ns, max(1, needs_ns // 2), miss)

    def _needs_ns(self, view: View, spec: TaskSpec) -> int:
        """Return the least time of a new job of a task."""
        ways = self._ways.of(view, spec, spec.variants[0], 0, 1)
        return min([way.path.total_ns for way in ways]) if ways else 0


def has_rhythm(account: TaskAccount) -> bool:
    """Whether the frames of a task come in intervals of which the next can be foreseen."""
    # the mean deviation is averaged from zero, so it is too low after a few frames
    known = 1 - (1 - INTERVAL_GAIN) ** max(1, account.released - 1)
    return account.interval_spread_ns * _UNSTEADY <= account.interval_ns * known


def _chance(view: View, child: str, parent: str) -> float:
    """How often a task's result has released a job of a task after it."""
    account = view.accounts[parent]
    return min(1.0, (view.accounts[child].released + 1) / (account.on_time + account.late + 1))


def _miss_rate(account: TaskAccount) -> float:
    """The miss ratio, as if there had been some jobs without a miss before."""
    return (account.ended - account.on_time + 0.5) / (account.ended + _PRIOR_JOBS)
