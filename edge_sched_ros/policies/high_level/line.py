# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network as a line: its segments in order, to be cut into blocks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.device_table import Times
    from edge_sched_ros.core.high_level.graph import NetworkGraph
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


class Line:
    """
    The segments of a network one after the other.

    :param most: segments are joined to at most so many pieces of about equal time
    :param devices: those that it may run on; all without them
    """

    def __init__(
        self,
        task: FleetTask,
        view: HighLevelView,
        most: int = 32,
        devices: Sequence[str] | None = None,
    ) -> None:
        self.graph = graph = task.graph
        self.home = task.home
        names = list(view.devices) if devices is None else devices
        self._times = {name: view.times_ns(graph.name, name) for name in names}
        #: what each segment takes, the mean over devices of its fastest unit
        self.mean_ns = self._mean_ns()
        #: where the line may be cut: numbers of segments before the cut, ends included
        self.places = _thinned(self._places(), self.mean_ns, most)
        sizes = _crossing(graph)
        #: bytes that cross each of these places
        self.nbytes = [sizes[place] for place in self.places]
        at_home = [segment.home_only for segment in graph.segments]
        #: whether a piece must run at home
        self.at_home = [at_home[first] for first in self.places[:-1]]

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.places) - 1

    def _places(self) -> list[int]:
        """Return every place, and mark those that must stay by a negative number."""
        segments = self.graph.segments
        marked = [0]
        for number in range(1, len(segments)):
            must = segments[number].home_only != segments[number - 1].home_only
            marked.append(-number if must else number)
        return [*marked, len(segments)]

    def _mean_ns(self) -> list[float]:
        means = []
        for segment in self.graph.segments:
            best = [
                min(times[segment.name].values())
                for times in self._times.values()
                if segment.name in times
            ]
            means.append(sum(best) / len(best) if best else 0.0)
        return means

    def pieces_ns(self, device: str, unit: str = '') -> list[float]:
        """Return what each piece takes on a device, or on one unit of it; inf where it cannot."""
        times = self._times.get(device, {})
        return [
            math.inf
            if at_home and device != self.home
            else sum(
                _time_ns(times, segment.name, unit)
                for segment in self.graph.segments[self.places[number] : self.places[number + 1]]
            )
            for number, at_home in enumerate(self.at_home)
        ]


def _time_ns(times: Mapping[str, Times], segment: str, unit: str) -> float:
    on = times.get(segment)
    if not on:
        return math.inf
    return on.get(unit, math.inf) if unit else min(on.values())


def _crossing(graph: NetworkGraph) -> list[int]:
    """Return the bytes that segments before each place give to those after it."""
    order = {segment.name: number for number, segment in enumerate(graph.segments)}
    begin: dict[str, int] = dict.fromkeys(graph.inputs, 0)
    end: dict[str, int] = {}
    for segment in graph.segments:
        begin.update(dict.fromkeys(segment.outputs, order[segment.name] + 1))
        end.update(dict.fromkeys(segment.inputs, order[segment.name]))
    last = len(graph.segments)
    end.update(dict.fromkeys(graph.outputs, last))
    sizes = [0] * (last + 1)
    for tensor, first in begin.items():
        for place in range(first, end.get(tensor, first - 1) + 1):
            sizes[place] += graph.tensors[tensor].nbytes
    return sizes


def _thinned(marked: Sequence[int], means: Sequence[float], most: int) -> list[int]:
    """Return at most about so many places: those that must stay, the others evenly in time."""
    if len(marked) - 1 <= most:
        return [abs(place) for place in marked]
    step = sum(means) / most or 1.0
    kept, spent, since = [0], 0.0, 0.0
    for number, place in enumerate(marked[1:-1], start=1):
        spent += means[number - 1]
        if place < 0 or spent - since >= step:
            kept.append(abs(place))
            since = spent
    return [*kept, abs(marked[-1])]


def even_ends(line: Line, parts: int) -> list[int]:
    """Return where to cut for blocks of about equal time, as numbers of segments."""
    total, spent = sum(line.mean_ns), 0.0
    ends: list[int] = []
    for place, after in zip(line.places[:-1], line.places[1:]):
        spent += sum(line.mean_ns[place:after])
        if spent * parts >= total * (len(ends) + 1) and len(ends) < parts - 1:
            ends.append(after)
    return ends
