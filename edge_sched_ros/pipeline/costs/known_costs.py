# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs a pipeline knows from the start, if configured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.pipeline.costs.cost_sources import ProfileUse

if TYPE_CHECKING:
    from edge_sched_ros.pipeline.assemble import Assembly
    from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig


def known_costs(
    config: PipelineConfig,
    assembly: Assembly,
    *,
    root: Path,
    clock_ns: Callable[[], int],
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Profiles, ProfileUse | None]:
    """
    Return the known costs and their sources; ``None`` if not configured.

    :param root: root of the machine's file system
    :param should_stop: ends measuring after the run in progress
    :raises ConfigError: when the profile file cannot be used; naming file and key
    """
    if not config.profiles and not config.profile_at_configure_s:
        return Profiles(), None
    # imported only here: a robot without profiles does not need the reader
    from edge_sched_ros.pipeline.costs.profile_use import use_profiles

    return use_profiles(config, assembly, root=root, clock_ns=clock_ns, should_stop=should_stop)
