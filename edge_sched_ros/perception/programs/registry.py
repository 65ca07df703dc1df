# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs that need no network, by name: a module with a ``PROGRAM`` is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.execution.plugins import load_class
from edge_sched_ros.execution.plugins import make
from edge_sched_ros.execution.plugins import modules_holding
from edge_sched_ros.perception import programs

#: what a runtime needs of a program
_NEEDS = ('stages', 'stateful', 'output', 'run', 'reset', 'close')


def program_names() -> tuple[str, ...]:
    """Return the names of all programs of this package."""
    return tuple(sorted(modules_holding(programs, 'PROGRAM')))


def make_own_program(name: str, task: str, options: Mapping[str, Any]) -> Any:
    """
    Return a program that needs no network.

    :param name: of this package, or own code by ``package.module:Class``
    :param task: that runs it, for messages
    :param options: settings of the task
    :raises ConfigError: when there is none, it cannot be made, or the options do not fit
    """
    where = f'{task}.program'
    made_by = program_class(name, where)

    def of_task() -> Any:
        try:
            return made_by(**options)
        except ConfigError as error:
            # a program names its option only
            raise ConfigError(f'{task}.{error.where}', error.problem) from None

    made = make(name, where, of_task, _NEEDS)
    stages = made.stages
    named = isinstance(stages, (tuple, list)) and all(isinstance(one, str) for one in stages)
    if not named or not stages or len(set(stages)) < len(stages):
        raise ConfigError(where, f"'{name}' must have as stages a tuple of different names")
    return made


def program_class(name: str, where: str) -> type[Any]:
    """
    Return a program of this package by its name, or own code by ``package.module:Class``.

    :param where: the key that names it, for messages
    :raises ConfigError: when there is none
    """
    known: dict[str, type[Any]] = modules_holding(programs, 'PROGRAM')
    if name in known:
        return known[name]
    if ':' in name:
        return load_class(name, where)
    raise ConfigError(
        where,
        f"'{name}' is not of the form package.module:Class, nor a program of this package "
        f'({", ".join(known)}){did_you_mean(name, known)}',
    )
