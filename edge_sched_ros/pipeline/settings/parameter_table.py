# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All possible parameters of a configuration, by full name."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.perception.numbers import numbers_of_network
from edge_sched_ros.perception.numbers import numbers_of_program
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.pipeline.settings.isolated_numbers import isolated_numbers_of_network
from edge_sched_ros.pipeline.settings.isolated_numbers import isolated_numbers_of_program
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.settings.policy_settings import built_in_specs
from edge_sched_ros.pipeline.settings.policy_settings import GROUP
from edge_sched_ros.pipeline.settings.policy_settings import policy_of
from edge_sched_ros.pipeline.settings.policy_settings import specs_of
from edge_sched_ros.pipeline.settings.resources import find_file
from edge_sched_ros.plugins.policies import POLICIES


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """
    The parameters for a set of tasks.

    :param specs: parameters of the scheduler, of policies and of the tasks, by full name
    :param unread: tasks with unknown options, since their network or program cannot be read
    """

    tasks: tuple[str, ...]
    specs: dict[str, ParameterSpec]
    unread: frozenset[str] = frozenset()

    def options(self, task: str) -> dict[str, ParameterSpec]:
        """Return the parameters that go to a task's network or program, by option."""
        return {
            name.removeprefix(f'{task}.'): spec
            for name, spec in self.specs.items()
            if spec.option and name.startswith(f'{task}.')
        }


def table_of(
    tasks: tuple[str, ...], values: Mapping[str, Any], *, beside: Path | None = None
) -> ParameterTable:
    """
    Return the parameters of a configuration.

    It includes those of all policies of this package, and of a policy from outside if ``policy``
    or a parameter names it.

    :param values: at least ``TASK.network`` and ``TASK.program``, if given
    :param beside: the folder of their file
    """
    specs = {spec.name: spec for spec in SCHEDULER_PARAMETERS} | built_in_specs()
    for policy in _policies_from_outside(values):
        try:
            specs |= specs_of(policy)
        except ConfigError:
            pass  # reported with the reason when its name or its parameters are checked
    unread = set()
    for task in tasks:
        specs |= {f'{task}.{spec.name}': spec for spec in TASK_PARAMETERS}
        try:
            numbers, says = _numbers(task, values, beside)
        except ConfigError:
            unread.add(task)  # reported with the reason when the task is made
            continue
        for name, number in numbers.items():
            specs.setdefault(f'{task}.{name}', option_spec(name, number, says))
    return ParameterTable(tasks, specs, frozenset(unread))


def _policies_from_outside(values: Mapping[str, Any]) -> Iterator[str]:
    policy = values.get('policy')
    if isinstance(policy, str) and not POLICIES.is_built_in(policy):
        yield policy
    for name in values:
        if name.startswith(GROUP) and name not in built_in_specs() and (of := policy_of(name)):
            yield of


def _numbers(
    task: str, values: Mapping[str, Any], beside: Path | None
) -> tuple[dict[str, Number], str]:
    """Return a task's own numbers, and the source of their defaults."""
    program, network, tracker = (
        values.get(f'{task}.{key}') for key in ('program', 'network', 'tracker')
    )
    tracker, key = (tracker if isinstance(tracker, str) else ''), f'{task}.tracker'
    isolated = values.get(f'{task}.isolation') == 'process'
    if program and isinstance(program, str):
        of_program = isolated_numbers_of_program if isolated else numbers_of_program
        return of_program(program, f'{task}.program', tracker, key), program
    if network and isinstance(network, str):
        spec = load_network(find_file(network, where=f'{task}.network', beside=beside))
        of_network = isolated_numbers_of_network if isolated else numbers_of_network
        return of_network(spec, tracker, key), spec.name
    return {}, ''


def option_spec(name: str, number: Number, says: str = '') -> ParameterSpec:
    """
    Return the parameter of an option; its default means that of the network or program.

    :param says: source of the default, for the description
    """
    kind = int if number.whole else float
    default = kind(number.default)
    return ParameterSpec(
        name,
        'integer' if number.whole else 'double',
        default,
        number.description + (f'; {says} says {default:g}' if says else ''),
        minimum=kind(number.least),
        maximum=kind(number.greatest),
        dynamic=True,
        option=True,
    )


def reserved_names() -> set[str]:
    """Return the names that no task may have."""
    return {spec.name for spec in SCHEDULER_PARAMETERS} | {GROUP.rstrip('.')}


def is_parameter(name: str, tasks: Iterable[str]) -> bool:
    """Whether a name is one of our parameters, or in one of our groups."""
    return name.partition('.')[0] in {*reserved_names(), *tasks}
