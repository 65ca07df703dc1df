# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Units in turn."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run
from edge_sched_ros.policies.placement import take_slot


class RoundRobin:
    """
    Assigns jobs, the oldest first, to the units in turn, regardless of costs.

    Source: Band (mrsnu/band) has a scheduler of that name; the rule is older than any paper.
    """

    name: ClassVar[str] = 'round_robin'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def __init__(self) -> None:
        self._last = ''

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs on the next idle unit after the one used last."""
        idle = view.free_slots()
        decisions: list[Decision] = []
        for job in view.ready:
            names = [name for name in job.stage.units if name in idle]
            if names:
                # names in the order of the device, beginning after the last one used
                unit = min(names, key=lambda name: (name <= self._last, name))
                take_slot(idle, unit)
                self._last = unit
                decisions.append(run(job, unit))
        return decisions


POLICY = RoundRobin
