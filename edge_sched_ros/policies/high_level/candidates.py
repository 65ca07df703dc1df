# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cuts and placements of a network that can be the best one for a job."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.cutting import blocks
from edge_sched_ros.core.high_level.cutting import branches
from edge_sched_ros.core.high_level.cutting import whole
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.policies.high_level.line import Line
from edge_sched_ros.policies.high_level.pipelines import MOST_PIECES
from edge_sched_ros.policies.high_level.pipelines import Pipeline
from edge_sched_ros.policies.high_level.pipelines import pipelines
from edge_sched_ros.policies.high_level.placement import Placement

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.cut_plan import CutPlan
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView

#: cuts of one network that devices get ready for
_MOST_CUTS = 6
#: equal units of a device that a cut is made for
_MOST_ALIKE = 2
#: placements of one network that are kept
_MOST_PLACEMENTS = 24


def cuts_worth_while(task: FleetTask, view: HighLevelView, most: int) -> list[Cut]:
    """Return the whole network, its branches apart, and cuts into at most so many blocks."""
    found = [whole(task.graph)]
    if most > 1:
        apart = branches(task.graph)
        if len(found[0]) < len(apart) <= 2 * most and _has_branches(apart):
            found.append(apart)
        line = Line(task, view, MOST_PIECES)
        for pipeline in _best_pipelines(task, line, view, most):
            found.append(blocks(task.graph, [line.places[end] for end, _ in pipeline.stages[:-1]]))
    unique = {frozenset(part.name for part in cut): cut for cut in found}
    return [cut for cut in unique.values() if view.runs_somewhere(task, cut)][:_MOST_CUTS]


def _has_branches(cut: Cut) -> bool:
    """Return whether some tensor goes to two partitions, or a partition takes two."""
    return any(len(part.inputs) > 1 for part in cut)


def _best_pipelines(
    task: FleetTask, line: Line, view: HighLevelView, most: int
) -> Iterator[Pipeline]:
    """Yield, of each number of blocks, the shortest and the one with the least bottleneck."""
    units = different_units(line, view)
    every = [p for p in pipelines(task, line, view, units, {}, most) if len(p.stages) > 1]
    for count in range(2, most + 1):
        found = [p for p in every if len(p.stages) == count]
        if found:
            yield min(found, key=lambda p: (p.latency_ns, p.bottleneck))
            yield min(found, key=lambda p: (p.bottleneck, p.latency_ns))


def different_units(line: Line, view: HighLevelView) -> list[Resource]:
    """Return the units of all devices, of equal ones on a device not more than two."""
    alike: dict[tuple[str, tuple[float, ...]], int] = {}
    found = []
    for name, device in view.devices.items():
        for unit in device.offer.units:
            key = (name, tuple(line.pieces_ns(name, unit.name)))
            alike[key] = alike.get(key, 0) + 1
            if alike[key] <= _MOST_ALIKE:
                found.append((name, unit.name))
    return found


def placements_of(task: FleetTask, view: HighLevelView) -> list[Placement]:
    """Return the placements worth while of a task's cuts, the shortest first."""
    found: dict[tuple[str, ...], list[Placement]] = {}
    for plan in view.cuts[task.name]:
        for device_of in _device_choices(task, plan, view):
            placement = Placement(task, plan, device_of, view)
            used = tuple(sorted({step.device for step in placement.steps}))
            found.setdefault(used, []).append(placement)
    kept = [one for group in found.values() for one in _undominated(group)]
    kept.sort(key=lambda one: (one.alone_ns, len(one.steps)))
    return kept[:_MOST_PLACEMENTS]


def _device_choices(
    task: FleetTask, plan: CutPlan, view: HighLevelView
) -> Iterator[dict[str, str]]:
    """Yield devices for the partitions: one for all, or two that follow each other, or more."""
    parts = list(plan.partitions.values())
    able = {
        part.name: [name for name in view.devices if view.can_run(task, part, name)]
        for part in parts
    }
    seen = set()
    for choice in _choices([able[part.name] for part in parts], task.home):
        if choice not in seen:
            seen.add(choice)
            yield {part.name: device for part, device in zip(parts, choice)}


def _choices(able: Sequence[Sequence[str]], home: str) -> Iterator[tuple[str, ...]]:
    every = sorted({name for names in able for name in names}, key=lambda name: name != home)
    for first in every:
        for second in every:
            # from so many partitions on the second device, where the first cannot or need not
            for turn in range(1, len(able) + 1):
                want = [first] * turn + [second] * (len(able) - turn)
                choice = tuple(
                    name if name in names else names[0] for name, names in zip(want, able)
                )
                yield choice
    for shift in range(len(every)):
        if len(able) > 2:
            order = every[shift:] + every[:shift]
            yield tuple(
                order[number % len(order)] if order[number % len(order)] in names else names[0]
                for number, names in enumerate(able)
            )


def _undominated(group: Sequence[Placement]) -> list[Placement]:
    """Return the shortest of placements on the same devices, and the one with least bottleneck."""
    shortest = min(group, key=lambda one: (one.alone_ns, len(one.steps)))
    even = min(group, key=lambda one: (one.bottleneck_ns, one.alone_ns))
    return [shortest] if even is shortest else [shortest, even]
