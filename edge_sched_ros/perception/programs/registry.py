# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs without a network, by name: every module of this package with a ``PROGRAM``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import Program
from edge_sched_ros.perception import programs
from edge_sched_ros.perception.declared_numbers import numbers_of_class
from edge_sched_ros.perception.declared_numbers import numbers_problem
from edge_sched_ros.perception.declared_numbers import options_of_numbers
from edge_sched_ros.perception.programs.attributes import check_attributes
from edge_sched_ros.plugins.bounded_call import call_bounded
from edge_sched_ros.plugins.bounded_call import MAKING_S
from edge_sched_ros.plugins.built_in import modules_holding
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.own_code import make
from edge_sched_ros.plugins.own_code import own_code
from edge_sched_ros.plugins.registry import Registry

#: attributes of a program that a runtime needs
_NEEDS = ('stages', 'stateful', 'output', 'run', 'reset', 'close')


def program_classes() -> dict[str, type[Any]]:
    """Return the programs of this package by name."""
    return modules_holding(programs, 'PROGRAM')


def _requirement(found: Any) -> str:
    problem = class_problem(found, Program, ('run', 'reset', 'close'))
    return problem or numbers_problem(numbers_of_class(found))


def _options(found: Any) -> tuple[Option, ...]:
    return options_of_numbers(numbers_of_class(found))


#: registry of programs
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


def make_own_program(
    name: str, task: str, options: Mapping[str, Any], *, tracker: str = ''
) -> Any:
    """
    Return a program without a network.

    :param name: name of a program of this package or an installed one, or ``package.module:Class``
    :param task: its task, for messages
    :param options: settings of the task
    :param tracker: for a program that takes one
    :raises ConfigError: when it does not exist, cannot be made, or the options do not fit
    """
    where = f'{task}.program'
    made_by = program_class(name, where)

    more: dict[str, Any] = {}
    if tracker:
        if getattr(made_by, 'takes_tracker', False) is not True:
            raise ConfigError(f'{task}.tracker', f"the program '{name}' takes no tracker")
        more['tracker'] = tracker

    def of_task() -> Any:
        try:
            return made_by(**more, **options)
        except ConfigError as error:
            # a program names only its option; the cause tells whether own code raised
            raise ConfigError(f'{task}.{error.where}', error.problem) from error.__cause__

    limit_s = None if PROGRAMS.is_built_in(name) else MAKING_S
    made = make(name, where, of_task, _NEEDS, limit_s=limit_s)
    with own_code(where, f"'{name}': its attributes cannot be read"):
        if limit_s is None:
            check_attributes(made)
        else:
            call_bounded('attribute', lambda: check_attributes(made))
    stages = made.stages
    named = isinstance(stages, (tuple, list)) and all(isinstance(one, str) for one in stages)
    if not named or not stages or len(set(stages)) < len(stages):
        raise ConfigError(where, f"'{name}' must have a tuple of different names as stages")
    return made


def program_class(name: str, where: str) -> type[Any]:
    """
    Return the class of a program: of this package, installed, or ``package.module:Class``.

    :param where: the key with its name, for messages
    :raises ConfigError: when it does not exist
    """
    return PROGRAMS.find(name, where)
