# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a policy's parameters can be declared."""

from __future__ import annotations

import math
from typing import Any

from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.plugins.declarations import declarations_problem
from edge_sched_ros.plugins.declarations import limits_problem
from edge_sched_ros.policies.early_drop import EarlyDrop

#: argument of a policy that follows a plan, in addition to its parameters
_PLAN = 'plan'
#: a policy may have a parameter with the name of one of early dropping: with +drop both get its
#: value
_OF_DROPPING = {one.name: type(one.default) for one in EarlyDrop.parameters}


def parameters_problem(policy: type[Any], *, drops: bool = True) -> str:
    """
    Return why a policy's parameters cannot be declared; empty if they can.

    :param drops: whether the policy may be used with +drop
    """
    problem = _problem_with_drop if drops else _problem
    return declarations_problem(policy.parameters, PolicyParameter, 'parameter', problem)


def _problem(one: PolicyParameter) -> str:
    if isinstance(one.default, bool):
        return ''
    if not isinstance(one.default, (int, float)):
        return f'whose default must be a number, true or false, not {one.default!r:.60}'
    if problem := limits_problem(one.minimum, one.maximum):
        return problem
    # in this form NaN fails, too
    if not one.minimum <= one.maximum:
        return f'whose range from {one.minimum} to {one.maximum} is empty'
    if not (math.isfinite(one.default) and one.minimum <= one.default <= one.maximum):
        return f'whose default must be from {one.minimum} to {one.maximum}, not {one.default!r}'
    return ''


def _problem_with_drop(one: PolicyParameter) -> str:
    if one.name == _PLAN:
        return 'as policies have that follow a plan'
    if _OF_DROPPING.get(one.name, type(one.default)) is not type(one.default):
        return 'of another type than that of +drop'
    return _problem(one)
