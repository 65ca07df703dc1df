# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warns of units whose model is wrong for single tasks."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from edge_sched_ros.capacity.cluster import Cluster
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.unit import Unit

#: a longest service over the shortest from which the forms differ by more than measurements do
_UNLIKE = 1.05


def form_warning(title: str, unit: Unit, services_ms: Sequence[float]) -> str:
    """
    Return what to know of a unit's form of sharing; empty if it does not matter.

    With equal services both forms are the same.

    :param title: name of the unit in the message
    :param services_ms: of the requests that may come to it
    """
    shared = unit.order == 'ps' and unit.cores == 1 and unit.form == 'authors'
    if not shared or not services_ms or max(services_ms) < _UNLIKE * min(services_ms):
        return ''
    low, high = min(services_ms), max(services_ms)
    return (
        f'{title}: form authors gives requests of {low:g} ms and of {high:g} ms the same wait; it '
        'is there to repeat the Ibis paper, for deadlines of tasks use textbook'
    )


def depth_warning(title: str, unit: Unit) -> str:
    """Return that the model leaves out what a unit takes ahead; empty if it does not matter."""
    if unit.order != 'priority' or unit.depth == 1:
        return ''
    return (
        f'{title}: depth {unit.depth} is left out: an urgent request also waits for up to '
        f'{unit.depth - 1} others that the unit has taken before; edge-sched simulate counts them'
    )


def form_warnings(
    devices: Mapping[str, Device], services: Iterable[tuple[tuple[str, str], float]]
) -> list[str]:
    """
    Return a line for every unit whose model is wrong for its tasks.

    :param services: (device, unit) and service in ms of the requests that come
    """
    asked: dict[tuple[str, str], list[float]] = {}
    for place, service_ms in services:
        asked.setdefault(place, []).append(service_ms)
    lines = []
    for (name, unit), times in asked.items():
        title, spec = f'{name}/{unit}', devices[name].units[unit]
        lines += [form_warning(title, spec, times), depth_warning(title, spec)]
    return [line for line in lines if line]


def cluster_warnings(cluster: Cluster) -> list[str]:
    """Return a line for every unit of a cluster whose model is wrong for its tasks."""
    services = ((entry.place, entry.load.service.mean_ms) for entry in cluster.entries())
    return form_warnings(cluster.devices, services)
