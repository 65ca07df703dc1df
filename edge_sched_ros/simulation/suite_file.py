# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Suite files: scenarios to compare policies on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from edge_sched_ros.documents.names import Named
from edge_sched_ros.simulation.schema import File
from edge_sched_ros.simulation.schema import Strict

#: as for ``--load``
MOST_LOAD = 100


class Group(Strict):
    """A workload on several platforms at several loads; load null: costs as they are."""

    workload: Named = Field(
        description="A built-in name, or a file seen from the suite's folder or the current one."
    )
    platforms: tuple[Named, ...] = Field(
        min_length=1, description='Built-in names, or files in the same way.'
    )
    loads: tuple[Annotated[float, Field(strict=True, gt=0, le=MOST_LOAD)] | None, ...] = Field(
        (None,),
        min_length=1,
        description='Share of time the busiest unit is busy at best; null: as it is.',
    )


class Suite(File):
    """A suite file."""

    scenarios: tuple[Group, ...] = Field(
        min_length=1, description='Each platform and load of a group is a scenario.'
    )
