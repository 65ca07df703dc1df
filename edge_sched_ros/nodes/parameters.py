# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's parameters: checked as a batch, applied while running."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.nodes.parameter_declarations import Declarations
from edge_sched_ros.nodes.parameter_values import as_declared
from edge_sched_ros.nodes.transitions import ACTIVE
from edge_sched_ros.nodes.transitions import state_of
from edge_sched_ros.nodes.transitions import UNCONFIGURED
from edge_sched_ros.pipeline.settings.parameter_checks import check_task_names
from edge_sched_ros.pipeline.settings.parameter_table import ParameterTable
from edge_sched_ros.pipeline.settings.policy_settings import policy_of
from edge_sched_ros.pipeline.settings.unknown_names import not_ours
from edge_sched_ros.pipeline.settings.unknown_names import refuse_mistake
from edge_sched_ros.plugins.policies import POLICIES

SetAll = Callable[[list[Parameter]], SetParametersResult]


class NodeParameters:
    """
    The scheduler's parameters on its node.

    A wrong value given at start does not end the node: configuring fails with it, and the value
    can be read and corrected. While the node is unconfigured every parameter can be set,
    afterwards only the dynamic ones.

    :param node: not yet configured; its ``set_parameters_atomically`` must go through :meth:`set`
    :param validate: called with changes by full name; raises ConfigError to refuse them
    :param apply: called with checked changes while :meth:`value` still gives the values before;
        raises ConfigError when they cannot be made, and has changed nothing then
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
        self._declared = Declarations(node)
        self._add_callbacks()

    @property
    def table(self) -> ParameterTable:
        """The parameters that exist for the node's tasks."""
        return self._declared.table

    def values(self) -> dict[str, Any]:
        """
        Return all parameters by full name.

        :raises ConfigError: the first problem found in what was given at start
        """
        for problem in self._declared.problems:
            raise problem
        return {name: self.value(name) for name in self._declared.names()}

    def value(self, name: str) -> Any:
        """Return one parameter."""
        return self._declared.value(name)

    def renew(self) -> None:
        """Declare the parameters of tasks, networks and programs; their files may have changed."""
        self._declared.renew()

    # --- changing ---------------------------------------------------------------------------

    def set(self, parameters: list[Parameter], set_all: SetAll) -> SetParametersResult:
        """
        Set parameters, converting values to which the caller's YAML gave another type.

        Unchanged parameters are skipped, so that a dump can be loaded while the node is active;
        setting a parameter of another policy declares it.

        :param set_all: rclpy's own method that sets them
        """
        wanted = []
        for parameter in parameters:
            self._declare_for(parameter)
            if not self._node.has_parameter(parameter.name):
                return self._refused(parameter.name)
            present = self._node.get_parameter(parameter.name)
            spec = self.table.specs.get(parameter.name)
            parameter = as_declared(parameter, present, spec)
            if (present.type_, present.value) != (parameter.type_, parameter.value):
                wanted.append(parameter)
            else:
                self._declared.settle(parameter.name)
        if not wanted:
            return SetParametersResult(successful=True)
        result = set_all(wanted)
        if result.successful and any(self._is_fixed(parameter.name) for parameter in wanted):
            self.renew()
        return result

    def _is_fixed(self, name: str) -> bool:
        """Whether a parameter cannot change while the node is configured."""
        return name in self.table.specs and not self.table.specs[name].dynamic

    def _declare_for(self, parameter: Parameter) -> None:
        """Declare the parameters that the change of a parameter needs."""
        name = parameter.name
        if policy := policy_of(name):
            self._declared.declare_policy(policy)
        elif (
            name == 'policy'
            and isinstance(parameter.value, str)
            and POLICIES.is_at_hand(parameter.value)
        ):
            self._declared.declare_policy(parameter.value)

    def _refused(self, name: str) -> SetParametersResult:
        try:
            refuse_mistake(name, self.table, self.value('policy'))
            reason = not_ours(name, self.table)
        except ConfigError as error:
            reason = str(error)
        return SetParametersResult(successful=False, reason=reason)

    def _add_callbacks(self) -> None:
        # A change is made in the callback that can still refuse it: own code may fail. rclpy calls
        # the callback registered first last, so no later one refuses what this one has made.
        self._node.add_on_set_parameters_callback(self._check_and_change)

    def _changes(self, parameters: Iterable[Parameter]) -> dict[str, Any]:
        if self._declared.busy:
            return {}
        return {p.name: p.value for p in parameters if p.name in self.table.specs}

    def _check(self, parameters: list[Parameter]) -> SetParametersResult:
        changes = self._changes(parameters)
        try:
            for name, value in changes.items():
                self._check_state(name)
                spec = self.table.specs[name]
                if spec.plug_ins is not None and isinstance(value, str):
                    spec.plug_ins.refuse_new_module(value, name)
                spec.check(value, name=name)
            if 'tasks' in changes:
                check_task_names(changes['tasks'])
            if changes:
                self._validate(changes)
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def _check_state(self, name: str) -> None:
        """Check that a parameter may change now; :raises ConfigError: with the steps to take."""
        state = state_of(self._node)
        if state == UNCONFIGURED or not self._is_fixed(name):
            return
        steps = 'deactivate, then cleanup' if state == ACTIVE else 'cleanup'
        way = f'ros2 lifecycle set {self._node.get_fully_qualified_name()} {steps}'
        raise ConfigError(name, f'cannot change while the node is {state}; first: {way}')

    def _check_and_change(self, parameters: list[Parameter]) -> SetParametersResult:
        result = self._check(parameters)
        changes = self._changes(parameters)
        if not result.successful or not changes:
            return result
        try:
            self._apply(changes)
        except EdgeSchedError as error:
            return SetParametersResult(successful=False, reason=brief(error, MOST_OF_AN_ERROR))
        for name in changes:
            self._declared.settle(name)
        return result
