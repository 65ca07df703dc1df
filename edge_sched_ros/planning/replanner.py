# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes a new plan when the conditions of the last one have changed; the caller waits."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.planning.background import plan_now
from edge_sched_ros.planning.situation import plan_for_policy
from edge_sched_ros.planning.situation import planning_file
from edge_sched_ros.planning.situation import Situation
from edge_sched_ros.planning.situation import situation_of


class Replanner:
    """
    Remembers the conditions of the last plan.

    :param time_limit_s: limit of a search in wall time; a search that reaches it may give
        different plans in different runs
    """

    def __init__(self, time_limit_s: float = 5.0) -> None:
        self._time_limit_s = time_limit_s
        self._made_for: Situation | None = None
        #: number of plans made so far
        self.plans = 0

    def __call__(self, dispatcher: LowLevelDispatcher) -> dict[str, Any] | None:
        """
        Return the values of ``ParametersChanged`` with a new plan, or ``None``.

        :raises ConfigError: when no plan can be made
        """
        if not dispatcher.follows_plan:
            return None
        situation = situation_of(dispatcher)
        if situation == self._made_for:
            return None
        self._made_for = situation
        mapping = plan_now(planning_file(dispatcher), self._time_limit_s)
        self.plans += bool(mapping)
        return plan_for_policy(mapping) if mapping else None
