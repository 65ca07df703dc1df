# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The minimum number of missed jobs in a short window, with all arrivals and times known."""

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

#: weights of missed jobs are integers; the total weight of a task's jobs is at most this
_MOST_WEIGHT = 100_000

Objective = Literal['misses', 'uxcost_rates']


@dataclass(frozen=True, slots=True)
class Bound:
    """
    The optimum of a window, or its bounds when the time ran out.

    :param jobs: number of jobs in the window, with all jobs of cascades
    :param missed: released jobs that are not on time in the best schedule found
    :param miss_ratio: missed jobs over released jobs in that schedule, 0..1
    :param best_bound: lower bound of the objective; equals that of the schedule found when
        ``proven``
    :param proven: whether the schedule found is optimal
    :param wall_s: time to find and prove it, in seconds, including building the model
    :param per_task: task -> released and missed jobs in the best schedule found
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

    The jobs, their times on each unit, skipped layers and results are those the simulator draws
    for this seed; runs include the transfer of a job between units. Simplifications only make the
    optimum better than reachable, so it is a bound: units do not slow each other down, stages that
    share a unit all run at full speed, and neither ``queue_depth``, ``max_in_flight`` nor
    overtaking ends a job. Cascades with ``every_n`` above 1, and joins, are not counted. It holds
    for policies that use only the first variants unless ``variants`` is set.

    :param seconds: time during which frames arrive
    :param time_limit_s: time limit of the solver
    :param objective: ``misses`` counts jobs; ``uxcost_rates`` sums the miss ratios of tasks, the
        rates of UXCost (DREAM, ASPLOS 2023) without their substitute for zero
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
    # rounded down: at most the true rate, so still a bound
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
    # an interrupted search may report a bound below zero
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
    """Return the outcome of a policy in the window of ``clairvoyant_bound``."""
    simulator = Simulator(system, policy=policy, policy_parameters=policy_parameters, seed=seed)
    simulator.run(seconds)
    return outcome(simulator)


def missed_jobs(bound: Bound, outcome: Mapping[str, Any]) -> int:
    """Return the number of jobs missed by a policy, for the tasks that the bound counts."""
    tasks = [outcome['tasks'][name] for name in bound.per_task]
    return sum(task['released'] - task['on_time'] for task in tasks)


def excess(bound: Bound, outcome: Mapping[str, Any]) -> float:
    """
    Return the share of jobs a policy missed beyond the best schedule found, 0..1.

    It is below zero only if the bound is not proven, or the policy has more freedom (variants).
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
