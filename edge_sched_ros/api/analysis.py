# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plans, capacity and placement, for programs and notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.api.arguments import check_number
from edge_sched_ros.api.arguments import check_parameters
from edge_sched_ros.api.arguments import check_system
from edge_sched_ros.api.arguments import check_text
from edge_sched_ros.api.arguments import check_whole
from edge_sched_ros.api.arguments import MOST_SWITCHES
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.objective import OBJECTIVES
from edge_sched_ros.planning.planner import make_plan
from edge_sched_ros.system.system_file import SystemFile


def plan(
    system: SystemFile,
    *,
    objective: str = 'min-makespan',
    latency_bound_ms: float | None = None,
    max_switches: int = 1,
    time_limit_s: float = 10.0,
) -> dict[str, Any]:
    """
    Map the stages of a system's networks to units, and compare with baselines.

    :param objective: ``max-throughput``, ``min-makespan`` or ``min-energy``
    :param latency_bound_ms: maximum latency of a network
    :param max_switches: maximum number of changes of unit, for networks without their own
    :param time_limit_s: limit of the search, in wall time
    :return: what ``edge-sched plan --json`` prints: ``mapping`` (network -> the unit of each
        stage), ``value`` of the objective, ``optimal`` (proven), ``latency_ms``, ``baselines``
    :raises ConfigError: when there is nothing to plan, no plan keeps the bound, or OR-tools is
        missing
    """
    check_system(system)
    if latency_bound_ms is not None:
        check_number('latency_bound_ms', latency_bound_ms)
    check_whole('max_switches', max_switches, 0, MOST_SWITCHES)
    check_number('time_limit_s', time_limit_s)
    if objective not in OBJECTIVES:
        known = ', '.join(OBJECTIVES)
        raise ConfigError('objective', f'must be one of {known}, not {objective!r}')
    problem = problem_of(system, max_switches)
    return make_plan(
        problem, Objective(objective, latency_bound_ms), time_limit_s=time_limit_s
    ).to_dict()


def analyse(system: SystemFile, *, what_if: bool = False) -> dict[str, Any]:
    """
    Predict by queueing models, without a run, whether the tasks of a system meet their deadlines.

    :param what_if: whether to compute the rate at which each task would be late
    :return: what ``edge-sched capacity --json`` prints: per task ``mean_ms``, ``p95_ms``,
        ``p99_ms`` (``None`` where a unit is overloaded), ``utilisation``, ``feasible`` and the
        ``reason`` why it is not; per unit its headroom
    :raises ConfigError: for a system without tasks that have a rate, or without devices
    """
    from edge_sched_ros.capacity import analysis
    from edge_sched_ros.capacity.cluster import make_cluster
    from edge_sched_ros.capacity.cluster import with_tasks
    from edge_sched_ros.capacity.form_warning import cluster_warnings
    from edge_sched_ros.capacity.headroom import headroom
    from edge_sched_ros.capacity.what_if import what_if as ask

    check_system(system)
    cluster = with_tasks(make_cluster(system))
    names = list(cluster.tasks) if what_if else []
    return {
        'tasks': {name: one.to_dict() for name, one in analysis.analyse(cluster).items()},
        'units': {name: one.to_dict() for name, one in headroom(cluster).items()},
        'what_if': {name: ask(cluster, name).to_dict() for name in names},
        'warnings': cluster_warnings(cluster),
    }


def place(
    system: SystemFile,
    *,
    algorithm: str = 'ibis',
    evict: bool = True,
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Place the tasks of a system on its devices, so that all meet their deadlines by the models.

    :param algorithm: a name, or ``package.module:Class`` of your own
    :param evict: whether a task of higher priority may evict tasks of lower priority
    :param options: options declared by your own algorithm, by name
    :return: what ``edge-sched place --json`` prints: ``assignments`` (task -> device), ``units``,
        ``rejected`` with the reasons, ``hosted``
    :raises ConfigError: naming the first invalid key, or an unknown algorithm
    """
    from edge_sched_ros.capacity.placement.online import place_all
    from edge_sched_ros.capacity.placement.outcome import to_dict
    from edge_sched_ros.capacity.placement.placement_file import make_problem
    from edge_sched_ros.capacity.placement.registry import make_algorithm
    from edge_sched_ros.capacity.placement.state import ClusterState

    check_system(system)
    check_text('algorithm', algorithm)
    check_parameters(options, 'options')
    problem = make_problem(system)
    chosen = make_algorithm(algorithm, 'algorithm', options or {})
    placed = place_all(ClusterState(problem), chosen, problem.apps, evict=evict)
    return {'algorithm': algorithm, **to_dict(placed)}
