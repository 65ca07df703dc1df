# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A computer: its units, transitions and contention."""

from __future__ import annotations

import math
from typing import Any
from typing import Literal
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic import field_validator
from pydantic import model_validator

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.contention import BandwidthContention
from edge_sched_ros.system.contention import Contention
from edge_sched_ros.system.contention import ContentionSpec
from edge_sched_ros.system.contention import make_contention
from edge_sched_ros.system.contention import NoContention
from edge_sched_ros.system.fields import Chance
from edge_sched_ros.system.fields import Count
from edge_sched_ros.system.fields import Factor
from edge_sched_ros.system.fields import Name
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Sourced
from edge_sched_ros.system.fields import Speed
from edge_sched_ros.system.fields import Spread
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.measurement import DeviceMeasurement
from edge_sched_ros.system.origins import by_name
from edge_sched_ros.system.unit import check_parts
from edge_sched_ros.system.unit import may_be_elsewhere
from edge_sched_ros.system.unit import Unit

if TYPE_CHECKING:
    from typing_extensions import Self


class Transition(Sourced):
    """Time to hand over the data of a job from one unit (name, type or kind) to another."""

    begin: Named = Field(alias='from', description='Unit of the previous stage.')
    end: Named = Field(
        alias='to',
        description='Unit of the next stage; it is reserved during the hand-over, but not busy.',
    )
    ms: NotNegative = Field(
        description='Time from the end of the one stage to the start of the other.'
    )


class PowerMode(Sourced):
    """A setting of the whole device, selected as ``FILE@MODE``."""

    speeds: dict[Named, Speed] = Field(
        {}, description='Unit (name, type or kind) -> speed, relative to the speed without a mode.'
    )
    unavailable: tuple[Named, ...] = Field((), description='Units that this mode switches off.')


class Tail(Strict):
    """Runs that take much longer than others, for ``simulate``."""

    chance: Chance = Field(description='Probability of such a run.')
    factors: tuple[Factor, Factor] = Field(
        description='Range of the factor on its time, uniformly distributed.'
    )

    @model_validator(mode='after')
    def _in_order(self) -> Self:
        if self.factors[0] > self.factors[1]:
            raise ValueError('factors must not fall')
        return self


class Device(Strict):
    """A computer. A file about only one device has these keys at its top level."""

    units: dict[Name, Unit] = Field({}, description='Units by name.')
    transitions: tuple[Transition, ...] = Field(
        (), description='Hand-over times; 0 between units without an entry.'
    )
    contention: ContentionSpec = Field(
        NoContention(model='none'), description='How busy units slow down other units.'
    )
    memory_mib: Positive | None = Field(
        None, description='Memory for all networks together; without it memory is not checked.'
    )
    reserved_mib: NotNegative = Field(
        0.0, description='Memory to keep free for other programs on the device.'
    )
    network_ms: NotNegative = Field(
        0.0,
        description='Network time to the device and back, for ``capacity`` and ``place``; the '
        'Ibis authors use 10 ms in a cluster.',
    )
    count: Count | None = Field(
        None,
        description='Number of equal devices, called ``NAME-0``, ``NAME-1``, ...; without it one '
        'device, ``NAME``. For ``place`` and several devices in ``simulate``; ``capacity`` and '
        '``plan`` refuse more than one.',
    )
    latency_cv: Spread = Field(
        0.0, description='Spread of run times: standard deviation divided by mean.'
    )
    distribution: Literal['lognormal', 'exponential'] = Field(
        'lognormal', description='Distribution of run times; exponential ignores ``latency_cv``.'
    )
    tail: Tail | None = Field(
        None, description='Runs that take much longer; default: only the spread above.'
    )
    power_modes: dict[Named, PowerMode] = Field(
        {},
        description='Power modes by name; each is also a clock setting (``modes``) of the units '
        'that it names.',
    )
    sources: dict[Named, Sourced] = Field(
        {}, description='Key of this table -> source of its number; not used.'
    )
    measured: DeviceMeasurement | None = Field(
        None, description='The measured computer, the date, and the versions used.'
    )

    @field_validator('contention', mode='before')
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {'model': value} if isinstance(value, str) else value

    @field_validator('units', mode='before')
    @classmethod
    def _plain_units(cls, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            twice = next((one for one in value if value.count(one) > 1), None)
            if twice is not None:
                raise ValueError(f'names {twice!r} twice')
        return by_name(value)

    @field_validator('units')
    @classmethod
    def _kinds(cls, value: dict[str, Unit]) -> dict[str, Unit]:
        check_parts(value)
        return {name: unit.called(name) for name, unit in value.items()}

    @property
    def unit_words(self) -> set[str]:
        """Return the names, types and kinds of units for which costs may be given."""
        pairs = self.units.items()
        return {word for name, unit in pairs for word in unit.words(name)}

    @property
    def bandwidth_gbps(self) -> float:
        """Return the bandwidth that all units share, infinite where the file gives none."""
        law = self.contention
        return law.bandwidth_gbps if isinstance(law, BandwidthContention) else math.inf

    def units_called(self, word: str) -> list[str]:
        """Return the units of a name, type or kind; may be empty."""
        if word in self.units:
            return [word]
        return [name for name, unit in self.units.items() if word in unit.words(name)]

    def hand_overs_ms(self, where: str) -> dict[tuple[str, str], float]:
        """
        Return the transfer times by unit; of several for the same pair the last counts.

        :param where: file and key, for messages
        :raises ConfigError: for a name that matches no unit
        """
        found = {}
        for transition in self.transitions:
            sources = self._known_units(transition.begin, f'{where}.from')
            targets = self._known_units(transition.end, f'{where}.to')
            for source in sources:
                for target in targets:
                    if source != target:
                        found[source, target] = transition.ms
        return found

    def contention_law(self, where: str) -> Contention | None:
        """
        Return the contention law, ``None`` without contention.

        :param where: file and key of the contention, for messages
        :raises ConfigError: for a name that matches no unit of any device
        """
        return make_contention(
            self.contention,
            lambda word: self._known_units(word, f'{where}.slowdown', elsewhere=True),
        )

    def _known_units(self, word: str, where: str, *, elsewhere: bool = False) -> list[str]:
        """
        Return the units of that name, type or kind.

        :param elsewhere: whether names of other devices' units are allowed, too
        """
        found = self.units_called(word)
        if not found and not (elsewhere and may_be_elsewhere(word)):
            known = ', '.join(self.units)
            raise ConfigError(where, f"unknown unit '{word}' (there are {known})")
        return found
