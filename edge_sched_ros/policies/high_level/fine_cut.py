# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks in blocks of about equal time, which one unit can run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.cutting import blocks
from edge_sched_ros.core.high_level.cutting import branches
from edge_sched_ros.core.high_level.cutting import cut_into
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.policies.high_level.line import even_ends
from edge_sched_ros.policies.high_level.line import Line

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


def one_unit_runs(task: FleetTask, part: Partition, view: HighLevelView) -> bool:
    """Return whether some unit can run all segments of a partition."""
    for device in view.devices:
        if view.can_run(task, part, device):
            times = view.times_ns(task.graph.name, device)
            if set(times[part.segments[0]]).intersection(*(times[n] for n in part.segments)):
                return True
    return False


def fine_cut(task: FleetTask, view: HighLevelView, most: int) -> Cut:
    """
    Return a cut of at most about so many partitions, all branches apart where that is not more.

    A chain is cut into blocks of about equal time, which units in common can run.
    """
    apart = branches(task.graph)
    if len(apart) > most:
        return blocks(task.graph, even_ends(Line(task, view, 64), most))
    parts = most // len(apart)
    groups = [piece for part in apart for piece in _pieces(task, part, view, parts)]
    return cut_into(task.graph, groups)


def _pieces(
    task: FleetTask, part: Partition, view: HighLevelView, parts: int
) -> list[tuple[str, ...]]:
    """Return a chain in so many pieces of about equal time."""
    if parts >= len(part.segments):
        return [(name,) for name in part.segments]
    all_times = [view.times_ns(task.graph.name, name) for name in view.devices]
    cost = {}
    for name in part.segments:
        best = [min(times[name].values()) for times in all_times if name in times]
        cost[name] = sum(best) / max(1, len(best))
    total, spent = sum(cost.values()), 0.0
    pieces: list[list[str]] = [[]]
    for name in part.segments:
        if pieces[-1] and spent * parts >= total * len(pieces) and len(pieces) < parts:
            pieces.append([])
        pieces[-1].append(name)
        spent += cost[name]
    return [tuple(piece) for piece in pieces]
