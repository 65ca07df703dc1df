# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The distance of policies to the clairvoyant optimum in short windows of many scenarios."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.plugins.policies import policy_class
from edge_sched_ros.simulation.bound.clairvoyant import Bound
from edge_sched_ros.simulation.bound.clairvoyant import clairvoyant_bound
from edge_sched_ros.simulation.bound.clairvoyant import missed_jobs
from edge_sched_ros.simulation.bound.clairvoyant import simulate_window
from edge_sched_ros.simulation.bound.clairvoyant import solver_module
from edge_sched_ros.simulation.bound.jobs import WindowChangesError
from edge_sched_ros.simulation.pool import run_all
from edge_sched_ros.simulation.scenario import Scenario
from edge_sched_ros.simulation.suite import runs_of
from edge_sched_ros.system.system import System


@dataclass(frozen=True, slots=True)
class BoundedSuite:
    """
    The policies' misses beyond the optimum, in windows with a proven optimum.

    :param excess: scenario -> policy -> jobs missed beyond the optimum, as a share of all jobs of
        the windows, 0..1; without scenarios that have no proven window
    :param windows: scenario -> number of ``windows`` tried and ``proven``, and for the proven ones
        the ``jobs``, ``optimum_missed`` by the best schedules of first variants, and
        ``optimum_missed_variants`` by those of any variants; ``None`` when nothing is proven or no
        policy is compared with it
    """

    excess: dict[str, dict[str, float]] = field(default_factory=dict)
    windows: dict[str, dict[str, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Window:
    """A window to solve, and the policies to run in it."""

    scenario: Scenario
    policies: tuple[str, ...]
    seed: int
    seconds: float
    time_limit_s: float


@dataclass(slots=True)
class _Count:
    """Counts of a window, or of all proven windows of a scenario."""

    proven: int = 0
    jobs: int = 0
    #: whether any variant may be used -> jobs missed in the best schedule
    optimum: dict[bool, int] = field(default_factory=dict)
    #: policy -> jobs missed
    missed: dict[str, int] = field(default_factory=dict)

    def add(self, other: _Count) -> None:
        self.proven += other.proven
        self.jobs += other.jobs
        for free, missed in other.optimum.items():
            self.optimum[free] = self.optimum.get(free, 0) + missed
        for policy, missed in other.missed.items():
            self.missed[policy] = self.missed.get(policy, 0) + missed


def switches_variants(policy: str) -> bool:
    """Return whether a policy of this name may use another variant than the first."""
    return bool(getattr(policy_class(policy), 'switches_variants', False))


def excesses(
    scenarios: Iterable[Scenario],
    policy_names: Sequence[str],
    *,
    progress: Callable[[float], None] = lambda _share: None,
    seeds: Iterable[int] = range(3),
    seconds: float = 0.2,
    time_limit_s: float = 10.0,
    jobs: int = 1,
) -> BoundedSuite:
    """
    Solve one window per scenario and seed to the optimum and run every policy in it.

    A policy that may switch variants is compared with the best schedule of any variants, the
    others with the best one of first variants. A window counts when all of these are proven, so
    all policies are compared in the same windows. Scenarios with changes of the workload within
    the window are left out.

    :param progress: called with the share of windows done, 0..1
    :param seconds: virtual time during which frames arrive in a window
    :param time_limit_s: limit of every search, up to two per window; a slower machine may prove
        fewer windows
    :param jobs: number of processes; every search uses one
    :raises ConfigError: without OR-tools, or for an unusable policy or scenario
    """
    solver_module()
    chosen = list(scenarios)
    todo = [
        _Window(scenario, tuple(policy_names), seed, seconds, time_limit_s)
        for scenario, own in runs_of(chosen, list(seeds))
        for seed in own
    ]
    counts: dict[str, _Count] = {}
    tried: dict[str, int] = {}
    for window, count in zip(todo, run_all(_solve, todo, jobs=jobs, progress=progress)):
        name = window.scenario.name
        if count is not None:
            counts.setdefault(name, _Count()).add(count)
            tried[name] = tried.get(name, 0) + 1
    return BoundedSuite(
        excess={name: _shares(count) for name, count in counts.items() if count.proven},
        windows={name: _account(count, tried[name]) for name, count in counts.items()},
    )


def _solve(window: _Window) -> _Count | None:
    """Return the counts of a window, all zero if not proven; ``None`` if its workload changes."""
    system = window.scenario.system()
    first: Bound | None = None
    optimum = {}
    for free in sorted({switches_variants(policy) for policy in window.policies}):
        # no misses cannot be improved, and one variant leaves no choice
        if first is None or (first.missed and _has_choice(system)):
            try:
                bound = clairvoyant_bound(
                    system,
                    seed=window.seed,
                    seconds=window.seconds,
                    time_limit_s=window.time_limit_s,
                    variants=free,
                    workers=1,
                )
            except WindowChangesError:
                return None
            if not bound.proven:
                return _Count()
            first = first or bound
        optimum[free] = bound.missed
    if first is None:
        return _Count()
    found = {
        policy: simulate_window(system, policy, seed=window.seed, seconds=window.seconds)
        for policy in window.policies
    }
    missed = {policy: missed_jobs(first, outcome) for policy, outcome in found.items()}
    return _Count(1, first.jobs, optimum, missed)


def _has_choice(system: System) -> bool:
    return any(len(task.variants) > 1 for task in system.tasks)


def _shares(count: _Count) -> dict[str, float]:
    return {
        policy: (missed - count.optimum[switches_variants(policy)]) / max(1, count.jobs)
        for policy, missed in count.missed.items()
    }


def _account(count: _Count, tried: int) -> dict[str, int | None]:
    return {
        'windows': tried,
        'proven': count.proven,
        'jobs': count.jobs,
        'optimum_missed': count.optimum.get(False),
        'optimum_missed_variants': count.optimum.get(True),
    }
