# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cuts and placements of a network that can be the best one for a job."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple
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
    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView

#: devices beside the home device that a cut is made for
_MOST_DEVICES = 3
#: devices that a network is shared with the home device by
_MOST_PARTNERS = 6
#: cuts of one network that devices get ready for
_MOST_CUTS = 6
#: equal units of a device that a cut is made for
_MOST_ALIKE = 2
#: placements of one network that are kept
_MOST_PLACEMENTS = 24


class Cuts:
    """
    Cuts of networks that can help.

    What they depend on is the same for most tasks of a network, whichever their home device is,
    and for most sets of devices; so they are kept by that.

    :param most: blocks that a network is cut into at most
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[tuple[object, ...], list[Cut]] = {}

    def of(self, task: FleetTask, view: HighLevelView) -> list[Cut]:
        """Return the cuts of a task's network that can be run now."""
        network, home = task.graph.name, view.devices.get(task.home)
        devices = different_devices(task, view)
        kinds = tuple([view.devices[name].kind(network) for name in devices])
        at_home = -1 if home is None else home.kind(network)
        key = (network, at_home, kinds, view.links.version)
        if key not in self._known:
            self._known[key] = _cuts(task, view, self._most, devices)
        cuts = [cut for cut in self._known[key] if view.runs_somewhere(task, cut)]
        return cuts[:_MOST_CUTS]


def different_devices(task: FleetTask, view: HighLevelView) -> list[str]:
    """Return the home device and a few others: those that run most of the network fastest."""
    network = task.graph.name
    first_of: dict[int, str] = {}
    for name, device in view.devices.items():
        kind = device.kind(network)
        if kind >= 0 and name != task.home:
            first_of.setdefault(kind, name)

    def badness(name: str) -> tuple[int, int]:
        times = view.times_ns(network, name)
        return (-len(times), sum([min(on.values()) for on in times.values()]))

    others = sorted(first_of.values(), key=badness)[:_MOST_DEVICES]
    if others and len(view.devices) > len(others) + 1:
        # of the fastest a second one, as equals make a pipeline
        kind = view.devices[others[0]].kind(network)
        alike = (n for n, d in view.devices.items() if d.kind(network) == kind)
        others += [name for name in alike if name not in (task.home, others[0])][:1]
    return [name for name in (task.home, *others) if name in view.devices]


def _cuts(task: FleetTask, view: HighLevelView, most: int, devices: Sequence[str]) -> list[Cut]:
    """Return the whole network, its branches apart, and cuts into at most so many blocks."""
    found = [whole(task.graph)]
    if most > 1:
        apart = branches(task.graph)
        if len(found[0]) < len(apart) <= 2 * most and _has_branches(apart):
            found.append(apart)
        line = Line(task, view, MOST_PIECES, devices)
        for pipeline in _best_pipelines(task, line, view, most, devices):
            found.append(blocks(task.graph, [line.places[end] for end, _ in pipeline.stages[:-1]]))
    unique = {frozenset(part.name for part in cut): cut for cut in found}
    return list(unique.values())


def _has_branches(cut: Cut) -> bool:
    """Return whether some tensor goes to two partitions, or a partition takes two."""
    return any(len(part.inputs) > 1 for part in cut)


def _best_pipelines(
    task: FleetTask, line: Line, view: HighLevelView, most: int, devices: Sequence[str]
) -> Iterator[Pipeline]:
    """Yield, of each number of blocks, the shortest and the one with the least bottleneck."""
    units = different_units(line, view, devices)
    every = [p for p in pipelines(task, line, view, units, {}, most) if len(p.stages) > 1]
    for count in range(2, most + 1):
        found = [p for p in every if len(p.stages) == count]
        if found:
            yield min(found, key=lambda p: (p.latency_ns, p.bottleneck))
            yield min(found, key=lambda p: (p.bottleneck, p.latency_ns))


def different_units(line: Line, view: HighLevelView, devices: Sequence[str]) -> list[Resource]:
    """Return the units of devices, of equal ones on a device not more than two."""
    alike: dict[tuple[str, tuple[float, ...]], int] = {}
    found = []
    for name in devices:
        for unit in view.devices[name].offer.units:
            key = (name, tuple(line.pieces_ns(name, unit.name)))
            alike[key] = alike.get(key, 0) + 1
            if alike[key] <= _MOST_ALIKE:
                found.append((name, unit.name))
    return found


def placements_of(task: FleetTask, view: HighLevelView) -> list[Placement]:
    """Return the placements worth while of a task's cuts, the shortest first."""
    found: dict[tuple[str, ...], list[_Sketch]] = {}
    for plan in view.cuts_of(task):
        for sketch in _sketches(task, plan, view):
            used = tuple(sorted(set(sketch.devices)))
            found.setdefault(used, []).append(sketch)
    best = [one for group in found.values() for one in _undominated(group)]
    best.sort(key=lambda one: (one.length_ns, len(one.devices)))
    kept = [
        Placement(task, one.plan, dict(zip(one.plan.partitions, one.devices)), view)
        for one in best[:_MOST_PLACEMENTS]
    ]
    kept.sort(key=lambda one: (one.alone_ns, len(one.steps)))
    return kept


class _Sketch(NamedTuple):
    """A placement before it is worked out: devices of partitions, and about how long it takes."""

    plan: CutPlan
    devices: tuple[str, ...]
    length_ns: int
    bottleneck_ns: int


def _sketches(task: FleetTask, plan: CutPlan, view: HighLevelView) -> Iterator[_Sketch]:
    """Yield devices for the partitions: one for all, or two of which one is the home device."""
    parts = list(plan.partitions.values())
    times_ns = [
        {
            name: _time_ns(task, part, name, view)
            for name in view.devices
            if view.can_run(task, part, name)
        }
        for part in parts
    ]
    for devices in dict.fromkeys(_choices(times_ns, _from_home(task, view))):
        spent = [times[name] for times, name in zip(times_ns, devices)]
        busy: dict[str, int] = {}
        for name, time_ns in zip(devices, spent):
            busy[name] = busy.get(name, 0) + time_ns
        moved_ns = _moved_ns(task, plan, dict(zip(plan.partitions, devices)), view)
        length_ns = sum(spent) + sum(moved_ns)
        yield _Sketch(plan, devices, length_ns, max(*busy.values(), *moved_ns, 0))


def _from_home(task: FleetTask, view: HighLevelView) -> list[str]:
    """Return the devices from the home device on, so that tasks of others begin elsewhere."""
    names = list(view.devices)
    begin = names.index(task.home) if task.home in names else 0
    return names[begin:] + names[:begin]


def _choices(
    times_ns: Sequence[Mapping[str, int]], names: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    able = {name for on in times_ns for name in on}
    every = [name for name in names if name in able]
    home = every[0]
    speed = {one: sum(on.get(one, max(on.values())) for on in times_ns) for one in every}
    partners = sorted(every[1:], key=speed.__getitem__)[:_MOST_PARTNERS]
    # what is not cut may run anywhere
    for one in every if len(times_ns) == 1 else (home, *partners):
        yield _nearest([one] * len(times_ns), times_ns)
    for first, second in [pair for one in partners for pair in ((home, one), (one, home))]:
        # from so many partitions on the second device, where the first cannot or need not
        for turn in range(1, len(times_ns)):
            yield _nearest([first] * turn + [second] * (len(times_ns) - turn), times_ns)
    # each where it is fastest, and each on another
    yield tuple(min(on, key=on.__getitem__) for on in times_ns)
    for shift in range(min(len(every), 2)):
        turns = [every[(number + shift) % len(every)] for number in range(len(times_ns))]
        yield _nearest(turns, times_ns)


def _nearest(want: Sequence[str], times_ns: Sequence[Mapping[str, int]]) -> tuple[str, ...]:
    """Return the devices that are wanted; where one cannot run its partition, the fastest."""
    return tuple(
        name if name in on else min(on, key=on.__getitem__) for name, on in zip(want, times_ns)
    )


def _time_ns(task: FleetTask, part: Partition, device: str, view: HighLevelView) -> int:
    times = view.times_ns(task.graph.name, device)
    return sum(min(times[segment].values()) for segment in part.segments)


def _moved_ns(
    task: FleetTask, plan: CutPlan, device_of: Mapping[str, str], view: HighLevelView
) -> list[int]:
    """Return what each transfer takes."""
    moved = []
    for tensor, takers in plan.consumers.items():
        giver = plan.producer.get(tensor)
        source = task.home if giver is None else device_of[giver]
        for target in {device_of[taker] for taker in takers}:
            moved.append(view.transfer_ns(source, target, plan.nbytes(tensor)))
    for tensor in task.graph.outputs:
        source = device_of[plan.producer[tensor]]
        moved.append(view.transfer_ns(source, task.home, plan.nbytes(tensor)))
    return moved


def _undominated(group: Sequence[_Sketch]) -> list[_Sketch]:
    """Return the shortest on the same devices, and the one with the least bottleneck."""
    shortest = min(group, key=lambda one: (one.length_ns, len(one.devices)))
    even = min(group, key=lambda one: (one.bottleneck_ns, one.length_ns))
    return [shortest] if even is shortest else [shortest, even]
