# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every kind of plug-in."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.capacity.placement.registry import PLACEMENT_ALGORITHMS
from edge_sched_ros.cli.installed_commands import COMMANDS
from edge_sched_ros.execution.backends import ENGINES
from edge_sched_ros.execution.backends import PREPROCESSORS
from edge_sched_ros.perception.decoders.registry import DECODERS
from edge_sched_ros.perception.programs.registry import PROGRAMS
from edge_sched_ros.perception.trackers.registry import TRACKERS
from edge_sched_ros.plugins.high_level_policies import HIGH_LEVEL_POLICIES
from edge_sched_ros.plugins.policies import POLICIES
from edge_sched_ros.plugins.registry import Registry

#: in the order of the listing
REGISTRIES: tuple[Registry[Any], ...] = (
    POLICIES,
    HIGH_LEVEL_POLICIES,
    PLACEMENT_ALGORITHMS,
    DECODERS,
    PROGRAMS,
    TRACKERS,
    ENGINES,
    PREPROCESSORS,
    COMMANDS,
)
