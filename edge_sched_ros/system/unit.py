# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A processing unit: kind, speed, power and queueing discipline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from typing import Literal
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.fields import Count
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import PartOfUnit
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Sourced
from edge_sched_ros.system.fields import Speed
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.fields import Whole
from edge_sched_ros.system.fields import WrongAtError

if TYPE_CHECKING:
    from typing_extensions import Self

#: kinds of units on which this package runs networks, and accelerators used only in models
KINDS = (*UNIT_KINDS, 'tpu')
Discipline = Literal['ps', 'fcfs', 'priority']
#: kinds that share their time among all requests by default
_SHARING = ('gpu', 'cpu')
#: thirds and sevenths written in decimals may be this much above 1 together
_ROUNDING = 0.005


def may_be_elsewhere(word: str) -> bool:
    """Return whether a text may name units of other devices, by kind or type."""
    # types have a dash or an underscore; anything else is a mistake
    return word in KINDS or '_' in word or '-' in word


class Mode(Sourced):
    """A clock setting of a unit (DVFS)."""

    speed: Speed = Field(
        1.0, description='Speed relative to the clock for which the costs are given.'
    )
    energy: Positive = Field(1.0, description='Energy of a run, relative to that of the costs.')


class ArrayShape(Strict):
    """An accelerator array for the layer cost model."""

    dataflow: Literal['ws', 'os'] = Field(description='Weight or output stationary.')
    pes: Whole = Field(
        gt=0, description='Number of processing elements; each does one int8 MAC per cycle.'
    )
    bandwidth_gbps: Positive = Field(description='Bandwidth to off-chip memory, in GB/s.')
    clock_mhz: Positive = Field(1000.0, description='Clock of the array.')
    buffer_kib: Positive = Field(
        2048.0, description='Shared on-chip buffer; one operand can use half of it.'
    )


class Unit(Sourced):
    """A processing unit. The keys from ``discipline`` on are for ``capacity`` and ``place``."""

    kind: Named = Field(
        '', description=f'{", ".join(KINDS)}; default: what the name begins with, or cpu.'
    )
    type: Named = Field('', description='Model of the unit; costs can use it as a key.')
    speed: Speed = Field(
        1.0,
        description='Speed relative to the unit for which the costs are given; times are divided '
        'by it.',
    )
    of: Named = Field(
        '',
        description='The processor of which this unit is a part, such as a GPU that MIG, MPS or '
        'green contexts divide. It is not listed itself; costs can use it as a key.',
    )
    share: PartOfUnit | None = Field(
        None,
        description='Share of ``of`` that this part has. Times given for ``of``, a type or a kind '
        'are those of the whole processor, and are divided by it; times given under the name of '
        'the part are not. The shares of a processor add up to 1 at most.',
    )
    slots: Whole = Field(
        1,
        ge=1,
        description='Number of stages that may run at the same time; they share the unit equally.',
    )
    depth: Annotated[Whole, Field(ge=1, le=1024)] = Field(
        1,
        description='Number of stages that may be in flight: the unit takes them and runs them in '
        'this order, and nothing can be taken back. An urgent stage waits for all that the unit '
        'has taken before. Above 1 only with ``slots: 1``. For ``simulate`` and ``compare``.',
    )
    peak_gflops: Positive | None = Field(
        None,
        description='Computing speed, in 10^9 floating-point operations a second. A stage without '
        'a cost here takes the longer one of ``gflops`` at this speed and ``traffic_mb`` at '
        '``memory_gbps`` (roofline): the least time, which real networks exceed.',
    )
    memory_gbps: Positive | None = Field(
        None, description='Memory bandwidth that the unit reaches alone, in GB/s.'
    )
    idle_mw: NotNegative = Field(0.0, description='Power while nothing runs.')
    active_mw: NotNegative = Field(
        0.0, description='Power while a stage without energy in its cost runs.'
    )
    array: ArrayShape | None = Field(
        None,
        description='Shape of the array, for networks given as ``layers``; these run only on '
        'units with an array.',
    )
    modes: dict[Named, Mode] = Field({}, description='Clock settings by name, for ``changes``.')
    discipline: Discipline | None = Field(
        None,
        description='``ps``: requests share the unit (default for ``gpu``, ``cpu``); ``fcfs``: '
        'requests run in order of arrival (default for all others); ``priority``: the'
        ' most urgent request runs first, without pre-emption.',
    )
    cores: Count = Field(
        1, description='``ps``: number of equal cores; a request uses at most one.'
    )
    form: Literal['authors', 'textbook'] = Field(
        'textbook',
        description='``ps`` with one core: a request waits in proportion to its service time '
        '(``textbook``), or every class waits for the same time (``authors``, as in the Ibis '
        'paper; wrong for each task where service times differ).',
    )
    swap: Literal['mean', 'random'] = Field(
        'mean',
        description='``fcfs``: every request pays its mean swap time (``mean``), or at random all'
        ' of it or nothing (``random``).',
    )
    batch: Annotated[Whole, Field(ge=1, le=64)] = Field(
        1, description='``fcfs``: number of requests of one network that run as one batch.'
    )
    batch_wait_ms: NotNegative = Field(0.0, description='Maximum time to wait for a full batch.')

    @property
    def order(self) -> Discipline:
        """Return the discipline in force."""
        return self.discipline or ('ps' if self.kind in _SHARING else 'fcfs')

    @model_validator(mode='after')
    def _fits(self) -> Self:
        if self.kind and self.kind not in KINDS:
            raise ValueError(f'kind must be one of {", ".join(KINDS)}, not {self.kind!r}')
        if bool(self.of) != (self.share is not None):
            raise ValueError('of and share go together: the processor, and the share of it')
        if self.depth > 1 and self.slots > 1:
            raise ValueError('depth and slots cannot both be above 1')
        return self

    def words(self, name: str) -> list[str]:
        """Return what the unit of that name may be called, the closest word first."""
        return [word for word in (name, self.of, self.type, self.kind) if word]

    def called(self, name: str) -> Self:
        """
        Return the unit with the kind in its name, if it has none of its own.

        :raises ValueError: when the keys of its queue do not match that kind
        """
        words = (name, self.of)
        begun = (kind for word in words for kind in KINDS if word.startswith(kind))
        kind = self.kind or next(begun, 'cpu')
        unit = self if self.kind else self.model_copy(update={'kind': kind})
        if unit.cores > 1 and unit.order != 'ps':
            raise ValueError(f'{name}: cores above 1 need discipline ps, not {unit.order}')
        if unit.batch > 1 and unit.order != 'fcfs':
            raise ValueError(f'{name}: batch above 1 needs discipline fcfs, not {unit.order}')
        if unit.batch_wait_ms and unit.batch == 1:
            raise ValueError(f'{name}: batch_wait_ms needs a batch above 1')
        return unit


def check_parts(units: Mapping[str, Unit]) -> None:
    """
    Check that parts of a processor fit in it.

    :raises WrongAtError: when the processor is a unit, too, its parts differ in kind, or their
        shares add up to more than 1
    """
    shares: dict[str, float] = {}
    first: dict[str, str] = {}
    for name, unit in units.items():
        if unit.of in units:
            problem = 'is a unit itself: list either the whole or its parts'
            raise WrongAtError((name, 'of'), f'{unit.of!r} {problem}')
        if unit.share is not None:
            other = first.setdefault(unit.of, name)
            kind, same = unit.called(name).kind, units[other].called(other).kind
            if kind != same:
                problem = f'is {kind}, and that of {other}, which is of {unit.of}, too, is {same}'
                raise WrongAtError((name, 'kind'), problem)
            shares[unit.of] = shares.get(unit.of, 0.0) + unit.share
            if shares[unit.of] > 1 + _ROUNDING:
                problem = f'the shares of {unit.of} add up to {shares[unit.of]:.3g}, above 1'
                raise WrongAtError((name, 'share'), problem)
