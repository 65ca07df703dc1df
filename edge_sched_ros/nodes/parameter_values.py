# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Types of parameters: descriptors, and values to which YAML gave another type."""

from __future__ import annotations

from typing import Any

from rcl_interfaces.msg import FloatingPointRange
from rcl_interfaces.msg import IntegerRange
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.parameter import Parameter

from edge_sched_ros.documents.rcl_rules import guess
from edge_sched_ros.documents.yaml_1_1 import read_word
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec

TYPES = {
    'double': Parameter.Type.DOUBLE,
    'integer': Parameter.Type.INTEGER,
    'bool': Parameter.Type.BOOL,
    'string': Parameter.Type.STRING,
    'string_array': Parameter.Type.STRING_ARRAY,
}
#: stands in for the end of an open range
_ENDLESS = 1e12


def as_declared(parameter: Parameter, present: Parameter, spec: ParameterSpec | None) -> Parameter:
    """
    Return a parameter in its declared type, where its value can be converted.

    ``ros2 param`` guesses types by YAML: ``1e-05`` becomes a text, ``off`` a bool and an empty
    list a list of bools.

    :param present: its present value
    :param spec: the specification of one of our parameters
    """
    kind = present.type_ if spec is None else TYPES[spec.kind]
    if parameter.type_ == kind:
        return parameter
    choices = () if spec is None else spec.known
    given = parameter.value if spec is None else spec.one_text(parameter.value)
    value = _meant(given, kind, (present.value, *choices))
    return parameter if value is None else Parameter(parameter.name, kind, value)


def _meant(value: Any, kind: Parameter.Type, texts: tuple[Any, ...]) -> Any:
    """Return the value converted to a type; ``None`` when it cannot be converted."""
    if isinstance(value, str) and kind in (Parameter.Type.DOUBLE, Parameter.Type.INTEGER):
        value = guess(value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == Parameter.Type.DOUBLE and number:
        return float(value)
    if kind == Parameter.Type.INTEGER and number and float(value).is_integer():
        return int(value)
    if kind == Parameter.Type.STRING:
        return value if isinstance(value, str) else _text(value, texts)
    if kind == Parameter.Type.STRING_ARRAY and not isinstance(value, (str, bool, int, float)):
        return [] if value is None or not len(value) else None
    return None


def _text(value: Any, texts: tuple[Any, ...]) -> str | None:
    """Return the text that YAML has read as something else."""
    for text in texts:
        read = read_word(text) if isinstance(text, str) else text
        if (type(read), read) == (type(value), value):
            return str(text)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole else None


def descriptor_of(spec: ParameterSpec) -> ParameterDescriptor:
    """Return what ``ros2 param describe`` shows."""
    # read-only would also forbid changes while the node is unconfigured
    descriptor = ParameterDescriptor(description=spec.description)
    if known := ', '.join(spec.known):
        own = '' if spec.plug_ins is None else ', or package.module:Class given at start'
        descriptor.additional_constraints = f'one of: {known}{own}'
    if not spec.dynamic:
        descriptor.additional_constraints = 'changes only while the node is unconfigured'
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
