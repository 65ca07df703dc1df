# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What says of a measured device which computer it was, when and with what."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field
from pydantic import field_validator

from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.fields import Count
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Strict


class Machine(Strict):
    """Which computer was measured."""

    model: str | None = Field(None, description='As device tree or firmware call it.')
    cpu: str | None = Field(None, description='As its processor calls itself.')
    cores: Count = Field(description='CPU cores that are switched on.')
    os: str | None = Field(None, description='Distribution; not compared.')
    cpu_quota: Positive | None = Field(
        None,
        description='CPUs that the quota of the control group (container) left, where that was '
        'less than the cores give; null: all of them.',
    )


class Pair(Strict):
    """One network beside another one."""

    unit: Named = Field(description='Where the first one runs.')
    network: Named = Field(description='Whose stage is slowed down.')
    stage: Named = Field(description='Its longest stage on that unit.')
    other_unit: Named = Field(description='What is busy meanwhile.')
    other_network: Named = Field(description='What it is busy with, all its stages in turn.')
    alone_ms: NotNegative = Field(description='Median alone, just before.')
    beside_ms: NotNegative = Field(description='Median while the other unit is busy.')
    runs: Count = Field(description='Beside the other one.')


class DeviceMeasurement(Strict):
    """Which computer was measured, when and with what; ``edge-sched profile`` writes it."""

    machine: Machine = Field(description='Which computer was measured.')
    versions: dict[Named, str] = Field(
        {}, description='Library -> version; what is not there is left out.'
    )
    power_mode: str | None = Field(None, description='null: the machine has or tells none.')
    date: str = Field(description='When it was measured last, ISO 8601.')
    picture: str = Field('', description='What was worked on: width x height and its content.')
    pairs: tuple[Pair, ...] = Field((), description='What the factors of contention come from.')

    @field_validator('date')
    @classmethod
    def _is_date(cls, value: str) -> str:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise ValueError('must be a date and time such as 2026-01-31T12:00:00+00:00') from None
        return value
