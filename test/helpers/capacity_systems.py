# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Systems from data, as a file called ``f`` would give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.capacity.cluster import Cluster
from edge_sched_ros.capacity.cluster import make_cluster
from edge_sched_ros.capacity.placement.placement_file import make_problem
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.system.parsing import parse_system


def cluster_of(data: Mapping[str, Any], where: str = 'f') -> Cluster:
    """Return the tasks and devices that the queueing models take."""
    return make_cluster(parse_system((where, data)))


def problem_of(data: Mapping[str, Any], where: str = 'f') -> Problem:
    """Return the applications and nodes of a placement."""
    return make_problem(parse_system((where, data)))
