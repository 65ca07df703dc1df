# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policies of this package: every module with a ``POLICY``."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from edge_sched_ros import policies
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.core.policy import Policy
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.early_drop import EarlyDrop

#: ``edf+drop`` is ``edf`` with early dropping of jobs that cannot make their deadline
DROP_SUFFIX = '+drop'


@lru_cache(maxsize=1)
def policy_classes() -> dict[str, type[Any]]:
    """Return the classes of this package by name, without the ``+drop`` forms."""
    found = {}
    for module_info in pkgutil.iter_modules(policies.__path__):
        module = importlib.import_module(f'{policies.__name__}.{module_info.name}')
        policy = getattr(module, 'POLICY', None)
        if policy is not None:
            found[policy.name] = policy
    return found


def plain_name(name: str) -> str:
    """Return the name of a policy without ``+drop``."""
    return name.removesuffix(DROP_SUFFIX)


def without_drop(name: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """
    Return a policy without ``+drop``, and its parameters without those of dropping.

    For the devices of a coordinator: what is worth a try is the coordinator's to say, which sees
    the whole job.
    """
    if not name.endswith(DROP_SUFFIX):
        return name, dict(values)
    of_drop = {spec.name for spec in EarlyDrop.parameters}
    kept = {key: value for key, value in values.items() if key not in of_drop}
    return plain_name(name), kept


def parameters_of(policy_class: type[Any], name: str) -> tuple[PolicyParameter, ...]:
    """
    Return the parameters of a policy.

    :param name: its name, with or without ``+drop``
    """
    parameters: tuple[PolicyParameter, ...] = policy_class.parameters
    return parameters + (EarlyDrop.parameters if name.endswith(DROP_SUFFIX) else ())


def build_policy(
    policy_class: type[Any],
    name: str,
    values: Mapping[str, Any],
    within: Callable[[Policy], Policy] = lambda policy: policy,
) -> Policy:
    """
    Return a policy made from a class.

    :param name: its name, with or without ``+drop``
    :param values: values of its parameters; the others keep their defaults. Also ``plan``, for a
        policy that follows one
    :param within: returns the wrapped policy; early dropping is outside of it
    :raises ConfigError: for an unknown parameter, or a value out of range
    """
    own: dict[str, Any] = {}
    if 'plan' in values and getattr(policy_class, 'follows_plan', False):
        values = dict(values)
        own['plan'] = _check_plan(values.pop('plan'))
    checked = checked_values(name, parameters_of(policy_class, name), values)
    own |= {spec.name: checked[spec.name] for spec in policy_class.parameters}
    policy = within(policy_class(**own))
    if not name.endswith(DROP_SUFFIX):
        return policy
    return EarlyDrop(policy, **{spec.name: checked[spec.name] for spec in EarlyDrop.parameters})


def checked_values(
    name: str, parameters: Sequence[PolicyParameter], values: Mapping[str, Any]
) -> dict[str, float]:
    """
    Return a value for every parameter of a policy.

    :raises ConfigError: for an unknown parameter, or a value out of range
    """
    checked = {spec.name: _check(name, spec, values) for spec in parameters}
    if unknown := sorted(set(values) - set(checked)):
        known = ', '.join(sorted(checked)) or 'none'
        hint = did_you_mean(unknown[0], checked)
        raise ConfigError(
            f'policy.{unknown[0]}', f'{name} has no such parameter (it has: {known}){hint}'
        )
    return checked


def _check_plan(plan: Any) -> Any:
    fits = isinstance(plan, Mapping) and all(
        isinstance(units, (list, tuple)) and all(isinstance(unit, str) for unit in units)
        for units in plan.values()
    )
    if not fits:
        raise ConfigError('policy.plan', f'must map tasks to lists of units, not {plan!r:.80}')
    return plan


def _check(policy: str, spec: PolicyParameter, values: Mapping[str, Any]) -> float:
    """Return a setting in its type; the numbers 0 and 1 stand for false and true."""
    value = values.get(spec.name, spec.default)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    where = f'policy.{spec.name}'
    if isinstance(spec.default, bool):
        if value not in (0, 1):
            raise ConfigError(where, f'must be true or false for {policy}, not {value!r}')
        return bool(value)
    whole = isinstance(spec.default, int)
    if not number or math.isnan(value) or not spec.minimum <= value <= spec.maximum:
        kind = 'whole number' if whole else 'number'
        limits = f'from {spec.minimum} to {spec.maximum}'
        raise ConfigError(where, f'must be a {kind} {limits} for {policy}, not {value!r}')
    if not whole:
        return float(value)
    if value != int(value):
        raise ConfigError(where, f'must be a whole number for {policy}, not {value!r}')
    return int(value)
