# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plans, capacity and placement, for programs and notebooks."""

from __future__ import annotations

from typing import Any

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

    :param objective: ``makespan``, ``throughput`` or ``energy``
    :param latency_bound_ms: no network may take longer
    :param max_switches: of networks that do not say how often they may change their unit
    :param time_limit_s: of the search, in wall time
    :return: what ``edge-sched plan --json`` prints: ``mapping`` (network -> the unit of each
        stage), ``value`` of the objective, ``optimal`` (proven), ``latency_ms``, ``baselines``
    :raises ConfigError: when there is nothing to plan, no plan keeps the bound, or OR-tools is
        missing
    """
    if objective not in OBJECTIVES:
        known = ', '.join(OBJECTIVES)
        raise ConfigError('objective', f'must be one of {known}, not {objective!r}')
    problem = problem_of(system, max_switches)
    return make_plan(
        problem, Objective(objective, latency_bound_ms), time_limit_s=time_limit_s
    ).to_dict()
