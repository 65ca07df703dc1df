# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's parameters: declared from the table, checked as a batch, applied while running."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rcl_interfaces.msg import FloatingPointRange
from rcl_interfaces.msg import IntegerRange
from rcl_interfaces.msg import ParameterDescriptor
from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.parameter_file import is_ros_parameter
from edge_sched_ros.pipeline.parameters import check_task_names
from edge_sched_ros.pipeline.parameters import ParameterSpec
from edge_sched_ros.pipeline.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.parameters import spec_of
from edge_sched_ros.pipeline.parameters import TASK_PARAMETERS

_TYPES = {
    'double': Parameter.Type.DOUBLE,
    'integer': Parameter.Type.INTEGER,
    'bool': Parameter.Type.BOOL,
    'string': Parameter.Type.STRING,
    'string_array': Parameter.Type.STRING_ARRAY,
}
#: stands in for the end of an open range
_ENDLESS = 1e12


class NodeParameters:
    """
    The scheduler's parameters on its node.

    A wrong value given at start is remembered instead of ending the node: configuring is refused
    with it, and the node stays to be asked and corrected.

    :param node: not yet configured
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
        self.tasks: tuple[str, ...] = ()
        self._overrides: dict[str, Parameter] = node._parameter_overrides
        self._declare_all()
        self._add_callbacks()

    def values(self) -> dict[str, Any]:
        """
        Return all parameters by full name.

        :raises ConfigError: the first problem found in what was given at start
        """
        for problem in self._problems.values():
            raise problem
        names = [spec.name for spec in SCHEDULER_PARAMETERS]
        names += [f'{task}.{spec.name}' for task in self.tasks for spec in TASK_PARAMETERS]
        return {name: self.value(name) for name in names}

    def value(self, name: str) -> Any:
        """Return one parameter."""
        value = self._node.get_parameter(name).value
        return [] if value is None else value

    # --- declaring --------------------------------------------------------------------------

    def _declare_all(self) -> None:
        for spec in SCHEDULER_PARAMETERS:
            self._declare(spec, spec.name)
        try:
            self.tasks = check_task_names(self.value('tasks'))
        except ConfigError as error:
            # of a value of the wrong type only the default is left, which says less
            self._problems.setdefault('tasks', error)
        for task in self.tasks:
            for spec in TASK_PARAMETERS:
                self._declare(spec, f'{task}.{spec.name}')
        for name in self._overrides:
            if not is_ros_parameter(name) and not self._node.has_parameter(name):
                self._note_unknown(name)

    def _declare(self, spec: ParameterSpec, name: str) -> None:
        override = self._overrides.get(name)
        if override is not None:
            # checked here, not by rclpy: its message does not name the range, and a whole
            # number is a fine value for a double
            try:
                value = spec.check(override.value, name=name)
                self._overrides[name] = Parameter(name, _TYPES[spec.kind], value)
                if value == []:
                    # it has no element type, so rclpy would take it for bytes
                    del self._overrides[name]
            except ConfigError as error:
                self._problems[name] = error
                del self._overrides[name]
        if spec.kind == 'string_array' and not spec.default:
            # an empty list has no element type in ROS: declare by type
            self._node.declare_parameter(name, Parameter.Type.STRING_ARRAY, _descriptor(spec))
            if name not in self._overrides:
                empty = Parameter(name, Parameter.Type.STRING_ARRAY, [])
                self._node._parameters[name] = empty
            return
        self._node.declare_parameter(name, spec.default, _descriptor(spec))

    def _note_unknown(self, name: str) -> None:
        try:
            spec_of(name, self.tasks)
        except ConfigError as error:
            self._problems[name] = error

    # --- changing ---------------------------------------------------------------------------

    def _add_callbacks(self) -> None:
        node = self._node
        if hasattr(node, 'add_post_set_parameters_callback'):
            node.add_pre_set_parameters_callback(self._widen)
            node.add_on_set_parameters_callback(self._check)
            node.add_post_set_parameters_callback(self._changed)
        else:
            # Humble has no other. rclpy asks the callback registered first last, so no other
            # refuses what this one has applied.
            node.add_on_set_parameters_callback(self._check_and_change)

    def _widen(self, parameters: list[Parameter]) -> list[Parameter]:
        """Let a whole number stand for a double, and YAML's false for ``off``."""
        return [self._widened(parameter) for parameter in parameters]

    def _widened(self, parameter: Parameter) -> Parameter:
        try:
            spec = spec_of(parameter.name, self.tasks)
        except ConfigError:
            return parameter
        if spec.kind == 'double' and parameter.type_ == Parameter.Type.INTEGER:
            return Parameter(parameter.name, Parameter.Type.DOUBLE, float(parameter.value))
        if parameter.type_ == Parameter.Type.BOOL and spec.unquoted(parameter.value) == 'off':
            return Parameter(parameter.name, Parameter.Type.STRING, 'off')
        return parameter

    def _changes(self, parameters: list[Parameter]) -> dict[str, Any]:
        return {p.name: p.value for p in parameters if not is_ros_parameter(p.name)}

    def _check(self, parameters: list[Parameter]) -> SetParametersResult:
        changes = self._changes(parameters)
        try:
            for name, value in changes.items():
                spec_of(name, self.tasks).check(value, name=name)
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


def _descriptor(spec: ParameterSpec) -> ParameterDescriptor:
    descriptor = ParameterDescriptor(description=spec.description, read_only=not spec.dynamic)
    if spec.choices:
        descriptor.additional_constraints = f'one of: {", ".join(spec.choices)}'
    if spec.minimum is None:
        return descriptor
    maximum = _ENDLESS if spec.maximum is None else spec.maximum
    if spec.kind == 'integer':
        descriptor.integer_range = [
            IntegerRange(from_value=int(spec.minimum), to_value=int(maximum), step=0)
        ]
    else:
        descriptor.floating_point_range = [
            FloatingPointRange(from_value=float(spec.minimum), to_value=float(maximum), step=0.0)
        ]
    return descriptor
