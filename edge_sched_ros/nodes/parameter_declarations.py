# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Declares the node's parameters from the tables, and again when its tasks change."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.parameter import Parameter

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.parameter_values import descriptor_of
from edge_sched_ros.nodes.parameter_values import TYPES
from edge_sched_ros.pipeline.settings.parameter_checks import check_task_names
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.settings.parameter_table import ParameterTable
from edge_sched_ros.pipeline.settings.parameter_table import table_of
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.settings.policy_settings import policy_of
from edge_sched_ros.pipeline.settings.policy_settings import specs_of
from edge_sched_ros.pipeline.settings.unknown_names import judge


class Declarations:
    """
    Declares the parameters that the node needs.

    These are the parameters of policies that run, have run or were given a value at start, and of
    each task the options of its network or program.

    :param node: not yet configured
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        #: values that were given and have no parameter yet, by name
        self._overrides: dict[str, Parameter] = node._parameter_overrides
        #: problems with values given at start, by parameter, until they are corrected
        self._wrong: dict[str, ConfigError] = {}
        #: problems with given names that match no parameter
        self._unknown: dict[str, ConfigError] = {}
        #: values of parameters that were removed with their task or network
        self._kept: set[str] = set()
        #: whether the values that rclpy checks now come from a declaration
        self.busy = False
        self.table = ParameterTable((), {})
        #: policies that run, have run or were given a value
        self._policy_specs: dict[str, ParameterSpec] = {}
        self._told: set[str] = set()
        for spec in SCHEDULER_PARAMETERS:
            self._declare(spec, spec.name)
        self.renew()

    @property
    def problems(self) -> list[ConfigError]:
        """Problems with values given at start that have not been corrected."""
        return [*self._wrong.values(), *self._unknown.values()]

    def settle(self, name: str) -> None:
        """Record that a parameter now has a valid value."""
        self._wrong.pop(name, None)

    def names(self) -> list[str]:
        """Return the full names of all declared parameters of the scheduler."""
        return [name for name in self.table.specs if self._node.has_parameter(name)]

    def value(self, name: str) -> Any:
        """Return one parameter."""
        value = self._node.get_parameter(name).value
        return [] if value is None else value

    def renew(self) -> None:
        """Declare the parameters of tasks, networks and programs; again when these change."""
        before, tasks = self.table, self._tasks()
        self.declare_policy(self.value('policy'))
        for name in list(self._overrides):
            if policy := policy_of(name):
                self.declare_policy(policy)
        for task in (task for task in before.tasks if task not in tasks):
            self._forget_task(task, before)
        for task in tasks:
            for spec in TASK_PARAMETERS:
                if not self._node.has_parameter(f'{task}.{spec.name}'):
                    self._declare(spec, f'{task}.{spec.name}')
        given = {
            f'{task}.{key}': self.value(f'{task}.{key}')
            for task in tasks
            for key in ('network', 'program', 'tracker')
        }
        self.table = table_of(tasks, given)
        self.table.specs.update(self._policy_specs)
        self._declare_options(before)
        self._judge_the_rest()

    def _tasks(self) -> tuple[str, ...]:
        try:
            return check_task_names(self.value('tasks'))
        except ConfigError as error:
            # a value of the wrong type is replaced by the default, which tells less
            self._wrong.setdefault('tasks', error)
            return ()

    def _forget_task(self, task: str, table: ParameterTable) -> None:
        for name, spec in table.specs.items():
            if name.startswith(f'{task}.') and self._node.has_parameter(name):
                self._forget(name, spec)

    def _declare_options(self, before: ParameterTable) -> None:
        """Declare the options of networks and programs, replacing those of earlier ones."""
        for name, spec in before.specs.items():
            other = spec.option and spec != self.table.specs.get(name)
            if other and self._node.has_parameter(name):
                self._forget(name, spec)
        for task in self.table.tasks:
            for option, spec in self.table.options(task).items():
                if not self._node.has_parameter(f'{task}.{option}'):
                    self._declare(spec, f'{task}.{option}')

    def _forget(self, name: str, spec: ParameterSpec) -> None:
        """Remove a parameter; its value is used again when the task or network returns."""
        value = self.value(name)
        self._overrides.pop(name, None)
        self.settle(name)
        self._kept.add(name)
        if value != spec.default:
            self._overrides[name] = Parameter(name, TYPES[spec.kind], value)
        self._node.undeclare_parameter(name)

    def declare_policy(self, policy: str) -> None:
        """Declare the missing parameters of a policy, if it can be used."""
        try:
            specs = specs_of(policy)
        except ConfigError:
            return  # reported when the policy is selected
        self._policy_specs |= specs
        self.table.specs.update(specs)
        for name, spec in specs.items():
            if not self._node.has_parameter(name):
                self._declare(spec, name)

    def _declare(self, spec: ParameterSpec, name: str) -> None:
        override = self._overrides.get(name)
        if override is not None:
            # checked here, not by rclpy: its message does not name the range, and it refuses a
            # whole number for a double
            try:
                value = spec.check(override.value, name=name)
                self._overrides[name] = Parameter(name, TYPES[spec.kind], value)
                if value == []:
                    # it has no element type, so rclpy would take it for bytes
                    del self._overrides[name]
            except ConfigError as error:
                self._wrong[name] = error
                del self._overrides[name]
        self.busy = True
        try:
            self._declare_one(spec, name)
        finally:
            self.busy = False

    def _declare_one(self, spec: ParameterSpec, name: str) -> None:
        if spec.kind == 'string_array' and not spec.default:
            # an empty list has no element type in ROS: declare by type
            self._node.declare_parameter(name, Parameter.Type.STRING_ARRAY, descriptor_of(spec))
            if name not in self._overrides:
                empty = Parameter(name, Parameter.Type.STRING_ARRAY, [])
                self._node._parameters[name] = empty
            return
        self._node.declare_parameter(name, spec.default, descriptor_of(spec))

    def _judge_the_rest(self) -> None:
        """Log the given names that are not ours; remember those that should be."""
        has = self._node.has_parameter
        self._unknown.clear()
        others = []
        for name in self._overrides:
            if has(name) or name in self._kept:
                continue
            try:
                judge([name], self.table, self.value('policy'))
                others.append(name)
            except ConfigError as error:
                self._unknown[name] = error
        for line in judge(others, self.table, self.value('policy')):
            if line not in self._told:
                self._told.add(line)
                self._node.get_logger().warning(line)
