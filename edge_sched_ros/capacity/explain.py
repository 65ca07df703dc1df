# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What limits the tasks of a system, and what would change the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import floor

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.analysis import by_place
from edge_sched_ros.capacity.analysis import Place
from edge_sched_ros.capacity.cluster import Cluster
from edge_sched_ros.capacity.headroom import headroom
from edge_sched_ros.capacity.unit_model import unit_utilisation

#: by how much rates and speeds are changed
_STEP = 0.1


def explain(cluster: Cluster) -> dict[str, object]:
    """
    Return the binding constraint, and what would change the answer.

    The binding unit is the busiest one of a task that does not fit; if all fit, the unit whose
    rates can grow least. The changes are tried one by one with the same models.

    :return: ``binding``: a sentence; ``changes``: a list of ``change`` and ``result``
    """
    place, binding = _binding(cluster)
    changes = [] if place is None else list(_changes(cluster, place))
    return {
        'binding': binding,
        'changes': [{'change': name, 'result': _result(other)} for name, other in changes],
    }


def _binding(cluster: Cluster) -> tuple[Place | None, str]:
    placed = by_place(cluster.entries())
    late = {name: one.reason for name, one in analyse(cluster).items() if one.reason}
    if late:
        name, reason = next(iter(late.items()))
        mine = [place for place, found in placed.items() if any(e.task == name for e in found)]
        busy = {p: unit_utilisation(cluster.devices[p[0]].units[p[1]], placed[p]) for p in mine}
        place = max(busy, key=busy.__getitem__)
        text = f'{name} does not fit: {reason}; its busiest unit is {"/".join(place)}'
        return place, f'{text} ({busy[place]:.3g} of the time)'
    factors = {name: one.rate_factor for name, one in headroom(cluster).items() if one.rate_factor}
    if not factors:
        return None, 'nothing limits these tasks: no deadline is near, no unit is busy'
    name = min(factors, key=factors.__getitem__)
    limited = headroom(cluster)[name].limited_by
    device, _, unit = name.partition('/')
    text = f'all tasks fit; {name} is the first to limit, at {factors[name]:.3g} times its rates'
    return (device, unit), f'{text}: {limited}'


def _changes(cluster: Cluster, place: Place) -> Iterator[tuple[str, Cluster]]:
    title = '/'.join(place)
    tasks = {entry.task for entry in by_place(cluster.entries())[place]}
    yield f'{_STEP:.0%} lower rates on {title}', _at_rates(cluster, tasks, 1 - _STEP)
    fits = floor(1e3 * (headroom(cluster)[title].rate_factor or 0.0)) / 1e3
    if 0 < fits < 1 - _STEP:
        yield f'{fits:g} times the rates on {title}', _at_rates(cluster, tasks, fits)
    yield f'{title} {_STEP:.0%} faster', _with_speed(cluster, place, 1 + _STEP)
    yield f'{title} twice as fast', _with_speed(cluster, place, 2.0)
    yield f'a second {title} for half of the requests', _at_rates(cluster, tasks, 0.5)
    unit = cluster.devices[place[0]].units[place[1]]
    periodic = all(entry.periodic for entry in by_place(cluster.entries())[place])
    if unit.order == 'ps' and unit.cores == 1 and periodic:
        # only such a unit's model knows that frames come in their period
        in_order = _with_unit(cluster, place, discipline='fcfs')
        yield f'{title} with discipline: fcfs, where frames count as periodic', in_order


def _at_rates(cluster: Cluster, tasks: set[str], factor: float) -> Cluster:
    return cluster.with_rates({name: cluster.rates[name] * factor for name in tasks})


def _with_speed(cluster: Cluster, place: Place, factor: float) -> Cluster:
    speed = cluster.devices[place[0]].units[place[1]].speed
    return _with_unit(cluster, place, speed=speed * factor)


def _with_unit(cluster: Cluster, place: Place, **keys: object) -> Cluster:
    device = cluster.devices[place[0]]
    units = {**device.units, place[1]: device.units[place[1]].model_copy(update=keys)}
    other = device.model_copy(update={'units': units})
    return replace(cluster, devices={**cluster.devices, place[0]: other})


def _result(cluster: Cluster) -> str:
    late = {name: one.reason for name, one in analyse(cluster).items() if one.reason}
    if late:
        name, reason = next(iter(late.items()))
        more = f' and {len(late) - 1} more' if len(late) > 1 else ''
        return f'{name}{more} would not fit: {reason}'
    factors = [one.rate_factor for one in headroom(cluster).values() if one.rate_factor]
    if not factors:
        return 'all tasks would fit, without a limit near'
    return f'all tasks would fit, up to {min(factors):.3g} times the rates'
