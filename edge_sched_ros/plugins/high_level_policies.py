# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""High-level policies by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from typing import cast

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.policy import HighLevelPolicy
from edge_sched_ros.plugins.bounded_call import call_bounded
from edge_sched_ros.plugins.bounded_call import POLICY_S
from edge_sched_ros.plugins.guarded_high_level_policy import GuardedHighLevelPolicy
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.own_code import own_code
from edge_sched_ros.plugins.policies import POLICIES
from edge_sched_ros.plugins.policy_parameters import parameters_problem
from edge_sched_ros.plugins.registry import Registry
from edge_sched_ros.policies.high_level.registry import build_high_level_policy
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes

_METHODS = ('cuts', 'assign')
_ATTRIBUTES = ('name', 'parameters')
#: the key that names one: a parameter of the node, an argument of ``es.simulate``
_WHERE = 'high_level_policy'


def _requirement(found: Any) -> str:
    return class_problem(found, HighLevelPolicy, _METHODS, _ATTRIBUTES) or parameters_problem(
        found, drops=False
    )


def _options(found: Any) -> tuple[Option, ...]:
    return tuple(
        Option(one.name, one.default, one.description, one.minimum, one.maximum)
        for one in found.parameters
    )


#: registry of high-level policies
HIGH_LEVEL_POLICIES: Registry[type[Any]] = Registry(
    Kind(
        'high-level policy',
        'high_level_policies',
        _requirement,
        options=_options,
        set_by='--high-level-set NAME=VALUE, high_level_parameters of the coordinator node',
    ),
    high_level_policy_classes,
)


def make_high_level_policy(
    name: str, values: Mapping[str, Any] | None = None, *, substitute: str | None = None
) -> HighLevelPolicy:
    """
    Return a high-level policy by name.

    :param name: of this package, of an installed one, or ``package.module:Class``
    :param values: of its parameters; the others keep their defaults
    :param substitute: policy of this package that decides instead of one from outside that fails;
        by default a ConfigError is raised then
    :raises ConfigError: for an unknown policy or parameter, or a value out of range
    """
    found = _class(name)
    if HIGH_LEVEL_POLICIES.is_built_in(name):
        return build_high_level_policy(found, name, values or {})
    other = None if substitute is None else make_high_level_policy(substitute)
    with own_code(_WHERE, f"'{name}' cannot be made"):
        policy = call_bounded(
            'constructor', lambda: build_high_level_policy(found, name, values or {}), POLICY_S
        )
    return cast(HighLevelPolicy, GuardedHighLevelPolicy(policy, name, other))


def _class(name: str) -> type[Any]:
    if name not in HIGH_LEVEL_POLICIES.at_hand() and name in POLICIES.names():
        known = ', '.join(HIGH_LEVEL_POLICIES.names())
        problem = f"'{name}' is a policy for the units of one device; those for devices: {known}"
        raise ConfigError(_WHERE, problem)
    return HIGH_LEVEL_POLICIES.find(name, _WHERE)


#: for a robot, which must continue after any error of a policy from outside
make_lasting_high_level_policy = partial(make_high_level_policy, substitute='whole_network')
