# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Suite files: scenarios to compare policies on."""

from __future__ import annotations

from pydantic import Field

from edge_sched_ros.simulation.schema import Positive
from edge_sched_ros.simulation.schema import Strict


class Group(Strict):
    """A workload on several platforms at several loads; load null: costs as they are."""

    workload: str
    platforms: tuple[str, ...] = Field(min_length=1)
    loads: tuple[Positive | None, ...] = (None,)


class Suite(Strict):
    """A suite file."""

    name: str = ''
    description: str = ''
    scenarios: tuple[Group, ...] = Field(min_length=1)
