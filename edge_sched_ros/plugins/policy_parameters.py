# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a policy's parameters can be declared."""

from __future__ import annotations

import math
from typing import Any

from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.early_drop import EarlyDrop

#: what policies are given besides their parameters
_TAKEN = frozenset({'plan', *(one.name for one in EarlyDrop.parameters)})


def parameters_problem(policy: type[Any]) -> str:
    """Return what keeps a policy's parameters from being declared; empty for nothing."""
    parameters = policy.parameters
    if not isinstance(parameters, tuple):
        return f'has parameters that are no tuple but of type {type(parameters).__name__}'
    seen = set(_TAKEN)
    for one in parameters:
        if not isinstance(one, PolicyParameter):
            return f'has a parameter that is no PolicyParameter but {one!r:.60}'
        if problem := _problem(one):
            return f"has a parameter '{one.name}' {problem}"
        if one.name in seen:
            whose = 'every policy has with +drop' if one.name in _TAKEN else 'it has already'
            return f"has a parameter '{one.name}', which {whose}"
        seen.add(one.name)
    return ''


def _problem(one: PolicyParameter) -> str:
    if not (isinstance(one.name, str) and one.name.isidentifier() and one.name.isascii()):
        return 'whose name is not of letters, digits and _'
    if isinstance(one.default, bool):
        return ''
    if not isinstance(one.default, (int, float)):
        return f'whose default must be a number, true or false, not {one.default!r:.60}'
    # written so that NaN fails
    if not (math.isfinite(one.default) and one.minimum <= one.default <= one.maximum):
        return f'whose default must be from {one.minimum} to {one.maximum}, not {one.default!r}'
    return ''
