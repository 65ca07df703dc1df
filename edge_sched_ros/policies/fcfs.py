# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""First come, first served."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pinning import Pinning
from edge_sched_ros.policies.placement import run_in_order


class FirstComeFirstServed:
    """
    Runs the frame that was taken first; ignores deadlines and priorities.

    :param static_mapping: whether every stage stays on one fixed unit; otherwise the fastest idle
        one
    """

    name: ClassVar[str] = 'fcfs'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'static_mapping',
            False,
            0,
            1,
            'Whether every stage has one fixed unit, balanced by load',
        ),
    )
    asks_when_busy: ClassVar[bool] = False

    def __init__(self, *, static_mapping: bool = False) -> None:
        self._pinning = Pinning() if static_mapping else None

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs in order of release."""
        where = None if self._pinning is None else self._pinning.allowed(view)
        return run_in_order(view, None, where)


POLICY = FirstComeFirstServed
