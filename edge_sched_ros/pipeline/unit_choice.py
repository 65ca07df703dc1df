# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which units a configuration may use on this machine, and which it names in vain."""

from __future__ import annotations

import logging
from collections.abc import Collection

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.units import select_units
from edge_sched_ros.pipeline.config import PipelineConfig
from edge_sched_ros.pipeline.config import TaskConfig

_log = logging.getLogger(__name__)


class UnitChoice:
    """
    The units of a configuration.

    :raises ConfigError: when what is named is no unit, or, with ``require_units``, is not here
    """

    def __init__(self, config: PipelineConfig, machine: Machine) -> None:
        self._config = config
        self._machine = machine
        #: unit or kind that is named and cannot be used -> why
        self.missing: dict[str, str] = {}
        choice = select_units(machine.units, config.units, absent=machine.absent)
        self.units = choice.units
        for name, reason in choice.missing.items():
            self._note('units', name, reason, self.units)

    def of_task(
        self, task: TaskConfig, kinds: Collection[str], served_by: str
    ) -> tuple[LocalUnit, ...]:
        """
        Return the units a task may use.

        :param kinds: of units that what the task runs can be run on
        :param served_by: what it is run by, for messages
        :raises ConfigError: when there is none, or as above
        """
        where = f'{task.name}.units'
        self._check_left_out(task, where)
        able = tuple(local for local in self.units if local.unit.kind in kinds)
        if not able:
            left = _names(self.units)
            raise ConfigError(
                where, f'{served_by} runs on {", ".join(kinds)} only, and there is only {left}'
            )
        choice = select_units(self.units, task.units, absent=self._machine.absent, where=where)
        chosen = tuple(local for local in choice.units if local in able) or able
        for name, reason in choice.missing.items():
            self._note(where, name, reason, chosen)
        for name in task.units:
            fits = any(name in (local.unit.name, local.unit.kind) for local in able)
            if not fits and name not in choice.missing:
                reason = f'{served_by} runs on {", ".join(kinds)} only'
                self._note(where, name, reason, chosen)
        return chosen

    def _check_left_out(self, task: TaskConfig, where: str) -> None:
        """Check that ``units`` does not leave out what a task names and the machine has."""
        for name in task.units:

            def is_it(local: LocalUnit, name: str = name) -> bool:
                return name in (local.unit.name, local.unit.kind)

            if any(map(is_it, self._machine.units)) and not any(map(is_it, self.units)):
                left = _names(self.units)
                raise ConfigError(
                    where, f"'{name}' is left out by the parameter units (left: {left})"
                )

    def _note(self, where: str, name: str, reason: str, instead: tuple[LocalUnit, ...]) -> None:
        if self._config.require_units:
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
