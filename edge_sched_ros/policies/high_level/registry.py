# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The high-level policies of this package: every module of it that has a ``POLICY`` is one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from typing import cast

from edge_sched_ros.core.high_level.policy import HighLevelPolicy
from edge_sched_ros.policies import high_level
from edge_sched_ros.policies.registry import checked_values


@lru_cache(maxsize=1)
def high_level_policy_classes() -> dict[str, type[Any]]:
    """Return the classes of this package by name."""
    found = {}
    for module_info in pkgutil.iter_modules(high_level.__path__):
        module = importlib.import_module(f'{high_level.__name__}.{module_info.name}')
        policy = getattr(module, 'POLICY', None)
        if policy is not None:
            found[policy.name] = policy
    return found


def build_high_level_policy(
    policy_class: type[Any], name: str, values: Mapping[str, Any]
) -> HighLevelPolicy:
    """
    Return a high-level policy made from a class.

    :param name: its name, for messages
    :param values: of its parameters; the others keep their defaults
    :raises ConfigError: for an unknown parameter, or a value out of range
    """
    own = checked_values(name, policy_class.parameters, values)
    return cast('HighLevelPolicy', policy_class(**own))
