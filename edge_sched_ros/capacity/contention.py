# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How much longer requests take while other units of their device are busy.

A mean field of this project: every other unit runs each of its networks for that network's share
of the time, independent of the others. A request is slowed down by the law of the device for every
combination of what they run; its time is the mean of those times. Longer times keep units busy for
longer, so the shares are those of the longer times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import prod

from edge_sched_ros.capacity.stages import Entry
from edge_sched_ros.capacity.unit_model import unit_utilisation
from edge_sched_ros.system.contention import Contention
from edge_sched_ros.system.contention import Pairwise
from edge_sched_ros.system.device import Device

#: the shares settle at once, but for a memory that is nearly full
_ROUNDS, _ENOUGH = 60, 1e-6
#: combinations of what other units run; above, a unit runs the mean of its networks
_MOST_COMBINED = 4096
#: what a unit runs, as memory traffic, with its share of the time; ``None`` for nothing
_States = list[tuple[float | None, float]]


def slowed(
    entries: Sequence[Entry], devices: Mapping[str, Device], laws: Mapping[str, Contention]
) -> list[Entry]:
    """
    Return the entries with the mean times that they take beside all others.

    :param laws: device -> law, for devices that have one
    """
    found = list(entries)
    for name, law in laws.items():
        mine = [number for number, entry in enumerate(entries) if entry.place[0] == name]
        if len({entries[number].place for number in mine}) > 1:
            alone = [entries[number] for number in mine]
            for number, entry in zip(mine, _slowed(alone, devices[name], law)):
                found[number] = entry
    return found


def _slowed(alone: list[Entry], device: Device, law: Contention) -> list[Entry]:
    times = [1.0] * len(alone)
    longer = alone
    for _ in range(_ROUNDS):
        states = _states(longer, device)
        found = [_slowdown(entry, states, law) for entry in alone]
        moved = max(abs(new - old) for new, old in zip(found, times))
        # halved steps: two units that slow each other down may swing about the solution
        times = [(new + old) / 2 for new, old in zip(found, times)]
        longer = [_longer(entry, factor) for entry, factor in zip(alone, times)]
        if moved < _ENOUGH:
            break
    # the traffic of a request stays the same
    return [
        replace(entry, demand_gbps=entry.demand_gbps / factor)
        for entry, factor in zip(longer, times)
    ]


def _longer(entry: Entry, factor: float) -> Entry:
    service = replace(entry.load.service, mean_ms=entry.load.service.mean_ms * factor)
    load = replace(entry.load, service=service)
    return replace(entry, load=load, per_item_ms=entry.per_item_ms * factor)


def _states(entries: Sequence[Entry], device: Device) -> dict[str, _States]:
    """Return what each unit runs, and for which share of the time."""
    by_unit: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_unit[entry.place[1]].append(entry)
    found = {}
    for name, mine in by_unit.items():
        unit = device.units[name]
        # of several cores any one makes the unit busy
        busy = 1 - (1 - min(1.0, unit_utilisation(unit, mine))) ** unit.cores
        work = [entry.load.rate_per_ms * entry.load.service.mean_ms for entry in mine]
        shares: dict[float, float] = defaultdict(float)
        for entry, part in zip(mine, work):
            shares[entry.demand_gbps] += busy * part / sum(work)
        found[name] = [(None, 1 - busy), *shares.items()]
    return found


def _slowdown(entry: Entry, states: Mapping[str, _States], law: Contention) -> float:
    """Return the mean slowdown of an entry over what the other units run."""
    unit, demand = entry.place[1], entry.demand_gbps
    others = {name: one for name, one in states.items() if name != unit}
    if isinstance(law, Pairwise):
        # factors multiply, so units count one by one
        return prod(
            idle + (1 - idle) * law.slowdown(unit, demand, {name: 0.0})
            for name, ((_, idle), *_rest) in others.items()
        )
    if not demand:
        return 1.0
    others = {name: one for name, one in others.items() if any(draws for draws, _ in one)}
    if prod(len(one) for one in others.values()) > _MOST_COMBINED:
        others = {name: _as_one(one) for name, one in others.items()}
    total = 0.0
    for combined in product(*others.values()):
        busy = {name: draws for name, (draws, _) in zip(others, combined) if draws is not None}
        chance = prod(share for _, share in combined)
        total += chance * law.slowdown(unit, demand, {**busy, unit: demand})
    return total


def _as_one(states: _States) -> _States:
    """Return a unit that runs the mean of its networks."""
    (idle, *busy) = states
    share = sum(part for _, part in busy)
    mean = sum((draws or 0.0) * part for draws, part in busy) / share if share else 0.0
    return [idle, (mean, share)]
