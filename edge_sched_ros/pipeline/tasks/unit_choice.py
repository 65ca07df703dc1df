# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The units that a configuration may use on this machine, and those it names in vain."""

from __future__ import annotations

import logging
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.gpu_parts.here import divided
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.units import select_units
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig

_log = logging.getLogger(__name__)


def machine_for(config: PipelineConfig, machine: Machine) -> Machine:
    """Return the machine with the cores and parts of GPUs that a configuration names."""
    named = {*config.units, *(n for task in config.tasks for n in task.units)}
    return divided(machine.with_named(named), config.gpu_parts)


class UnitChoice:
    """
    The units of a configuration.

    :raises ConfigError: when a name is not a unit or, with ``require_units``, the unit is missing
    """

    def __init__(self, config: PipelineConfig, machine: Machine) -> None:
        self._config = config
        self._machine = machine
        #: named unit or kind that cannot be used -> why
        self.missing: dict[str, str] = {}
        choice = select_units(machine.units, config.units, absent=machine.absent)
        self._wanted = choice.units
        #: cores that were not configured and do what the configured units cannot
        self._helping: dict[str, LocalUnit] = {}
        for name, reason in choice.missing.items():
            self._note('units', name, reason, self._wanted)

    @property
    def units(self) -> tuple[LocalUnit, ...]:
        """Every unit in use."""
        return self._wanted + tuple(self._helping.values())

    def add(
        self, used: Iterable[Mapping[str, tuple[LocalUnit, ...]]], missing: Mapping[str, str]
    ) -> None:
        """
        Add the units of a task that another process has chosen.

        :param used: by stage, for every variant
        :param missing: unit named in vain -> why
        """
        wanted = {local.unit.name for local in self._wanted}
        for local in (one for stages in used for units in stages.values() for one in units):
            if local.unit.name not in wanted:
                self._helping[local.unit.name] = local
        self.missing |= missing

    def of_task(
        self,
        task: TaskConfig,
        able: Mapping[str, Collection[str]],
        *,
        main: str,
        kinds: Collection[str],
        served_by: str,
    ) -> dict[str, tuple[LocalUnit, ...]]:
        """
        Return which units each stage of a task may use.

        These are the units named by the task among those that can run the stage, or all of the
        latter if it names none. CPU cores run stages other than the main stage that no configured
        unit can run.

        :param able: stage -> names of the machine's units that can run it
        :param main: the stage that must run on a configured unit
        :param kinds: kinds of units that can run the main stage, for messages
        :param served_by: what runs it, for messages
        :raises ConfigError: when there is none, or as in the constructor
        """
        where = f'{task.name}.units'
        only = f'{served_by} runs on {", ".join(kinds)} only'
        self._check_left_out(task, where)
        here = {stage: self._here(names, stage != main) for stage, names in able.items()}
        if not all(here.values()):
            raise ConfigError(where, f'{only}, but the only units are {_names(self._wanted)}')
        choice = select_units(self._wanted, task.units, absent=self._machine.absent, where=where)
        chosen = {
            stage: tuple(local for local in choice.units if local in units) or units
            for stage, units in here.items()
        }
        for name, reason in choice.missing.items():
            self._note(where, name, reason, chosen[main])
        fitting = [local for units in here.values() for local in units]
        for name in task.units:
            fits = any(name in (local.unit.name, local.unit.kind) for local in fitting)
            if not fits and name not in choice.missing:
                self._note(where, name, only, chosen[main])
        return chosen

    def _here(self, names: Collection[str], cores_help: bool) -> tuple[LocalUnit, ...]:
        """Return the usable units of those names."""
        found = tuple(local for local in self._wanted if local.unit.name in names)
        if found or not cores_help:
            return found
        cores = [local for local in self._machine.units if local.unit.kind == 'cpu']
        found = tuple(local for local in cores if local.unit.name in names)
        self._helping |= {local.unit.name: local for local in found}
        return found

    def refused(
        self, task: TaskConfig, name: str, reason: str, instead: tuple[LocalUnit, ...]
    ) -> None:
        """
        Record that a unit cannot do a task's work, though its kind could.

        :raises ConfigError: when it is named and ``require_units`` is set
        """
        unit = next(local.unit for local in self.units if local.unit.name == name)
        named = {*task.units, *self._config.units} & {unit.name, unit.kind}
        self._note(f'{task.name}.units', name, reason, instead, required=bool(named))
        self.missing[f'{name} ({task.name})'] = self.missing.pop(name)

    def _check_left_out(self, task: TaskConfig, where: str) -> None:
        """Check that ``units`` does not exclude units of the machine that a task names."""
        for name in task.units:

            def is_it(local: LocalUnit, name: str = name) -> bool:
                return name in (local.unit.name, local.unit.kind)

            if any(map(is_it, self._machine.units)) and not any(map(is_it, self.units)):
                left = _names(self.units)
                raise ConfigError(
                    where, f"'{name}' is excluded by the parameter units (allowed: {left})"
                )

    def _note(
        self,
        where: str,
        name: str,
        reason: str,
        instead: tuple[LocalUnit, ...],
        *,
        required: bool = True,
    ) -> None:
        if self._config.require_units and required:
            raise ConfigError(where, f"'{name}' cannot be used: {reason} (require_units is true)")
        self.missing[name] = reason
        _log.warning(
            "%s: '%s' cannot be used: %s; its work goes to %s",
            where,
            name,
            reason,
            _names(instead),
        )


def _names(units: tuple[LocalUnit, ...]) -> str:
    return ', '.join(local.unit.name for local in units)
