# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The look-up of values given by unit: by its name, what it is a part of, its type, its kind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from typing import TypeVar

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.unit import may_be_elsewhere
from edge_sched_ros.system.unit import Unit

_log = logging.getLogger(__name__)
_Value = TypeVar('_Value')
#: named in one line
_MOST = 6
_EXAMPLE = '{gpu: {latency_ms: 10, memory_mib: 300}}'


def given_for(table: Mapping[str, _Value], name: str, unit: Unit) -> _Value | None:
    """Return a unit's entry in a table, ``None`` without one."""
    for key in unit.words(name):
        if key in table:
            return table[key]
    return None


def cost_for(table: Mapping[str, Cost], name: str, unit: Unit) -> Cost | None:
    """Return a unit's cost at speed 1, ``None`` without one; a part has its share of the speed."""
    cost = given_for(table, name, unit)
    if cost is None or unit.share is None or name in table:
        return cost
    return faster(cost, unit.share)


def faster(cost: Cost, factor: float) -> Cost:
    """Return a cost with its times divided by a factor."""
    if factor == 1:
        return cost
    times = {
        'latency_ms': cost.latency_ms / factor,
        'per_item_ms': None if cost.per_item_ms is None else cost.per_item_ms / factor,
    }
    return cost.model_copy(update=times)


def joined_costs(
    costs: Mapping[str, Mapping[str, Cost]], own: Mapping[str, Mapping[str, Cost]]
) -> dict[str, dict[str, Cost]]:
    """Return costs by name and unit; entries of ``own`` replace those of ``costs``."""
    return {name: {**costs.get(name, {}), **own.get(name, {})} for name in {**costs, **own}}


def check_units(
    table: Mapping[str, Cost],
    device: Device,
    at: Callable[..., str],
    elsewhere: Collection[str] = (),
) -> None:
    """
    Refuse misspelt units; types of other devices are allowed, and have an underscore or a dash.

    :param at: returns where a key of the table is, for messages
    :param elsewhere: words for units of other devices
    :raises ConfigError: for a key that cannot name a unit
    """
    known = device.unit_words
    for key in table:
        if key in Cost.model_fields:
            raise ConfigError(at(key), _misplaced(key))
        if key not in known and key not in elsewhere and not may_be_elsewhere(key):
            names = ', '.join(sorted(device.units))
            raise ConfigError(at(), f"unknown unit '{key}' (there are {names})")


def check_cost_keys(
    costs: Mapping[str, Mapping[str, Cost]], devices: Iterable[Device], where: str
) -> None:
    """
    Refuse keys of a cost in place of a unit, and log entries that no unit uses.

    The latter may be for other devices, so they are not an error.

    :param where: file and key of the costs, for messages
    :raises ConfigError: naming the first key of a cost
    """
    words = {word for device in devices for word in device.unit_words}
    check_misplaced(costs, words, where)
    unused = [f'{name}.{key}' for name, table in costs.items() for key in table.keys() - words]
    if unused:
        first = ', '.join(sorted(unused)[:_MOST]) + (', ...' if len(unused) > _MOST else '')
        known = ', '.join(sorted(words))
        text = "%s: not used: %s: no unit's name, type or kind (there are %s)"
        _log.warning(text, where, first, known)


def check_misplaced(
    costs: Mapping[str, Mapping[str, Cost]], words: Collection[str], where: str
) -> None:
    """
    Check that no key of a cost is in place of a unit.

    :param words: names of units
    :raises ConfigError: naming the first one
    """
    for name, table in costs.items():
        for key in table:
            if key in Cost.model_fields and key not in words:
                raise ConfigError(f'{where}.{name}.{key}', _misplaced(key))


def _misplaced(key: str) -> str:
    place = 'inside a unit' if key == 'latency_ms' else 'beside latency_ms'
    return f'goes {place}, as in {_EXAMPLE}'
