# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's parameters: declared from the tables, checked as a batch, applied while running."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.parameter_values import as_declared
from edge_sched_ros.nodes.parameter_values import descriptor_of
from edge_sched_ros.nodes.parameter_values import TYPES
from edge_sched_ros.pipeline.parameter_checks import check_task_names
from edge_sched_ros.pipeline.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.parameter_table import ParameterTable
from edge_sched_ros.pipeline.parameter_table import table_of
from edge_sched_ros.pipeline.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.policy_settings import group_of
from edge_sched_ros.pipeline.policy_settings import policy_specs
from edge_sched_ros.pipeline.unknown_names import judge
from edge_sched_ros.pipeline.unknown_names import refuse_mistake

SetAll = Callable[[list[Parameter]], SetParametersResult]


class NodeParameters:
    """
    The scheduler's parameters on its node.

    A wrong value given at start is remembered instead of ending the node: configuring is refused
    with it, and the node stays to be asked and corrected.

    What is declared is what concerns the node: of policies those that run, have run or were given
    something at start; of a task the options of its own network or program.

    :param node: not yet configured; its ``set_parameters_atomically`` must go through :meth:`set`
    :param validate: called with changes by full name; raises ConfigError to refuse them
    :param apply: called with changes that hold now
    """

    def __init__(
        self,
        node: Node,
        *,
        validate: Callable[[dict[str, Any]], None],
        apply: Callable[[dict[str, Any]], None],
    ) -> None:
        self._node = node
        self._validate = validate
        self._apply = apply
        #: what is wrong with what was given at start, by parameter, until it is set right
        self._problems: dict[str, ConfigError] = {}
        self._overrides: dict[str, Parameter] = node._parameter_overrides
        self._declaring = False
        self.table = ParameterTable((), {})
        self._declare_all()
        self._add_callbacks()

    def values(self) -> dict[str, Any]:
        """
        Return all parameters by full name.

        :raises ConfigError: the first problem found in what was given at start
        """
        for problem in self._problems.values():
            raise problem
        return {name: self.value(name) for name in self._declared()}

    def value(self, name: str) -> Any:
        """Return one parameter."""
        value = self._node.get_parameter(name).value
        return [] if value is None else value

    def _declared(self) -> list[str]:
        return [name for name in self.table.specs if self._node.has_parameter(name)]

    # --- declaring --------------------------------------------------------------------------

    def _declare_all(self) -> None:
        for spec in SCHEDULER_PARAMETERS:
            self._declare(spec, spec.name)
        tasks: tuple[str, ...] = ()
        try:
            tasks = check_task_names(self.value('tasks'))
        except ConfigError as error:
            # of a value of the wrong type only the default is left, which says less
            self._problems.setdefault('tasks', error)
        for task in tasks:
            for spec in TASK_PARAMETERS:
                self._declare(spec, f'{task}.{spec.name}')
        self.table = ParameterTable(tasks, {})
        self.declare_options()
        self._declare_policy(group_of(self.value('policy')))
        for name in list(self._overrides):
            if name in policy_specs():
                self._declare_policy(name.rpartition('.')[0] + '.')
        self._judge_the_rest()

    def declare_options(self) -> None:
        """Declare what the networks and programs of tasks may be told; again when they change."""
        before = self.table
        tasks = before.tasks
        given = {
            f'{task}.{key}': self.value(f'{task}.{key}')
            for task in tasks
            for key in ('network', 'program')
        }
        self.table = table_of(tasks, given)
        for name, spec in before.specs.items():
            if spec.option and spec != self.table.specs.get(name):
                self._forget_option(name, spec)
        for task in tasks:
            for option, spec in self.table.options(task).items():
                if not self._node.has_parameter(f'{task}.{option}'):
                    self._declare(spec, f'{task}.{option}')

    def _forget_option(self, name: str, spec: ParameterSpec) -> None:
        """Let go of an option of a network that is another now; what was set stays set."""
        value = self.value(name)
        self._overrides.pop(name, None)
        if value != spec.default:
            self._overrides[name] = Parameter(name, TYPES[spec.kind], value)
        self._node.undeclare_parameter(name)

    def _declare_policy(self, group: str) -> None:
        for name, spec in policy_specs().items():
            if name.startswith(group) and not self._node.has_parameter(name):
                self._declare(spec, name)

    def _declare(self, spec: ParameterSpec, name: str) -> None:
        override = self._overrides.get(name)
        if override is not None:
            # checked here, not by rclpy: its message does not name the range, and a whole
            # number is a fine value for a double
            try:
                value = spec.check(override.value, name=name)
                self._overrides[name] = Parameter(name, TYPES[spec.kind], value)
                if value == []:
                    # it has no element type, so rclpy would take it for bytes
                    del self._overrides[name]
            except ConfigError as error:
                self._problems[name] = error
                del self._overrides[name]
        self._declaring = True
        try:
            self._declare_one(spec, name)
        finally:
            self._declaring = False

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
        """Tell which of the names that were given are not ours; remember those that should be."""
        unknown = [name for name in self._overrides if not self._node.has_parameter(name)]
        others = []
        for name in unknown:
            try:
                judge([name], self.table, self.value('policy'))
                others.append(name)
            except ConfigError as error:
                self._problems[name] = error
        for line in judge(others, self.table, self.value('policy')):
            self._node.get_logger().warning(line)

    # --- changing ---------------------------------------------------------------------------

    def set(self, parameters: list[Parameter], set_all: SetAll) -> SetParametersResult:
        """
        Set parameters, whatever the caller's YAML has made of their values.

        What has its value already is left alone, so that a dump of read-only parameters can be
        loaded; parameters of another policy are declared by being set.

        :param set_all: rclpy's own way of setting them
        """
        wanted = []
        for parameter in parameters:
            self._declare_for(parameter)
            if not self._node.has_parameter(parameter.name):
                return self._refused(parameter.name)
            spec = self.table.specs.get(parameter.name)
            present = self._node.get_parameter(parameter.name)
            parameter = as_declared(parameter, present, spec)
            same = (present.type_, present.value) == (parameter.type_, parameter.value)
            if not same:
                wanted.append(parameter)
            elif spec is not None and spec.dynamic:
                self._problems.pop(parameter.name, None)
        if not wanted:
            return SetParametersResult(successful=True)
        return set_all(wanted)

    def _declare_for(self, parameter: Parameter) -> None:
        """Declare what the change of a parameter needs."""
        name = parameter.name
        if name in policy_specs():
            self._declare_policy(name.rpartition('.')[0] + '.')
        elif name == 'policy' and isinstance(parameter.value, str):
            self._declare_policy(group_of(parameter.value))

    def _refused(self, name: str) -> SetParametersResult:
        try:
            refuse_mistake(name, self.table, self.value('policy'))
            reason = f'{name}: the scheduler has no such parameter'
        except ConfigError as error:
            reason = str(error)
        return SetParametersResult(successful=False, reason=reason)

    def _add_callbacks(self) -> None:
        node = self._node
        if hasattr(node, 'add_post_set_parameters_callback'):
            node.add_on_set_parameters_callback(self._check)
            node.add_post_set_parameters_callback(self._changed)
        else:
            # Humble has no other. rclpy asks the callback registered first last, so no other
            # refuses what this one has applied.
            node.add_on_set_parameters_callback(self._check_and_change)

    def _changes(self, parameters: Iterable[Parameter]) -> dict[str, Any]:
        if self._declaring:
            return {}
        return {p.name: p.value for p in parameters if p.name in self.table.specs}

    def _check(self, parameters: list[Parameter]) -> SetParametersResult:
        changes = self._changes(parameters)
        try:
            for name, value in changes.items():
                self.table.specs[name].check(value, name=name)
            if changes:
                self._validate(changes)
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def _changed(self, parameters: list[Parameter]) -> None:
        if changes := self._changes(parameters):
            for name in changes:
                self._problems.pop(name, None)
            self._apply(changes)

    def _check_and_change(self, parameters: list[Parameter]) -> SetParametersResult:
        result = self._check(parameters)
        if result.successful:
            self._changed(parameters)
        return result
