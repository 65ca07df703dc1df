# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of networks that no unit would ever look up: typos, as a rule."""

from __future__ import annotations

import logging
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from edge_sched_ros.capacity.schema import Device
from edge_sched_ros.capacity.schema import ServiceCost
from edge_sched_ros.core.errors import ConfigError

_log = logging.getLogger(__name__)
Networks = Mapping[str, Mapping[str, ServiceCost]]
#: named in one line
_MOST = 6
_EXAMPLE = '{gpu: {service_ms: 10, memory_mib: 300}}'


def cost_words(devices: Iterable[Device]) -> set[str]:
    """Return what costs may be given for: names, types and kinds of units."""
    units = [pair for device in devices for pair in device.units.items()]
    return {word for name, unit in units for word in (name, unit.type, unit.kind) if word}


def check_cost_keys(networks: Networks, devices: Iterable[Device], where: str) -> None:
    """
    Refuse parts of a cost that stand where a unit should, and log what no unit would use.

    The latter may be meant for other devices, so it is no mistake yet.

    :param where: the networks stand, for messages
    :raises ConfigError: naming the first part of a cost
    """
    words = cost_words(devices)
    check_misplaced(networks, words, where)
    unused = [f'{name}.{key}' for name, costs in networks.items() for key in costs.keys() - words]
    if unused:
        first = ', '.join(sorted(unused)[:_MOST]) + (', ...' if len(unused) > _MOST else '')
        known = ', '.join(sorted(words))
        text = "%s: not used: %s: no unit's name, type or kind (there are %s)"
        _log.warning(text, where, first, known)


def check_misplaced(networks: Networks, words: Collection[str], where: str) -> None:
    """
    Check that no part of a cost stands where a unit should.

    :param words: what units are called
    :raises ConfigError: naming the first that does
    """
    for name, costs in networks.items():
        for key in costs:
            if key in ServiceCost.model_fields and key not in words:
                place = 'inside a unit' if key == 'service_ms' else 'beside service_ms'
                raise ConfigError(f'{where}.{name}.{key}', f'goes {place}, as in {_EXAMPLE}')
