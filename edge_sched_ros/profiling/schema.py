# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Profile files: their keys, strict, with units in the names."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from typing import Literal
from typing import TYPE_CHECKING
from typing import Union

from pydantic import AfterValidator
from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field
from pydantic import field_validator
from pydantic import model_validator

from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.documents.names import Named

if TYPE_CHECKING:
    from typing_extensions import Self


#: of the schema; a file of another one is refused
VERSION = 1
#: more than any number of a file means; times stay finite in nanoseconds
MOST = 1e9
NotNegative = Annotated[float, Field(strict=True, ge=0, le=MOST, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, lt=1)]
Factor = Annotated[float, Field(strict=True, ge=1, le=1e3)]
Count = Annotated[int, Field(strict=True, ge=1)]


def _unit_name(value: str) -> str:
    kind = value.rstrip('0123456789')
    if kind not in UNIT_KINDS or kind == value:
        kinds = ', '.join(UNIT_KINDS)
        raise ValueError(f'must be a unit: a kind ({kinds}) and a number')
    return value


UnitName = Annotated[str, AfterValidator(_unit_name)]
#: unit -> other unit -> time or factor
Handovers = dict[UnitName, dict[UnitName, NotNegative]]
Slowdowns = dict[UnitName, dict[UnitName, Factor]]


class Strict(BaseModel):
    """A part of a file; a key nobody knows is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class MachineSpec(Strict):
    """Which computer was measured."""

    model: Union[str, None] = Field(None, description='As device tree or firmware call it.')
    cpu: Union[str, None] = Field(None, description='As its processor calls itself.')
    cores: Count = Field(description='CPU cores that are switched on.')
    os: Union[str, None] = Field(None, description='Distribution; not compared.')
    cpu_quota: Union[Annotated[float, Field(strict=True, gt=0, le=MOST)], None] = Field(
        None,
        description='CPUs that the quota of the control group (container) left, where that was '
        'less than the cores give; null: all of them.',
    )


class StageProfile(Strict):
    """What one stage costs on one unit, alone."""

    p50_ms: NotNegative = Field(description='Median time of a run over one item.')
    p95_ms: NotNegative = Field(description='95 of 100 runs took no longer.')
    p99_ms: NotNegative = Field(description='99 of 100 runs took no longer.')
    mean_ms: NotNegative = Field(description='Arithmetic mean; one slow run moves it.')
    per_item_ms: NotNegative = Field(
        0.0, description='What every further item (crop of a cascade) adds to the median.'
    )
    half_width_ms: NotNegative = Field(
        description='Half the width of the confidence interval of the median.'
    )
    confidence: Share = Field(description='Of that interval, at least.')
    runs: Count = Field(description='How many runs over one item the numbers come from.')
    memory_mib: Union[NotNegative, None] = Field(
        None, description='What holding the network for this unit takes; null: not measured.'
    )
    energy_mj: Union[NotNegative, None] = Field(
        None, description="Estimate of a run's energy above idle; null: no rail could be read."
    )
    energy_source: str = Field('', description='The rail it was read from; empty for none.')

    @model_validator(mode='after')
    def _in_order(self) -> Self:
        if not self.p50_ms <= self.p95_ms <= self.p99_ms:
            raise ValueError('p50_ms, p95_ms and p99_ms must not fall')
        return self


class VariantProfile(Strict):
    """A variant of a network."""

    file: str = Field('', description='Name of the file that was measured.')
    sha256: str = Field(
        '',
        description='First 16 digits of the hash of it, and of the files beside it that its '
        'weights are in: another one, other costs.',
    )
    stages: dict[Named, dict[UnitName, StageProfile]] = Field(
        description='Stage -> unit -> cost; a unit that cannot run it is left out.'
    )


class NetworkProfile(Strict):
    """A network."""

    variants: dict[Named, VariantProfile] = Field(
        min_length=1, description='Variant -> costs; ``base`` is what the network itself names.'
    )


class Pair(Strict):
    """One network beside another one."""

    unit: UnitName = Field(description='Where the first one runs.')
    network: Named = Field(description='Whose stage is slowed down.')
    stage: Named = Field(description='Its longest stage on that unit.')
    other_unit: UnitName = Field(description='What is busy meanwhile.')
    other_network: Named = Field(description='What it is busy with, all its stages in turn.')
    alone_ms: NotNegative = Field(description='Median alone, just before.')
    beside_ms: NotNegative = Field(description='Median while the other unit is busy.')
    runs: Count = Field(description='Beside the other one.')


class Corun(Strict):
    """How units that are busy at the same time slow each other down."""

    slowdown: Slowdowns = Field(
        {}, description='Unit -> busy other -> factor: median over the pairs, at least 1.'
    )
    pairs: tuple[Pair, ...] = Field((), description='What the factors come from.')


class ProfileFile(Strict):
    """A whole file."""

    version: Literal[1] = Field(description='Of this schema.')
    machine: MachineSpec = Field(description='Which computer was measured.')
    versions: dict[Named, str] = Field(
        {}, description='Library -> version; what is not there is left out.'
    )
    power_mode: Union[str, None] = Field(None, description='null: the machine has or tells none.')
    date: str = Field(description='When it was measured last, ISO 8601.')
    picture: str = Field('', description='What was worked on: width x height and its content.')
    networks: dict[Named, NetworkProfile] = Field({}, description='Networks by name.')
    transitions_ms: Handovers = Field(
        {}, description='Unit -> unit -> what handing a job over takes, beyond staying.'
    )
    corun: Corun = Field(Corun(), description='Slowdown of pairs of units; empty: not measured.')

    @field_validator('date')
    @classmethod
    def _is_date(cls, value: str) -> str:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise ValueError('must be a date and time such as 2026-01-31T12:00:00+00:00') from None
        return value
