# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which CPU cores are units when a quota does not cover all of them."""

from __future__ import annotations

from edge_sched_ros.execution.discovery.cpu_quota import CpuQuota
from edge_sched_ros.execution.discovery.cpu_quota import limiting
from edge_sched_ros.execution.units import LocalUnit


def split_cores(
    cores: tuple[LocalUnit, ...], quota: CpuQuota | None
) -> tuple[tuple[LocalUnit, ...], tuple[LocalUnit, ...]]:
    """
    Return the cores to use, and those left idle because of a quota.

    It uses as many as the quota can keep busy all the time. With more, stages start together, use
    up the quota of a period early, and all stop until the next period: results that would have
    come one after the other in time all come too late.
    """
    tight = limiting(quota, len(cores))
    count = len(cores) if tight is None else tight.whole_cores
    return cores[:count], cores[count:]


def why_spare(quota: CpuQuota | None) -> str:
    """Return why a core is left idle, for messages."""
    return f'left idle: the CPU quota of {quota} does not pay for it' if quota else ''
