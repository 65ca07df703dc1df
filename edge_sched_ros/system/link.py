# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network between two devices: latency, bandwidth and loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.fields import Chance
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Sourced
from edge_sched_ros.system.fields import Truth

if TYPE_CHECKING:
    from typing_extensions import Self


class Link(Sourced):
    """A network between two devices, for both directions."""

    begin: Named = Field(alias='from', description='A key of ``devices``.')
    end: Named = Field(alias='to', description='Another key of ``devices``.')
    latency_ms: NotNegative = Field(
        0.0, description='Time of a small message from the one device to the other.'
    )
    bandwidth_mbps: Positive | None = Field(
        None, description='Bandwidth in 10^6 bits per second; default: not limited.'
    )
    loss: Chance = Field(0.0, description='Share of packets that must be sent again.')
    one_way: Truth = Field(False, description='Only in the direction of ``from`` to ``to``.')

    @model_validator(mode='after')
    def _two_ends(self) -> Self:
        if self.begin == self.end:
            raise ValueError(f"leads from '{self.begin}' to itself")
        return self
