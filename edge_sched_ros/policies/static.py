# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A fixed unit for every stage."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pinning import Pinning
from edge_sched_ros.policies.turns import run_in_turn


class Static:
    """
    Every stage stays on one unit, balanced by load, where the earliest deadline is first.

    This is what an engineer does by hand when placing networks on units.
    """

    name: ClassVar[str] = 'static'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def __init__(self) -> None:
        self._pinning = Pinning()

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs on their own units."""
        return run_in_turn(
            view,
            lambda job: (-job.priority, job.deadline_ns, job.id),
            self._pinning.allowed(view),
        )


POLICY = Static
