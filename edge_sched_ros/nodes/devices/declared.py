# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of a node that do not change after its start, from a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rclpy.node import Node
from rclpy.parameter import Parameter

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.parameter_values import descriptor_of
from edge_sched_ros.nodes.parameter_values import TYPES
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.settings.unknown_names import is_ros_name
from edge_sched_ros.pipeline.settings.unknown_names import nearest

#: maximum number of foreign names in the log: a file may have thousands of other nodes
_MOST_TOLD = 20


def declare(node: Node, specs: Iterable[ParameterSpec]) -> dict[str, Any]:
    """
    Declare parameters and return their values by name.

    :raises ConfigError: for a value of another type or out of range; a line with its name
    """
    overrides: dict[str, Parameter] = node._parameter_overrides
    values: dict[str, Any] = {}
    for spec in specs:
        given = overrides.get(spec.name)
        value = spec.default if given is None else spec.check(given.value)
        descriptor = descriptor_of(spec)
        descriptor.read_only = True
        if given is not None:
            # a whole number is a fine value for a double
            overrides[spec.name] = Parameter(spec.name, TYPES[spec.kind], value)
        # an empty list has no element type in ROS: declare by type
        default = TYPES[spec.kind] if spec.default == [] else spec.default
        if value == []:
            overrides.pop(spec.name, None)
        node.declare_parameter(spec.name, default, descriptor)
        if value == []:
            node._parameters[spec.name] = Parameter(spec.name, TYPES[spec.kind], [])
        values[spec.name] = value
    return values


def judge_unknown(node: Node, names: Iterable[str]) -> None:
    """
    Log given parameters that the node does not have.

    :param names: those it has
    :raises ConfigError: for one that is nearly the name of one it has
    """
    unknown = refuse_mistyped(node, names)
    for name in unknown[:_MOST_TOLD]:
        node.get_logger().warning(f'{name}: ignored, not a parameter of this node')
    if (left := len(unknown) - _MOST_TOLD) > 0:
        node.get_logger().warning(f'{left} more parameters are ignored')


def refuse_mistyped(node: Node, names: Iterable[str], others: Iterable[str] = ()) -> list[str]:
    """
    Return the given parameters that the node does not have.

    :param names: those that are checked
    :param others: those that it has beside these
    :raises ConfigError: for one that is nearly one of ``names``
    """
    known = tuple(names)
    taken, unknown = {*known, *others}, []
    for name in node._parameter_overrides:
        if name in taken or is_ros_name(name):
            continue
        if near := nearest(name, known):
            raise ConfigError(name, f"unknown parameter; did you mean '{near}'?")
        unknown.append(name)
    return unknown
