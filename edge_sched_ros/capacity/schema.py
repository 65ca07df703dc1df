# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files of applications and clusters: their keys, strict, with units in the names."""

from __future__ import annotations

from typing import Annotated
from typing import Any
from typing import Literal
from typing import TYPE_CHECKING

from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.documents.names import Named

if TYPE_CHECKING:
    from typing_extensions import Self


#: more than any number of a file means
MOST = 1e9
Positive = Annotated[float, Field(strict=True, gt=0, le=MOST, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, le=MOST, allow_inf_nan=False)]
Spread = Annotated[float, Field(strict=True, ge=0, le=3)]
Count = Annotated[int, Field(strict=True, ge=1, le=1000)]
Name = Annotated[str, Field(pattern=r'^[A-Za-z][A-Za-z0-9_-]*$')]
Discipline = Literal['ps', 'fcfs', 'priority']
Objective = Literal['mean', 'p95', 'p99']
#: kinds that divide themselves among all requests, where a file does not say
_SHARING = ('gpu', 'cpu')


class Strict(BaseModel):
    """A part of a file; a key nobody knows is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class UnitSpec(Strict):
    """A processing unit and the queue in front of it."""

    kind: Named = Field('gpu', description='``gpu``, ``cpu``, ``dla``, ``tpu``, ...; for costs.')
    type: Named = Field('', description='The model of the unit, a key of costs.')
    discipline: Discipline | None = Field(
        None,
        description='``ps`` shares itself (where absent: ``gpu``, ``cpu``), ``fcfs`` serves in '
        'order (all others), ``priority`` the most urgent first, without interrupting.',
    )
    cores: Count = Field(1, description='``ps``: equal cores; a request uses one at most.')
    speed: Positive = Field(1.0, description='Service times are divided by it; swaps are not.')
    form: Literal['authors', 'textbook'] = Field(
        'authors', description='``ps``, one core: every class waits as long, or in proportion.'
    )
    swap: Literal['mean', 'random'] = Field(
        'mean', description='``fcfs``: a request pays its mean swap, or all of it or nothing.'
    )
    batch: Annotated[int, Field(strict=True, ge=1, le=64)] = Field(
        1, description='``fcfs``: requests of one network served at once.'
    )
    batch_wait_ms: NotNegative = Field(0.0, description='How long it waits for a full batch.')

    @property
    def order(self) -> Discipline:
        """Return the discipline in force."""
        return self.discipline or ('ps' if self.kind in _SHARING else 'fcfs')

    @model_validator(mode='after')
    def _fits(self) -> Self:
        if self.cores > 1 and self.order != 'ps':
            raise ValueError(f'cores above 1 need discipline ps, not {self.order}')
        if self.batch > 1 and self.order != 'fcfs':
            raise ValueError(f'batch above 1 needs discipline fcfs, not {self.order}')
        if self.batch_wait_ms and self.batch == 1:
            raise ValueError('batch_wait_ms needs a batch above 1')
        return self


class Device(Strict):
    """One computer."""

    units: dict[Name, UnitSpec] = Field(min_length=1, description='Units by name.')
    memory_mib: Positive | None = Field(
        None, description='What networks may take; where absent that is not looked at.'
    )
    network_ms: NotNegative = Field(
        0.0, description='To the device and back; the Ibis authors take 10 ms in a cluster.'
    )


class ServiceCost(Strict):
    """What one request of a network takes on a unit; a plain number is the time."""

    service_ms: Positive = Field(description='Mean time alone.')
    cv: Spread = Field(0.0, description='Standard deviation over mean (lognormal).')
    swap_ms: NotNegative = Field(
        0.0, description='More when the request before was of another network; ``fcfs`` only.'
    )
    further_ms: NotNegative | None = Field(
        None, description='What a further request of a batch adds; where absent ``service_ms``.'
    )
    memory_mib: NotNegative = Field(0.0, description='Once per unit, however many tasks.')
    source: str = Field('', description='Where the numbers come from; not used.')
    confidence: str = Field('', description='How sure that is; not used.')

    @model_validator(mode='before')
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return {'service_ms': value} if number else value


class StageSpec(Strict):
    """A network, or another piece of work, on a unit."""

    network: Named = Field(description='A key of ``networks``.')
    unit: Named = Field(description="A unit of the task's device.")


class TaskSpec(Strict):
    """A network bound to an input: ``network`` and ``unit``, or ``stages`` in a row."""

    rate_per_s: Positive = Field(description='Requests a second.')
    network: Named = Field('', description='A key of ``networks``.')
    unit: Named = Field('', description="A unit of the task's device; where absent the only one.")
    stages: tuple[StageSpec, ...] = Field((), description='Instead: one after the other.')
    device: Named = Field('', description='A key of ``devices``; where absent the only one.')
    deadline_ms: Positive | None = Field(None, description='Where absent any time will do.')
    objective: Objective = Field('p99', description='What must be within the deadline.')
    priority: Annotated[int, Field(strict=True)] = Field(0, description='Higher is more urgent.')
    arrivals: Literal['poisson', 'periodic'] = Field(
        'poisson',
        description='``periodic`` counts where all that a ``fcfs`` unit serves first is periodic; '
        'elsewhere such a task is taken as Poisson, which waits longer.',
    )

    @model_validator(mode='after')
    def _one_way(self) -> Self:
        if bool(self.stages) == bool(self.network):
            raise ValueError('needs either network or stages')
        if self.stages and self.unit:
            raise ValueError('unit goes with network; stages name their own')
        return self


class Cluster(Strict):
    """Applications, and what they run on."""

    devices: dict[Name, Device] = Field(min_length=1, description='Computers by name.')
    networks: dict[Name, dict[Named, ServiceCost]] = Field(
        min_length=1, description='Network -> unit name, type or kind -> cost.'
    )
    tasks: dict[Name, TaskSpec] = Field({}, description='Tasks by name.')
    utilisation_limit: Annotated[float, Field(strict=True, gt=0, le=1)] = Field(
        1.0, description='No unit shall be busier; the Ibis authors take 0.8.'
    )
    description: str = Field('', description='One line for people.')
