# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The fewest jobs that anyone could miss in a short window, all arrivals and times known."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Literal

from edge_sched_ros.installation.missing import need
from edge_sched_ros.simulation.bound.hint import add_hints
from edge_sched_ros.simulation.bound.hint import best_plans
from edge_sched_ros.simulation.bound.jobs import GRAIN_NS
from edge_sched_ros.simulation.bound.jobs import window_jobs
from edge_sched_ros.simulation.bound.jobs import WindowJob
from edge_sched_ros.simulation.bound.model import WindowModel
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System

#: weights of missed jobs are whole numbers; no task's jobs weigh more than this together
_MOST_WEIGHT = 100_000

Objective = Literal['misses', 'uxcost_rates']


@dataclass(frozen=True, slots=True)
class Bound:
    """
    The optimum of a window, or what is known of it when time ran out.

    :param jobs: jobs of the window, those of cascades as if every job before them were answered
    :param missed: released jobs not on time in the best schedule found
    :param miss_ratio: those over the jobs that schedule releases, 0..1
    :param best_bound: no schedule has an objective below it; equals that of the schedule found
        when ``proven``
    :param proven: whether the schedule found is optimal
    :param wall_s: time to find and prove it, in seconds, more than the solver's own
    :param per_task: task -> jobs released and missed in the best schedule found
    """

    jobs: int
    missed: int
    miss_ratio: float
    best_bound: float
    proven: bool
    wall_s: float
    per_task: dict[str, tuple[int, int]]


def clairvoyant_bound(
    system: System,
    *,
    seed: int = 0,
    seconds: float = 0.3,
    time_limit_s: float = 30.0,
    objective: Objective = 'misses',
    variants: bool = False,
    workers: int = 0,
) -> Bound:
    """
    Solve a window to the optimum with CP-SAT (OR-tools).

    The jobs, their times on each unit, what they skip and what they find are those the
    simulator draws for that seed; handing a job over between units is part of the runs. What
    is left out makes the optimum better than anything that can be reached, so it stays a bound:
    units do not slow each other down, stages that share a unit all run at full speed, and
    neither ``queue_depth``, ``max_in_flight`` nor overtaking ends a job. Cascades with
    ``every_n`` above 1 are not counted. It holds for policies that keep to the first variants
    unless ``variants`` is set.

    :param seconds: how long frames come
    :param time_limit_s: for the solver
    :param objective: ``misses`` counts jobs; ``uxcost_rates`` sums missed over all jobs of each
        task, the rates of UXCost (DREAM, ASPLOS 2023) without their substitute for zero
    :param variants: whether a job may take any of its variants
    :param workers: threads of the solver; 0 for one per core
    :raises ConfigError: without OR-tools
    :raises WindowChangesError: when the workload changes within the window (a ConfigError too)
    """
    cp = solver_module()
    began_s = time.perf_counter()
    jobs = window_jobs(system, seed, seconds, variants=variants)
    count: dict[str, int] = {}
    for job in jobs:
        count[job.task] = count.get(job.task, 0) + 1
    scale = 1
    if objective == 'uxcost_rates':
        scale = min(math.lcm(*count.values()), _MOST_WEIGHT)
    # rounded down: less than the true rate at worst, so still a bound
    weights = {
        task: scale // number if objective == 'uxcost_rates' else 1
        for task, number in count.items()
    }
    profiles = system.profiles()
    window = WindowModel(
        cp,
        jobs,
        slots={unit.name: unit.slots for unit in system.units},
        handover=lambda source, target: profiles.transition_ns(source, target) // GRAIN_NS,
        weights=weights,
    )
    plans = best_plans(system, jobs, seed, seconds, weights)
    add_hints(window, plans)
    solver = cp.CpSolver()
    solver.parameters.max_time_in_seconds = time_limit_s
    solver.parameters.num_workers = workers
    status = solver.solve(window.model, _until_nothing_is_missed(cp))
    if status in (cp.OPTIMAL, cp.FEASIBLE):
        on_time = [bool(solver.value(literal)) for literal in window.on_time]
    else:
        on_time = [index in plans for index in range(len(jobs))]
    per_task = _per_task(jobs, on_time)
    released = sum(entry[0] for entry in per_task.values())
    missed = sum(entry[1] for entry in per_task.values())
    value = sum(weights[task] * entry[1] for task, entry in per_task.items())
    # a search that was stopped has not always learned that nothing is less than zero
    least = value
    if status != cp.OPTIMAL:
        least = min(value, max(0, math.ceil(solver.best_objective_bound - 1e-6)))
    return Bound(
        jobs=len(jobs),
        missed=missed,
        miss_ratio=missed / released if released else 0.0,
        best_bound=least / scale,
        proven=least == value,
        wall_s=time.perf_counter() - began_s,
        per_task=per_task,
    )


def simulate_window(
    system: System,
    policy: str,
    *,
    policy_parameters: Mapping[str, Any] | None = None,
    seed: int = 0,
    seconds: float = 0.3,
) -> dict[str, Any]:
    """Return the outcome of a policy over the window of ``clairvoyant_bound``."""
    simulator = Simulator(system, policy=policy, policy_parameters=policy_parameters, seed=seed)
    simulator.run(seconds)
    return outcome(simulator)


def missed_jobs(bound: Bound, outcome: Mapping[str, Any]) -> int:
    """Return how many jobs a policy missed of the tasks the bound counts."""
    tasks = [outcome['tasks'][name] for name in bound.per_task]
    return sum(task['released'] - task['on_time'] for task in tasks)


def excess(bound: Bound, outcome: Mapping[str, Any]) -> float:
    """
    Return the share of jobs a policy missed beyond the best schedule found, 0..1.

    Below zero only where the bound is not proven, or the policy may do what the bound may not
    (variants).
    """
    return (missed_jobs(bound, outcome) - bound.missed) / max(1, bound.jobs)


def solver_module() -> Any:
    """
    Return the module ``ortools.sat.python.cp_model``.

    :raises ConfigError: without OR-tools; says what to install
    """
    return need('ortools.sat.python.cp_model')


def _until_nothing_is_missed(cp: Any) -> Any:
    class Stop(cp.CpSolverSolutionCallback):  # type: ignore[misc]
        def on_solution_callback(self) -> None:
            if self.objective_value < 0.5:
                self.stop_search()

    return Stop()


def _per_task(jobs: list[WindowJob], on_time: list[bool]) -> dict[str, tuple[int, int]]:
    per_task: dict[str, tuple[int, int]] = {}
    for job, made_it in zip(jobs, on_time):
        released, missed = per_task.get(job.task, (0, 0))
        if job.parent is None or on_time[job.parent]:
            released, missed = released + 1, missed + (not made_it)
        per_task[job.task] = (released, missed)
    return per_task
