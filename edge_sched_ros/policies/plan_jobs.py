# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns jobs in flight and expected jobs into jobs for the search."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.ledger import TaskAccount
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.beam import Option
from edge_sched_ros.policies.beam import PlanJob
from edge_sched_ros.policies.paths import Costs
from edge_sched_ros.policies.paths import find_paths
from edge_sched_ros.policies.paths import Path

_FAR_NS = 1 << 62
#: number of decisions after which costs are looked up again
_REFRESH = 50
#: number of jobs without a miss credited to a new task, to limit the effect of its first miss
_PRIOR_JOBS = 50
#: minimum relative deviation
_LEAST_DEVIATION = 0.01
#: number of paths per variant, the fastest ones
_MOST_PATHS = 8


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


@dataclass(frozen=True, slots=True)
class _Way:
    """A path of a variant from a given stage on."""

    path: Path
    #: share of the energy of the worst placement
    energy: float
    accuracy: float
    deviation: float


class PlanJobs:
    """
    Makes plan jobs; remembers costs between decisions.

    Costs are in units of UXCost's change (DREAM, ASPLOS 2023, as recalled): UXCost is
    ``R * E``, the sums of miss rates and of normalised energies, so a miss of a task with ``n``
    jobs costs ``E / n`` and energy ``e`` costs ``R * e / n``; ``1 / n`` goes with the period.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._ways: dict[tuple[str, str, int, int], tuple[_Way, ...]] = {}
        self._age = 0
        self._speeds: tuple[float, ...] = ()
        self._miss_rates = 0.01
        self._energies = 1.0
        self._names: tuple[str, ...] = ()

    def begin(self, view: View) -> tuple[str, ...]:
        """Update the state of units and accounts; return the available units' names."""
        speeds = tuple(unit.speed * (unit.state == AVAILABLE) for unit in view.units.values())
        self._age += 1
        if speeds != self._speeds or self._age > _REFRESH:
            self._age, self._speeds = 0, speeds
            self._ways.clear()
            self._names = tuple(
                name for name, unit in view.units.items() if unit.state == AVAILABLE
            )
            ended = [account for account in view.accounts.values() if account.ended]
            if ended:
                self._miss_rates = sum(_miss_rate(account) for account in ended)
                self._energies = sum(account.normalised_energy for account in ended)
        return self._names

    def of_job(self, view: View, job: Job, ready_ns: int) -> PlanJob:
        """Return a job in flight, ready at a time, as a plan job."""
        spec = view.tasks[job.task]
        # a started job keeps its variant
        variants = (job.variant,) if job.started else spec.variants
        stage = job.stage_index + (job.state == 'running')
        period_ns = view.period_ns(job.task) or spec.deadline_ns
        latest_ns = _FAR_NS
        last_ns = view.accounts[job.task].last_release_ns
        if job.state == 'waiting' and last_ns is not None and spec.queue_depth == 1:
            due_ns = last_ns + period_ns
            # an overdue frame may never come: then this job has its full time
            latest_ns = due_ns if due_ns > view.now_ns else _FAR_NS
        return self._make(
            view, spec, variants, stage, job.items, period_ns, job.id, ready_ns,
            job.deadline_ns, latest_ns, job.priority,
        )  # fmt: skip

    def to_come(self, view: View, until_ns: int, most: int) -> list[PlanJob]:
        """Return the first expected jobs of periodic tasks before a time."""
        found = []
        for name, spec in view.tasks.items():
            last_ns = view.accounts[name].last_release_ns
            period_ns = view.period_ns(name)
            if spec.after or not spec.enabled or last_ns is None or not period_ns:
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
                view, spec, spec.variants[:1], 0, 1, period_ns, -1, release_ns,
                release_ns + spec.deadline_ns, _FAR_NS, spec.priority,
            )
            for release_ns, name, spec, period_ns in found[:most]
        ]  # fmt: skip

    def after(self, view: View, job: Job, plan_job: PlanJob) -> list[PlanJob]:
        """Return the expected jobs after one in flight, at their earliest time."""
        found = []
        for name, spec in view.tasks.items():
            if spec.after != job.task or not spec.enabled:
                continue
            needs = min((option.total_ns for option in plan_job.options), default=0)
            ready_ns = plan_job.ready_ns + needs
            period_ns = view.period_ns(job.task) or spec.deadline_ns
            child = self._make(
                view, spec, spec.variants[:1], 0, 1, period_ns, -1, ready_ns,
                job.release_ns + spec.deadline_ns, _FAR_NS, spec.priority,
            )  # fmt: skip
            chance = _chance(view, name, job.task)
            if chance > 0.1:
                options = tuple(replace(o, cost=o.cost * chance) for o in child.options)
                found.append(replace(child, miss=child.miss * chance, options=options))
        return found

    def _make(
        self,
        view: View,
        spec: TaskSpec,
        variants: tuple[VariantSpec, ...],
        stage: int,
        items: int,
        period_ns: int,
        key: int,
        ready_ns: int,
        deadline_ns: int,
        latest_ns: int,
        priority: int,
    ) -> PlanJob:
        weights = self._weights
        account = view.accounts[spec.name]
        scale = period_ns * 1e-9 * (4.0**priority if priority else 1.0)
        if weights.fairness:
            recent = account.recent
            missed = sum(miss for miss, _ in recent) / len(recent) if recent else 0.0
            scale *= 1 + weights.fairness * missed
        miss = scale * self._energies
        # never so expensive that dropping a job that can be on time would pay
        energy_price = min(weights.energy, self._miss_rates / max(1e-9, self._energies))
        options = []
        for variant in variants:
            for way in self._find_ways(view, spec, variant, stage, items):
                cost = miss * energy_price * way.energy
                cost += miss * weights.accuracy * (1 - way.accuracy)
                deviation = max(_LEAST_DEVIATION, weights.safety * way.deviation)
                options.append(Option(way.path.legs, way.path.total_ns, cost, variant, deviation))
        follow = self._follow(view, spec, deadline_ns, scale)
        return PlanJob(key, ready_ns, deadline_ns, latest_ns, miss, tuple(options), *follow)

    def _follow(
        self, view: View, spec: TaskSpec, deadline_ns: int, scale: float
    ) -> tuple[int, int, float]:
        """Return a job's latest end for the most urgent task after it, and the cost of a miss."""
        best = (0, 1, 0.0)
        release_ns = deadline_ns - spec.deadline_ns
        for name, child in view.tasks.items():
            if child.after != spec.name:
                continue
            chance = _chance(view, name, spec.name)
            ways = self._find_ways(view, child, child.variants[0], 0, 1)
            needs = min((way.path.total_ns for way in ways), default=0)
            latest = release_ns + child.deadline_ns - needs
            if not best[2] or latest < best[0]:
                best = (latest, max(1, needs // 2), chance * scale * self._energies)
        return best

    def _find_ways(
        self, view: View, spec: TaskSpec, variant: VariantSpec, stage: int, items: int
    ) -> tuple[_Way, ...]:
        key = (spec.name, variant.name, stage, items)
        ways = self._ways.get(key)
        if ways is None:
            ways = self._make_ways(view, spec, variant, stage, items)
            # unknown costs count as 0, which must not be cached
            if self._all_known(view, spec, variant, stage):
                self._ways[key] = ways
        return ways

    def _all_known(self, view: View, spec: TaskSpec, variant: VariantSpec, first: int) -> bool:
        costs = view.profiles.on_units
        return all(
            unit in costs(spec.name, variant.name, stage.name)
            for stage in variant.stages[first:]
            for unit in stage.units
            if unit in self._names
        )

    def _make_ways(
        self, view: View, spec: TaskSpec, variant: VariantSpec, first: int, items: int
    ) -> tuple[_Way, ...]:
        worst = view.profiles.worst_energy_mj(spec.name, spec.variants[0], items)
        stages: list[Costs] = []
        deviation, reach = 0.0, 1.0
        for offset, stage in enumerate(variant.stages[first:]):
            share = reach * (stage.chance if offset else 1.0)
            reach *= 1 - stage.exit_chance
            costs: Costs = {}
            for unit_index, unit in enumerate(self._names):
                if unit in stage.units:
                    ns, mj, spread = _cost(view, spec, variant, stage.name, unit, items)
                    costs[unit_index] = (ns * share, mj * share)
                    deviation = max(deviation, spread)
            stages.append(costs)

        def hand_over(source: int, target: int) -> float:
            return view.profiles.transition_ns(self._names[source], self._names[target])

        found = find_paths(stages, hand_over)
        found.sort(key=lambda path: path.total_ns)
        return tuple(
            _Way(path, path.energy_mj / worst if worst else 0.0, variant.accuracy, deviation)
            for path in found[:_MOST_PATHS]
        )


def _chance(view: View, child: str, parent: str) -> float:
    """How often a task's result has released a job of a task after it."""
    account = view.accounts[parent]
    return min(1.0, (view.accounts[child].released + 1) / (account.on_time + account.late + 1))


def _miss_rate(account: TaskAccount) -> float:
    """The miss ratio, as if there had been some jobs without a miss before."""
    return (account.ended - account.on_time + 0.5) / (account.ended + _PRIOR_JOBS)


def _cost(
    view: View, spec: TaskSpec, variant: VariantSpec, stage: str, unit: str, items: int
) -> tuple[float, float, float]:
    """Return latency in ns, energy in mJ and relative deviation of a stage; unknown counts 0."""
    cost = view.profiles.cost(spec.name, variant.name, stage, unit)
    if cost is None:
        return (0.0, 0.0, 0.0)
    ns = cost.expected_ns(items) / view.units[unit].speed
    return (ns, cost.expected_mj(items) or 0.0, cost.deviation)
