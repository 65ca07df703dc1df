# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Settings of policies as parameters: ``policies.POLICY.NAME``, those of ``+drop`` among them.

Of a policy ``package.module:Class`` they are ``policies.package.module.Class.NAME``.
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

#: what the full names begin with
GROUP = 'policies.'
#: defaults of policies that differ from the simulator's, where nothing is published and no stage
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
    Return the parameters of a policy by full name, those of its ``+drop`` form among them.

    :raises ConfigError: when there is no such policy, or it cannot be used
    """
    group = group_of(policy)
    parameters = policy_parameters(plain_name(policy) + DROP_SUFFIX)
    return {group + one.name: _spec(group, one) for one in parameters}


def group_of(policy: str) -> str:
    """Return what the full names of a policy's parameters begin with."""
    # a colon ends the name of a node in ROS arguments: -p node:name:=value
    return f'{GROUP}{plain_name(policy).replace(":", ".")}.'


def group_in(name: str) -> str:
    """Return the group that the full name of a parameter is in."""
    return name.rpartition('.')[0] + '.'


def policy_of(name: str) -> str:
    """Return the policy that a parameter is of, by its full name; empty for none at hand."""
    if not name.startswith(GROUP):
        return ''
    group = group_in(name)
    return next((one for one in POLICIES.at_hand() if group_of(one) == group), '')


def values_of(policy: str, values: Mapping[str, Any]) -> dict[str, float]:
    """
    Return the settings of a policy.

    :param values: parameters by full name; those that are not among them have their defaults
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
