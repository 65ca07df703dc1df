# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A device drawn at random: units of several kinds, hand-overs, spread of run times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge_sched_ros.simulation.random_systems.dice import Dice

_MOST_UNITS = 6
#: share of devices whose units are all equal cores
_EQUAL = 0.25
#: kind of unit -> time of a run relative to a GPU, power while running in mW
_KINDS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    'gpu': ((0.8, 1.3), (8e3, 20e3)),
    'dla': ((1.5, 3.5), (3e3, 7e3)),
    'npu': ((0.8, 2.5), (2e3, 8e3)),
    'cpu': ((3.0, 12.0), (1e3, 4e3)),
}
#: share of devices with hand-over times, with tails, without known energy
_HAND_OVERS, _TAILS, _NO_ENERGY = 0.5, 0.25, 0.2


@dataclass(frozen=True, slots=True)
class RandomUnit:
    """
    A unit of the device.

    :param slowness: time of a run, relative to a usual GPU
    :param active_mw: power while it runs; 0 for unknown
    """

    name: str
    kind: str
    slowness: float
    active_mw: float


def random_units(dice: Dice) -> tuple[RandomUnit, ...]:
    """Return 1 to 6 units: equal cores, or a mixture of kinds."""
    count = dice.whole(1, _MOST_UNITS)
    equal, known = dice.chance(_EQUAL), not dice.chance(_NO_ENERGY)
    found: list[RandomUnit] = []
    kinds = tuple(_KINDS)
    for index in range(count):
        # a device with accelerators begins with a fast one
        kind = 'cpu' if equal else dice.pick(kinds if index else ('gpu', 'npu'))
        slow, power_mw = _KINDS[kind]
        slowness, active_mw = dice.scale(*slow), dice.scale(*power_mw) * known
        if equal and found:
            slowness, active_mw = found[0].slowness, found[0].active_mw
        number = sum(unit.kind == kind for unit in found)
        found.append(RandomUnit(f'{kind}{number}', kind, slowness, active_mw))
    return tuple(found)


def device_data(dice: Dice, units: tuple[RandomUnit, ...]) -> dict[str, Any]:
    """Return the keys of a system file about a device with these units."""
    data: dict[str, Any] = {
        'units': {unit.name: {'kind': unit.kind} for unit in units},
        'latency_cv': round(dice.scale(0.02, 0.2), 3),
    }
    if dice.chance(_TAILS):
        data['tail'] = {'chance': 0.05, 'factors': [3.0, 12.0]}
    kinds = sorted({unit.kind for unit in units})
    if dice.chance(_HAND_OVERS):
        data['transitions'] = [
            {'from': one, 'to': other, 'ms': round(dice.scale(0.05, 1.0), 3)}
            for one in kinds
            for other in kinds
            if one != other
        ]
    return data
