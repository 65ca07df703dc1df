# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What cannot be freed because a call that never returned may still use it."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.units import LocalUnit

_log = logging.getLogger(__name__)

#: kinds of units whose memory is one driver's: freeing any of it waits for all that is under way
_ONE_DRIVER = ('gpu', 'dla')


def stuck_with(units: tuple[LocalUnit, ...], busy: Collection[str]) -> frozenset[str]:
    """
    Return the units of which nothing can be freed.

    :param busy: units whose threads were left behind
    """
    shared = {local.unit.name for local in units if local.unit.kind in _ONE_DRIVER}
    return frozenset(busy) | (shared if shared & set(busy) else frozenset())


def units_of(spec: TaskSpec, by_unit: Iterable[Mapping[str, LoadedNetwork]]) -> frozenset[str]:
    """
    Return the units that a task may run on or holds a network for.

    :param by_unit: unit -> network, of every variant, also of those it does not run now
    """
    stages = (stage for variant in spec.variants for stage in variant.stages)
    return frozenset().union(*(stage.units for stage in stages), *by_unit)


def close_others(by_unit: Iterable[Mapping[str, LoadedNetwork]], stuck: Collection[str]) -> None:
    """
    Free the networks that no unit of those uses; one may serve several units.

    :param by_unit: unit -> network, of every variant
    """
    for networks in by_unit:
        kept = {id(network) for unit, network in networks.items() if unit in stuck}
        free = {id(n): n for n in networks.values() if id(n) not in kept}
        for network in free.values():
            network.close()


def keep(what: object, busy: Collection[str], stuck: Collection[str]) -> None:
    """
    Keep an object and all it holds until the process is gone, and say so.

    Its destructors would wait, too: here, and when the interpreter ends.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(what))
    _log.error(
        'still busy: %s; what %s hold is not freed before the process ends',
        ', '.join(sorted(busy)),
        ', '.join(sorted(stuck)),
    )
