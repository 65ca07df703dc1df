# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each job on the unit where it ends first, the longest job first."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.reservations import Reservations


class ShortestExpectedLatency:
    """
    Puts each job on the unit where its next stage ends first, waiting included.

    The job with the latest earliest end chooses first, as it has the fewest alternatives.
    Source: Band (mrsnu/band, ``shortest_expected_latency_scheduler``): the order by descending
    latency; its queues per worker are reservations here.
    """

    name: ClassVar[str] = 'shortest_expected_latency'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Place all ready jobs, start those whose unit is idle."""
        reservations = Reservations(view)
        waiting = [(best, job) for job in view.ready if (best := reservations.best(job))]
        while waiting and reservations.idle:
            (_, unit), job = max(waiting, key=lambda entry: (entry[0][0], -entry[1].id))
            reservations.place(job, unit)
            # a unit's free time only increases, so choices of other units stay valid
            waiting = [
                entry
                if entry[0][1] != unit
                else (reservations.best(entry[1]) or entry[0], entry[1])
                for entry in waiting
                if entry[1] is not job
            ]
        return reservations.decisions


POLICY = ShortestExpectedLatency
