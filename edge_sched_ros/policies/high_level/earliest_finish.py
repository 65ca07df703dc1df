# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""HEFT over the units of all devices, with the cost of links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from typing import TYPE_CHECKING

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.high_level.list_policy import ListPolicy
from edge_sched_ros.policies.high_level.re_placing import place_open
from edge_sched_ros.policies.high_level.variant_choice import HYSTERESIS
from edge_sched_ros.policies.high_level.variant_choice import VariantChoice

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.policy import Assignment
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


class EarliestFinish:
    """
    Gives each partition, the one with the longest way to the answer first, where it ends first.

    With what waits for every unit and every link. Source: Topcuoglu, Hariri, Wu,
    "Performance-effective and low-complexity task scheduling for heterogeneous computing", IEEE
    TPDS 2002; here for one job at a time, after what is in flight, and without filling gaps. Of
    the variants of a network, the best one that makes the deadline.
    """

    name = 'earliest_finish'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'max_partitions', 8, 1, 64, 'Into how many partitions a network is cut at most.'
        ),
        PolicyParameter(
            'pin_units', False, 0, 1, "Whether it chooses units as well, not the device's policy."
        ),
        HYSTERESIS,
    )
    chooses_variants = True

    def __init__(
        self, *, max_partitions: int = 8, pin_units: bool = False, hysteresis: float = 0.1
    ) -> None:
        self._pin_units = pin_units
        self._lists = ListPolicy(max_partitions)
        self._variants = VariantChoice(hysteresis)

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """Return the network in blocks, its branches apart."""
        return self._lists.cuts(task, view)

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Work out what jobs of a task need."""
        return self._lists.prepare(task, view)

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """Return the devices where the job ends first."""
        if job.cut is not None:
            return place_open(job, view)
        found = self._variants.of(job, view, self._schedule)
        return reasons.NO_DEVICE if found is None else found[1]

    def _schedule(
        self, job: FleetJob, task: FleetTask, view: HighLevelView
    ) -> tuple[int, list[Assignment]] | None:
        table = self._lists.table(task, view)
        if table is None:
            return None
        return table.schedule(job, view, table.latest_ns(job), None, pinned=self._pin_units)


POLICY = EarliestFinish
