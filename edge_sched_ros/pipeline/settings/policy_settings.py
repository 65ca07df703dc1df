# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Settings of policies, and of ``+drop``, as parameters: ``policies.POLICY.NAME``.

For a policy ``package.module:Class`` it is ``policies.package.module.Class.NAME``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.pipeline.settings.parameter_spec import Kind
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.plugins.policies import POLICIES
from edge_sched_ros.plugins.policies import policy_parameters
from edge_sched_ros.policies.registry import DROP_SUFFIX
from edge_sched_ros.policies.registry import plain_name

#: prefix of the full names
GROUP = 'policies.'
#: defaults of policies that differ from those of the simulator, which publishes nothing and has no
#: waits for the interpreter
_ON_A_ROBOT = {'margin_ms': 2.0}


@lru_cache(maxsize=1)
def built_in_specs() -> dict[str, ParameterSpec]:
    """Return the parameters of all policies of this package by full name."""
    found: dict[str, ParameterSpec] = {}
    for name in sorted(POLICIES.built_in()):
        found |= specs_of(name)
    return found


def specs_of(policy: str) -> dict[str, ParameterSpec]:
    """
    Return the parameters of a policy by full name, including those of its ``+drop`` form.

    :raises ConfigError: when the policy does not exist or cannot be used
    """
    group = group_of(policy)
    parameters = policy_parameters(plain_name(policy) + DROP_SUFFIX)
    return {group + one.name: _spec(group, one) for one in parameters}


def group_of(policy: str) -> str:
    """Return the prefix of the full names of a policy's parameters."""
    # in ROS arguments a colon ends the name of a node: -p node:name:=value
    return f'{GROUP}{plain_name(policy).replace(":", ".")}.'


def group_in(name: str) -> str:
    """Return the group of a parameter by its full name."""
    return name.rpartition('.')[0] + '.'


def policy_of(name: str) -> str:
    """Return the policy of a parameter by its full name; empty if no policy is loaded for it."""
    if not name.startswith(GROUP):
        return ''
    group = group_in(name)
    return next((one for one in POLICIES.at_hand() if group_of(one) == group), '')


def values_of(policy: str, values: Mapping[str, Any]) -> dict[str, float]:
    """
    Return the settings of a policy.

    :param values: parameters by full name; missing ones have their defaults
    """
    group, specs = group_of(policy), specs_of(policy)
    names = [group + parameter.name for parameter in policy_parameters(policy)]
    return {name.removeprefix(group): values.get(name, specs[name].default) for name in names}


def _spec(prefix: str, parameter: PolicyParameter) -> ParameterSpec:
    kind: Kind = 'double'
    if isinstance(parameter.default, bool):
        kind = 'bool'
    elif isinstance(parameter.default, int):
        kind = 'integer'
    return ParameterSpec(
        prefix + parameter.name,
        kind,
        _ON_A_ROBOT.get(parameter.name, parameter.default),
        parameter.description,
        minimum=None if kind == 'bool' else parameter.minimum,
        maximum=None if kind == 'bool' else parameter.maximum,
        dynamic=True,
    )
