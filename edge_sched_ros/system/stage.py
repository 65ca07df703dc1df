# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A stage of a network: what is scheduled as a whole."""

from __future__ import annotations

from pydantic import Field

from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.fields import Chance
from edge_sched_ros.system.fields import Digest
from edge_sched_ros.system.fields import Name
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Part
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.fields import Truth


class Stage(Strict):
    """
    A part of a network that is scheduled as a whole. Between stages a network may change its
    unit.
    """

    name: Name = Field(description='Unique in its variant.')
    cost: dict[Named, Cost] = Field(
        {},
        description='Cost by unit name, else type, else kind; a unit without a cost cannot run '
        'the stage.',
    )
    library: Named = Field(
        '', description='A key of ``costs``; entries of ``cost`` replace its entries.'
    )
    scale: Positive = Field(
        1.0, description='Factor for latency and energy (for a part of a listed network).'
    )
    per_item: NotNegative = Field(
        0.0,
        description='Share of the latency that every further item of a cascade adds, in addition '
        'to ``per_item_ms``.',
    )
    chance: Part = Field(
        1.0,
        description='Probability that a job that reaches the stage needs it; the first stage '
        'always runs.',
    )
    exit_chance: Chance = Field(
        0.0, description='Probability that the answer is known after this stage.'
    )
    inputs: tuple[Named, ...] = Field(
        (),
        description='Keys of ``tensors`` that the stage takes, in its own order. Without inputs '
        'and outputs every stage takes what the one before gives.',
    )
    outputs: tuple[Named, ...] = Field(
        (), description='Keys of ``tensors`` that the stage gives, in its own order.'
    )
    after: tuple[Name, ...] | None = Field(
        None,
        description='Stages, listed before, that must end before this one begins, for branches '
        'without ``tensors``; ``[]``: none. Default: the stage listed before.',
    )
    home_only: Truth = Field(
        False,
        description='Runs only on the device that has the frames, as it keeps a state of earlier '
        'ones; for several devices.',
    )
    file: Named = Field('', description='The network of this stage alone, relative to this file.')
    digest: Digest = Field('', description='Digest of this file.')
    gflops: NotNegative | None = Field(
        None,
        description='Floating-point operations of a run, in 10^9; for units with ``peak_gflops`` '
        'and without a cost.',
    )
    traffic_mb: NotNegative | None = Field(
        None,
        description='Memory traffic of a run, in 10^6 bytes; for units with ``memory_gbps`` and '
        'without a cost, and for costs without ``demand_gbps``.',
    )
