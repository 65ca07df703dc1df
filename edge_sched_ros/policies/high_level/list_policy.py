# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What policies that give partitions devices one by one have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.cutting import cut_into
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.policies.high_level.fine_cut import fine_cut
from edge_sched_ros.policies.high_level.fine_cut import one_unit_runs
from edge_sched_ros.policies.high_level.kept import Kept
from edge_sched_ros.policies.high_level.list_schedule import ListSchedule

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


class ListPolicy:
    """
    Cuts networks finely, and keeps what it works out of them.

    :param most: partitions of a network at most
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tables = Kept(_table)

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """
        Return the network in blocks, its branches apart.

        In single segments where no unit can run a whole block.
        """
        cut = fine_cut(task, view, self._most)
        if not all(one_unit_runs(task, part, view) for part in cut):
            cut = cut_into(task.graph, [(segment.name,) for segment in task.graph.segments])
        return (cut,) if view.runs_somewhere(task, cut) else ()

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Work out what scheduling a job of a task needs, and return whether it was not."""
        return self._tables.prepare(task, view)

    def table(self, task: FleetTask, view: HighLevelView) -> ListSchedule | None:
        """Return what scheduling a job of the task needs; ``None`` where that cannot be."""
        return self._tables.of(task, view)


def _table(task: FleetTask, view: HighLevelView) -> ListSchedule | None:
    plans = view.cuts_of(task)
    table = ListSchedule(task, plans[0], view) if plans else None
    return table if table is not None and table.complete else None
