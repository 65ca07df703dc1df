# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Platform files: the units of a device and what comes between them."""

from __future__ import annotations

from typing import Annotated
from typing import Any
from typing import Literal
from typing import Union

from pydantic import Field
from pydantic import field_validator

from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.simulation.schema import Cost
from edge_sched_ros.simulation.schema import Name
from edge_sched_ros.simulation.schema import NotNegative
from edge_sched_ros.simulation.schema import Positive
from edge_sched_ros.simulation.schema import Strict


class Mode(Strict):
    """A clock setting of a unit (DVFS)."""

    speed: Positive = Field(1.0, description='Relative to the clock the costs are given for.')
    energy: Positive = Field(1.0, description='Energy of a run relative to that clock.')


class ArrayShape(Strict):
    """An accelerator array for the layer cost model."""

    dataflow: Literal['ws', 'os']
    pes: int = Field(gt=0)
    bandwidth_gbps: Positive
    clock_mhz: Positive = 1000.0
    buffer_kib: Positive = 2048.0


class PlatformUnit(Strict):
    """A processing unit."""

    kind: str = Field('cpu', description='cpu, gpu, dla, pva, vic or ofa.')
    type: str = Field('', description='The model of the unit, a key of cost tables.')
    slots: int = Field(1, ge=1, description='Stages at a time; more than one share it equally.')
    idle_mw: NotNegative = 0.0
    active_mw: NotNegative = Field(0.0, description='Stands in for stages without energy.')
    array: ArrayShape | None = None
    modes: dict[str, Mode] = {}

    @field_validator('kind')
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if value not in UNIT_KINDS:
            raise ValueError(f'must be one of {", ".join(UNIT_KINDS)}')
        return value


class Transition(Strict):
    """Time to hand a job's data from one unit (name, type or kind) to another."""

    source: str = Field(alias='from')
    target: str = Field(alias='to')
    ms: NotNegative
    note: str = ''


class NoContention(Strict):
    """Units do not disturb each other."""

    model: Literal['none'] = 'none'


class PairwiseContention(Strict):
    """A measured table: how much longer a unit takes while another is busy; factors multiply."""

    model: Literal['pairwise']
    slowdown: dict[str, dict[str, Annotated[float, Field(ge=1)]]] = Field(
        description='unit (name, type or kind) -> busy other -> factor'
    )
    note: str = ''


class PiecewiseContention(Strict):
    """
    Shared bandwidth: nothing below a knee, then a rising line up to a limit.

    The shape follows PCCS (Xu et al., MICRO 2021), three regions by demand; its numbers are
    fitted per device, so all are settings.
    """

    model: Literal['piecewise']
    knee_gbps: NotNegative = Field(description='Total demand from which units slow down.')
    slope: NotNegative = Field(description='Added slowdown per bandwidth above the knee.')
    bandwidth_gbps: Positive
    limit: float = Field(4.0, ge=1, description='No stage slows down more than this.')
    note: str = ''


Contention = Annotated[
    Union[NoContention, PairwiseContention, PiecewiseContention], Field(discriminator='model')
]


class Platform(Strict):
    """A platform file."""

    name: str = ''
    description: str = ''
    units: dict[Name, PlatformUnit] = Field(min_length=1)
    transitions: tuple[Transition, ...] = ()
    contention: Contention = NoContention()
    memory_mib: Positive | None = None
    latency_cv: float = Field(0.0, ge=0, le=3, description='Spread of every run over its mean.')
    distribution: Literal['lognormal', 'exponential'] = Field(
        'lognormal', description='Shape of that spread; exponential ignores latency_cv.'
    )
    costs: dict[str, dict[str, Cost]] = Field(
        {}, description='Costs of named networks by unit name, type or kind.'
    )
    costs_from: str = Field('', description='A cost table that comes with the package.')

    @field_validator('contention', mode='before')
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {'model': value} if isinstance(value, str) else value
