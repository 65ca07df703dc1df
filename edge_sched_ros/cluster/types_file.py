# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The types of nodes and the costs of networks: a system file without tasks."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.capacity.placement.placement_file import node_types
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.loading import load_system


def load_types(path: Path) -> Problem:
    """
    Read types of nodes, costs of networks and limits, without tasks.

    :raises ConfigError: naming file and key
    """
    system = load_system(path)
    if system.tasks:
        problem = 'are not allowed here: pods declare them by annotations'
        raise ConfigError(system.at('tasks'), problem)
    return node_types(system)
