# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Policies by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from typing import cast

from edge_sched_ros.core.policy import Policy
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.plugins.bounded_call import call_bounded
from edge_sched_ros.plugins.bounded_call import POLICY_S
from edge_sched_ros.plugins.guarded_policy import GuardedPolicy
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.own_code import own_code
from edge_sched_ros.plugins.policy_parameters import parameters_problem
from edge_sched_ros.plugins.registry import Registry
from edge_sched_ros.policies.registry import build_policy
from edge_sched_ros.policies.registry import DROP_SUFFIX
from edge_sched_ros.policies.registry import parameters_of
from edge_sched_ros.policies.registry import policy_classes

_METHODS = ('decide',)
_ATTRIBUTES = ('name', 'parameters', 'asks_when_busy')


def _requirement(found: Any) -> str:
    return class_problem(found, Policy, _METHODS, _ATTRIBUTES) or parameters_problem(found)


def _options(found: Any) -> tuple[Option, ...]:
    return tuple(
        Option(one.name, one.default, one.description, one.minimum, one.maximum)
        for one in found.parameters
    )


#: registry of low-level policies
POLICIES: Registry[type[Any]] = Registry(
    Kind(
        'policy',
        'policies',
        _requirement,
        suffix=DROP_SUFFIX,
        options=_options,
        set_by='--set NAME=VALUE, parameters policies.POLICY.NAME of the node',
    ),
    policy_classes,
)


def policy_names() -> tuple[str, ...]:
    """Return every name that :func:`make_policy` accepts."""
    return POLICIES.names()


def policy_class(name: str, where: str = 'policy') -> type[Any]:
    """
    Return the class of a policy by name.

    :param where: the key that names it, for messages
    :raises ConfigError: when there is no such policy, or it cannot be used
    """
    return POLICIES.find(name, where)


def policy_parameters(name: str) -> tuple[PolicyParameter, ...]:
    """
    Return the parameters of a policy.

    :raises ConfigError: when there is no such policy
    """
    return parameters_of(policy_class(name), name)


def follows_plan(name: str) -> bool:
    """
    Return whether a policy takes a ``plan``: task -> the unit of each stage.

    :raises ConfigError: when there is no such policy
    """
    return bool(getattr(policy_class(name), 'follows_plan', False))


def make_policy(name: str, values: Mapping[str, Any], *, substitute: str | None = None) -> Policy:
    """
    Return a policy by name.

    :param values: values of its parameters; the others keep their defaults. Also ``plan``, for a
        policy that follows one
    :param substitute: policy that decides instead of one from outside that fails; by default its
        ``decide`` raises a ConfigError then
    :raises ConfigError: for an unknown policy or parameter, or a value out of range
    """
    found = policy_class(name)
    if POLICIES.is_built_in(name):
        return build_policy(found, name, values)
    other = None if substitute is None else make_policy(substitute, {})

    def guarded(policy: Policy) -> Policy:
        return cast(Policy, GuardedPolicy(policy, name, other))

    with own_code('policy', f"'{name}' cannot be made"):
        return call_bounded(
            'constructor', lambda: build_policy(found, name, values, within=guarded), POLICY_S
        )


#: for a robot, which must continue after any error of a policy from outside
make_lasting_policy = partial(make_policy, substitute='edf')
