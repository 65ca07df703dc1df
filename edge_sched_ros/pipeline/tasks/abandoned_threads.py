# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Resources that cannot be freed, because a call that never returned may still use them."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.execution import backends
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.units import LocalUnit

_log = logging.getLogger(__name__)

#: kinds of units that share one driver's memory: freeing any of it waits for all running calls
_ONE_DRIVER = ('gpu', 'dla')


def stuck_with(units: tuple[LocalUnit, ...], busy: Collection[str]) -> frozenset[str]:
    """
    Return the units whose resources cannot be freed.

    :param busy: units with abandoned threads
    """
    shared = {local.unit.name for local in units if local.unit.kind in _ONE_DRIVER}
    return frozenset(busy) | (shared if shared & set(busy) else frozenset())


def units_of(spec: TaskSpec, by_unit: Iterable[Mapping[str, LoadedNetwork]]) -> frozenset[str]:
    """
    Return the units that a task may run on or has a network loaded for.

    :param by_unit: unit -> network, for every variant, including those not in use
    """
    stages = (stage for variant in spec.variants for stage in variant.stages)
    return frozenset().union(*(stage.units for stage in stages), *by_unit)


def close_others(by_unit: Iterable[Mapping[str, LoadedNetwork]], stuck: Collection[str]) -> None:
    """
    Free the networks that none of those units uses; a network may serve several units.

    :param by_unit: unit -> network, for every variant
    """
    for networks in by_unit:
        kept = {id(network) for unit, network in networks.items() if unit in stuck}
        free = {id(n): n for n in networks.values() if id(n) not in kept}
        for network in free.values():
            backends.close(network)


def keep(what: object, busy: Collection[str], stuck: Collection[str]) -> None:
    """
    Keep an object and all it refers to until the process ends, and log it.

    Its destructors would wait, too, both here and when the interpreter ends.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(what))
    _log.error(
        'still busy: %s; resources of %s are not freed before the process ends',
        ', '.join(sorted(busy)),
        ', '.join(sorted(stuck)),
    )
