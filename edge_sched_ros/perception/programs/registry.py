# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs that need no network, by name: a module of this package with a ``PROGRAM`` is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import Program
from edge_sched_ros.perception import programs
from edge_sched_ros.perception.declared_numbers import numbers_of_class
from edge_sched_ros.perception.declared_numbers import numbers_problem
from edge_sched_ros.perception.declared_numbers import options_of_numbers
from edge_sched_ros.plugins.built_in import modules_holding
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.own_code import make
from edge_sched_ros.plugins.registry import Registry

#: what a runtime needs of a program
_NEEDS = ('stages', 'stateful', 'output', 'run', 'reset', 'close')


def program_classes() -> dict[str, type[Any]]:
    """Return the programs of this package by name."""
    return modules_holding(programs, 'PROGRAM')


def _requirement(found: Any) -> str:
    problem = class_problem(found, Program, ('run', 'reset', 'close'))
    return problem or numbers_problem(numbers_of_class(found))


def _options(found: Any) -> tuple[Option, ...]:
    return options_of_numbers(numbers_of_class(found))


#: where programs are found
PROGRAMS: Registry[type[Any]] = Registry(
    Kind(
        'program',
        'programs',
        _requirement,
        options=_options,
        set_by='parameters TASK.NAME of the node',
    ),
    program_classes,
)


def make_own_program(name: str, task: str, options: Mapping[str, Any]) -> Any:
    """
    Return a program that needs no network.

    :param name: of this package, installed, or ``package.module:Class``
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
    Return the class of a program: of this package, installed, or ``package.module:Class``.

    :param where: the key that names it, for messages
    :raises ConfigError: when there is none
    """
    return PROGRAMS.find(name, where)
