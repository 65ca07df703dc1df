# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Planning files: their keys, strict, with units in the names."""

from __future__ import annotations

from typing import Annotated
from typing import Any
from typing import Literal
from typing import Union

from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field
from pydantic import field_validator

from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.documents.names import Named

#: more than any number of a file means
MOST = 1e9
NotNegative = Annotated[float, Field(strict=True, ge=0, le=MOST, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, le=MOST, allow_inf_nan=False)]
Factor = Annotated[float, Field(strict=True, ge=1, le=1e3)]
Count = Annotated[int, Field(strict=True, ge=0, le=1000)]
Name = Annotated[str, Field(pattern=r'^[A-Za-z][A-Za-z0-9_.-]*$')]
#: a number per group; null where the unit cannot run the group
Times = Annotated[tuple[Union[NotNegative, None], ...], Field(min_length=1, max_length=500)]
Numbers = tuple[NotNegative, ...]
#: one number for all cuts, or one for each
Cuts = Union[NotNegative, Numbers]


class Strict(BaseModel):
    """A part of a file; a key nobody knows is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class UnitSpec(Strict):
    """A processing unit; it runs one group at a time."""

    kind: Named = Field('', description='One of the kinds of unit; where absent the name says it.')
    active_mw: NotNegative = Field(0.0, description='Power while a group without energy runs.')

    @field_validator('kind')
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if value and value not in UNIT_KINDS:
            raise ValueError(f'must be one of {", ".join(UNIT_KINDS)}')
        return value


class TransitionSpec(Strict):
    """Time to hand a network's data over; it is taken on the unit entered."""

    begin: Named = Field(alias='from', description='Unit of the group before.')
    end: Named = Field(alias='to', description='Unit of the next group.')
    ms: NotNegative = Field(description='Beside what the networks say of their cuts.')


class NoContention(Strict):
    """Units do not disturb each other."""

    model: Literal['none'] = 'none'


class PairwiseContention(Strict):
    """A measured table: how much longer a unit takes while another one is busy."""

    model: Literal['pairwise']
    slowdown: dict[Named, dict[Named, Factor]] = Field(description='Unit -> busy other -> factor.')


class PiecewiseContention(Strict):
    """Shared bandwidth, after PCCS (Xu et al., MICRO 2021): a knee, a line, a limit."""

    model: Literal['piecewise']
    knee_gbps: NotNegative = Field(description='Demand of all busy units they slow down from.')
    slope: NotNegative = Field(description='Of the line: slowdown per share of the bandwidth.')
    bandwidth_gbps: Positive = Field(description='Of the shared memory.')
    limit: Factor = Field(4.0, description='No group slows down more than this.')


Contention = Annotated[
    Union[NoContention, PairwiseContention, PiecewiseContention], Field(discriminator='model')
]


class NetworkSpec(Strict):
    """A network's layer groups: a list with a number per group for every unit."""

    times_ms: dict[Named, Times] = Field(
        min_length=1, description='Unit -> time of each group alone; null: cannot run it.'
    )
    energy_mj: dict[Named, Numbers] = Field({}, description='Unit -> energy of each group.')
    demand_gbps: dict[Named, Numbers] = Field({}, description='Unit -> memory traffic of each.')
    leave_ms: dict[Named, Cuts] = Field(
        {}, description='Unit -> what leaving it after a group takes there, per cut.'
    )
    enter_ms: dict[Named, Cuts] = Field(
        {}, description='Unit -> what entering it before the next group takes there, per cut.'
    )
    max_switches: Count | None = Field(None, description="Where absent the file's.")


class PlanFile(Strict):
    """A whole file."""

    description: str = Field('', description='One line for people.')
    units: dict[Name, UnitSpec] = Field(min_length=1, description='Units by name.')
    networks: dict[Name, NetworkSpec] = Field(min_length=1, description='Networks by name.')
    transitions: tuple[TransitionSpec, ...] = Field((), description='Hand-over times.')
    contention: Contention = Field(NoContention(), description='How busy units disturb others.')
    max_switches: Count = Field(
        1, description='How often a network may change its unit; HaX-CoNN allows one change.'
    )

    @field_validator('units', mode='before')
    @classmethod
    def _units_by_name(cls, value: Any) -> Any:
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return {name: {} for name in value}
        if isinstance(value, dict):
            return {name: {} if spec is None else spec for name, spec in value.items()}
        return value

    @field_validator('contention', mode='before')
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {'model': value} if isinstance(value, str) else value
