# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A computer: its units and what comes between them."""

from __future__ import annotations

from typing import Any
from typing import Literal

from pydantic import Field
from pydantic import field_validator

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.contention import ContentionSpec
from edge_sched_ros.system.contention import NoContention
from edge_sched_ros.system.fields import Count
from edge_sched_ros.system.fields import Name
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Sourced
from edge_sched_ros.system.fields import Spread
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.measurement import DeviceMeasurement
from edge_sched_ros.system.unit import KINDS
from edge_sched_ros.system.unit import Unit


class Transition(Sourced):
    """Time to hand a job's data from one unit (name, type or kind) to another."""

    begin: Named = Field(alias='from', description='Unit of the stage before.')
    end: Named = Field(
        alias='to', description='Unit of the next stage; taken meanwhile, but not busy.'
    )
    ms: NotNegative = Field(description='Time from the end of one to the begin of the other.')


class PowerMode(Sourced):
    """A setting of the whole device, asked for as ``FILE@MODE``."""

    speeds: dict[Named, Positive] = Field(
        {}, description='Unit (name, type or kind) -> speed, relative to that without a mode.'
    )
    unavailable: tuple[Named, ...] = Field((), description='Units that this mode switches off.')


class Device(Strict):
    """A computer. A file that is about one device alone has these keys at its top."""

    units: dict[Name, Unit] = Field({}, description='Units by name.')
    transitions: tuple[Transition, ...] = Field(
        (), description='Hand-over times; units without one take none.'
    )
    contention: ContentionSpec = Field(NoContention(), description='How busy units slow others.')
    memory_mib: Positive | None = Field(
        None, description='What networks may take together; where absent that is not looked at.'
    )
    reserved_mib: NotNegative = Field(
        0.0, description='Less memory to give away, for what else runs there.'
    )
    network_ms: NotNegative = Field(
        0.0,
        description='To the device and back, for ``capacity`` and ``place``; the Ibis authors '
        'take 10 ms in a cluster.',
    )
    count: Count | None = Field(
        None,
        description='So many equal devices, ``NAME-0``, ``NAME-1``, ...; else one, ``NAME``.',
    )
    latency_cv: Spread = Field(
        0.0, description='Spread of run times, standard deviation over mean.'
    )
    distribution: Literal['lognormal', 'exponential'] = Field(
        'lognormal', description='Shape of that spread; exponential ignores ``latency_cv``.'
    )
    power_modes: dict[Named, PowerMode] = Field(
        {}, description='By name; each is a clock setting of the units it names, too.'
    )
    sources: dict[Named, Sourced] = Field(
        {}, description='Key of this table -> where its number comes from; not used.'
    )
    measured: DeviceMeasurement | None = Field(
        None, description='Which computer was measured, when and with what.'
    )

    @field_validator('contention', mode='before')
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {'model': value} if isinstance(value, str) else value

    @field_validator('units', mode='before')
    @classmethod
    def _plain_units(cls, value: Any) -> Any:
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return {name: {} for name in value}
        if isinstance(value, dict):
            return {name: {} if spec is None else spec for name, spec in value.items()}
        return value

    @field_validator('units')
    @classmethod
    def _kinds(cls, value: dict[str, Unit]) -> dict[str, Unit]:
        return {name: unit.called(name) for name, unit in value.items()}

    @property
    def unit_words(self) -> set[str]:
        """Return what costs may be given for: names, types and kinds of units."""
        pairs = self.units.items()
        return {word for name, unit in pairs for word in (name, unit.type, unit.kind) if word}

    def units_called(self, word: str) -> list[str]:
        """Return the units of that name, type or kind; none where there are none."""
        if word in self.units:
            return [word]
        return [name for name, unit in self.units.items() if word in (unit.type, unit.kind)]

    def hand_overs_ms(self, where: str) -> dict[tuple[str, str], float]:
        """
        Return the hand-over times by unit; of several for the same two the last counts.

        :param where: file and key, for messages
        :raises ConfigError: for a word that no unit is called by
        """
        found = {}
        for transition in self.transitions:
            sources = self._present(transition.begin, f'{where}.from')
            targets = self._present(transition.end, f'{where}.to')
            for source in sources:
                for target in targets:
                    if source != target:
                        found[source, target] = transition.ms
        return found

    def _present(self, word: str, where: str) -> list[str]:
        found = self.units_called(word)
        if not found:
            known = ', '.join(self.units)
            raise ConfigError(where, f"unknown unit '{word}' ({known})")
        return found

    def known_units(self, word: str, where: str) -> list[str]:
        """
        Return the units of that name, type or kind, which may be absent here.

        :param where: file and key, for messages
        :raises ConfigError: for a word that no unit of any device can be called by
        """
        found = self.units_called(word)
        # a kind or another device's type may be absent here; anything else is a slip
        if not found and word not in KINDS and '_' not in word:
            known = ', '.join(self.units)
            raise ConfigError(where, f"unknown unit '{word}' (there are {known})")
        return found
