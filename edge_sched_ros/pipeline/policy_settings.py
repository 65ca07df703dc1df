# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Settings of policies as parameters: ``policies.POLICY.NAME``, those of ``+drop`` among them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.pipeline.parameter_spec import Kind
from edge_sched_ros.pipeline.parameter_spec import ParameterSpec
from edge_sched_ros.policies.registry import DROP_SUFFIX
from edge_sched_ros.policies.registry import plain_name
from edge_sched_ros.policies.registry import policy_classes
from edge_sched_ros.policies.registry import policy_parameters

#: what the full names begin with
GROUP = 'policies.'
#: defaults of policies that differ from the simulator's, where nothing is published and no stage
#: waits for the interpreter
_ON_A_ROBOT = {'margin_ms': 2.0}


@lru_cache(maxsize=1)
def policy_specs() -> dict[str, ParameterSpec]:
    """Return the parameters of all policies by full name."""
    return {
        f'{GROUP}{name}.{parameter.name}': _spec(f'{GROUP}{name}.', parameter)
        for name in sorted(policy_classes())
        for parameter in policy_parameters(name + DROP_SUFFIX)
    }


def group_of(policy: str) -> str:
    """Return what the full names of a policy's parameters begin with."""
    return f'{GROUP}{plain_name(policy)}.'


def values_of(policy: str, values: Mapping[str, Any]) -> dict[str, float]:
    """
    Return the settings of a policy.

    :param values: parameters by full name; those that are not among them have their defaults
    """
    group, specs = group_of(policy), policy_specs()
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
