# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""HEFT over the jobs that are ready."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.heft_graph import schedule
from edge_sched_ros.policies.placement import run
from edge_sched_ros.policies.reservations import Reservations

#: (job, index of stage)
_Node = tuple[int, int]


class Heft:
    """
    Plans all ready jobs to their end by HEFT and starts the stages that the plan starts now.

    Every job is a chain of stages; a plan is used for only one decision. Source: Topcuoglu et al.,
    IEEE TPDS 2002; the use online over a window of ready jobs as in Band (mrsnu/band).
    """

    name: ClassVar[str] = 'heft'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Start the stages whose planned start is now."""
        free_ns = Reservations(view).free_ns
        costs: dict[_Node, dict[str, int]] = {}
        successors: dict[_Node, dict[_Node, int]] = {}
        for job in view.ready:
            first = job.stage_index
            for offset, stage in enumerate(job.remaining):
                node = (job.id, first + offset)
                costs[node] = {
                    unit: view.cost_ns(job, stage, unit) for unit in stage.units if unit in free_ns
                }
                if not costs[node]:  # no unit can run it now: plan up to here
                    del costs[node]
                    break
                if offset:
                    successors[(job.id, first + offset - 1)] = {node: 0}
        plan = schedule(costs, successors, free_ns)
        taken: set[str] = set()
        decisions: list[Decision] = []
        for job in view.ready:
            place = plan.get((job.id, job.stage_index))
            if place is None or place.unit in taken or place.begin_ns > view.now_ns:
                continue
            if view.units[place.unit].idle:
                taken.add(place.unit)
                decisions.append(run(job, place.unit))
        return decisions


POLICY = Heft
