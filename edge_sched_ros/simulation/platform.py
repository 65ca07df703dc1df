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
from edge_sched_ros.documents.names import Named
from edge_sched_ros.simulation.schema import Cost
from edge_sched_ros.simulation.schema import File
from edge_sched_ros.simulation.schema import Name
from edge_sched_ros.simulation.schema import NotNegative
from edge_sched_ros.simulation.schema import Number
from edge_sched_ros.simulation.schema import Positive
from edge_sched_ros.simulation.schema import Sourced
from edge_sched_ros.simulation.schema import Strict
from edge_sched_ros.simulation.schema import Whole


class Mode(Sourced):
    """A clock setting of a unit (DVFS)."""

    speed: Positive = Field(1.0, description='Relative to the clock the costs are given for.')
    energy: Positive = Field(1.0, description='Energy of a run, relative to that of the costs.')


class ArrayShape(Strict):
    """An accelerator array for the layer cost model."""

    dataflow: Literal['ws', 'os'] = Field(description='Weight or output stationary.')
    pes: Whole = Field(gt=0, description='Processing elements, one int8 MAC a cycle each.')
    bandwidth_gbps: Positive = Field(description='To off-chip memory, in GB/s.')
    clock_mhz: Positive = Field(1000.0, description='Of the array.')
    buffer_kib: Positive = Field(
        2048.0, description='Shared on-chip buffer; half of it can hold one operand.'
    )


class PlatformUnit(Sourced):
    """A processing unit."""

    kind: Named = Field('cpu', description='``cpu``, ``gpu``, ``dla``, ``pva``, ``vic``, ``ofa``.')
    type: Named = Field('', description='The model of the unit, a key of cost tables.')
    speed: Positive = Field(
        1.0, description='Relative to the unit the costs are given for; they are divided by it.'
    )
    slots: Whole = Field(1, ge=1, description='Stages at a time; they share it equally.')
    idle_mw: NotNegative = Field(0.0, description='Power while nothing runs.')
    active_mw: NotNegative = Field(
        0.0, description='Power while a stage runs whose cost has no energy.'
    )
    array: ArrayShape | None = Field(
        None, description='For networks given as ``layers``; those run on such units only.'
    )
    modes: dict[Named, Mode] = Field({}, description='Clock settings by name, for changes.')

    @field_validator('kind')
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if value not in UNIT_KINDS:
            raise ValueError(f'must be one of {", ".join(UNIT_KINDS)}')
        return value


class Transition(Sourced):
    """Time to hand a job's data from one unit (name, type or kind) to another."""

    begin: Named = Field(alias='from', description='Unit of the stage before.')
    end: Named = Field(
        alias='to', description='Unit of the next stage; taken meanwhile, but not busy.'
    )
    ms: NotNegative = Field(description='Time from the end of one to the begin of the other.')
    note: str = Field('', description='For people.')


class PowerMode(Sourced):
    """A setting of the whole device, asked for as ``PLATFORM@MODE``."""

    speeds: dict[Named, Positive] = Field(
        {}, description='Unit (name, type or kind) -> speed, relative to that without a mode.'
    )
    unavailable: tuple[Named, ...] = Field((), description='Units that this mode switches off.')


class NoContention(Strict):
    """Units do not disturb each other."""

    model: Literal['none'] = Field('none', description='The plain word does as well.')


class PairwiseContention(Sourced):
    """A measured table: how much longer a unit takes while another is busy; factors multiply."""

    model: Literal['pairwise'] = Field(description='Which model this is.')
    slowdown: dict[Named, dict[Named, Annotated[float, Field(strict=True, ge=1)]]] = Field(
        description='Unit (name, type or kind) -> busy other -> factor.'
    )
    note: str = Field('', description='For people.')


class PiecewiseContention(Sourced):
    """
    Shared bandwidth: nothing below a knee, then a rising line up to a limit.

    The shape follows PCCS (Xu et al., MICRO 2021), three regions by demand; its numbers are
    fitted per device, so all are settings.
    """

    model: Literal['piecewise'] = Field(description='Which model this is.')
    knee_gbps: NotNegative = Field(
        description='Demand of all busy units from which they slow down, in GB/s.'
    )
    slope: NotNegative = Field(
        description='A stage takes ``1 + slope * (demand - knee_gbps) / bandwidth_gbps`` times '
        'as long.'
    )
    bandwidth_gbps: Positive = Field(description='Of the shared memory, in GB/s.')
    limit: Number = Field(4.0, ge=1, description='No stage slows down more than this.')
    note: str = Field('', description='For people.')


Contention = Annotated[
    Union[NoContention, PairwiseContention, PiecewiseContention], Field(discriminator='model')
]


class Platform(File):
    """A platform file."""

    units: dict[Name, PlatformUnit] = Field(min_length=1, description='Units by name.')
    transitions: tuple[Transition, ...] = Field(
        (), description='Hand-over times; none where absent. The last that fits counts.'
    )
    contention: Contention = Field(
        NoContention(), description='How busy units slow each other down.'
    )
    memory_mib: Positive | None = Field(
        None, description='A workload whose stages take more is refused; where absent none is.'
    )
    latency_cv: Number = Field(
        0.0, ge=0, le=3, description='Standard deviation of a run over its mean.'
    )
    distribution: Literal['lognormal', 'exponential'] = Field(
        'lognormal', description='Shape of that spread; exponential ignores ``latency_cv``.'
    )
    costs: dict[Named, dict[Named, Cost]] = Field(
        {}, description='Network -> unit name, type or kind -> cost; for ``library``.'
    )
    costs_from: Named = Field(
        '',
        description='A cost table: ``jetson_costs`` or a file; entries of ``costs`` replace its.',
    )
    power_modes: dict[Named, PowerMode] = Field(
        {}, description='By name; each is a clock setting of the units it names, too.'
    )
    sources: dict[Named, Sourced] = Field(
        {}, description='Key of this table -> where its number comes from; not used.'
    )

    @field_validator('contention', mode='before')
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {'model': value} if isinstance(value, str) else value
