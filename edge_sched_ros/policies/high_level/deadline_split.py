# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every partition gets its share of the deadline, and the cheapest device that keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import ClassVar
from typing import TYPE_CHECKING

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.high_level.list_entries import Option
from edge_sched_ros.policies.high_level.list_policy import ListPolicy
from edge_sched_ros.policies.high_level.re_placing import place_open

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.policy import Assignment
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


class DeadlineSplit:
    """
    Shares the time until the deadline in proportion to the critical path.

    A partition goes to the unit that needs the least time for it of those that keep its
    sub-deadline by what waits for them, and where none does, to the one that ends first. Devices
    that run by earliest deadline see the sub-deadlines. Source of the split: the equal
    flexibility of Kao and Garcia-Molina, "Deadline Assignment in a Distributed Soft Real-Time
    System", IEEE TPDS 1997, by expected time.
    """

    name = 'deadline_split'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'max_partitions', 8, 1, 64, 'Into how many partitions a network is cut at most.'
        ),
    )

    def __init__(self, *, max_partitions: int = 8) -> None:
        self._lists = ListPolicy(max_partitions)

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """Return the network in blocks, its branches apart."""
        return self._lists.cuts(task, view)

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Work out what jobs of a task need."""
        return self._lists.prepare(task, view)

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """Return devices that keep the sub-deadlines, as far as there are such."""
        if job.cut is not None:
            return place_open(job, view)
        table = self._lists.table(job.spec, view)
        if table is None:
            return reasons.NO_DEVICE
        deadlines_ns = table.shared_ns(job, view.now_ns)
        _, chosen = table.schedule(job, view, deadlines_ns, _cheapest_in_time, pinned=False)
        return chosen


def _cheapest_in_time(ends: Iterator[tuple[int, Option]], deadline_ns: int) -> tuple[int, Option]:
    late = []
    for end in ends:
        if end[0] <= deadline_ns:
            return end
        late.append(end)
    return min(late, key=lambda end: end[0])


POLICY = DeadlineSplit
