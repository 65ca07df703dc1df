# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Description of a measured device: computer, date and versions."""

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
    """The measured computer."""

    model: str | None = Field(None, description='Model name from the device tree or firmware.')
    cpu: str | None = Field(None, description='Name that the processor reports.')
    cores: Count = Field(description='Number of CPU cores that are switched on.')
    os: str | None = Field(None, description='Distribution; not compared.')
    cpu_quota: Positive | None = Field(
        None,
        description='Number of CPUs that the quota of the control group (container) allows, if '
        'less than the number of cores; null: all cores.',
    )


class Pair(Strict):
    """A measurement of one network while another network runs."""

    unit: Named = Field(description='Unit of the first network.')
    network: Named = Field(description='Network with the stage that is slowed down.')
    stage: Named = Field(description='Longest stage of this network on this unit.')
    other_unit: Named = Field(description='Unit that is busy meanwhile.')
    other_network: Named = Field(
        description='Network that this unit runs, all its stages in turn.'
    )
    alone_ms: NotNegative = Field(
        description='Median without the other network, measured immediately before.'
    )
    beside_ms: NotNegative = Field(description='Median while the other unit is busy.')
    runs: Count = Field(description='Number of runs beside the other network.')


class DeviceMeasurement(Strict):
    """The measured computer, the date and the versions; ``edge-sched profile`` writes it."""

    machine: Machine = Field(description='The measured computer.')
    versions: dict[Named, str] = Field(
        {}, description='Library -> version; missing libraries are left out.'
    )
    power_mode: str | None = Field(
        None, description='Power mode; null if the machine has none or does not report it.'
    )
    date: str = Field(description='Date of the last measurement, ISO 8601.')
    picture: str = Field('', description='The image used: width x height and content.')
    pairs: tuple[Pair, ...] = Field(
        (), description='The measurements from which the contention factors come.'
    )

    @field_validator('date')
    @classmethod
    def _is_date(cls, value: str) -> str:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise ValueError('must be a date and time such as 2026-01-31T12:00:00+00:00') from None
        return value
