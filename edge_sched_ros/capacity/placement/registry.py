# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The online algorithms by name."""

from __future__ import annotations

from edge_sched_ros.capacity.placement.algorithms.balanced import Balanced
from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.algorithms.best_fit import BestFit
from edge_sched_ros.capacity.placement.algorithms.first_fit import FirstFit
from edge_sched_ros.capacity.placement.algorithms.ibis import Ibis
from edge_sched_ros.capacity.placement.algorithms.ibis_first_fit import IbisFirstFit
from edge_sched_ros.capacity.placement.algorithms.worst_fit import WorstFit
from edge_sched_ros.core.errors import ConfigError

_CLASSES = (Ibis, IbisFirstFit, Balanced, FirstFit, BestFit, WorstFit)
#: names that ``make_algorithm`` takes
ALGORITHMS: tuple[str, ...] = tuple(one.name for one in _CLASSES)


def make_algorithm(name: str) -> Algorithm:
    """
    Return an online algorithm.

    :raises ConfigError: for a name that is not known
    """
    for one in _CLASSES:
        if one.name == name:
            return one()
    raise ConfigError('algorithm', f"there is no '{name}' (there are {', '.join(ALGORITHMS)})")
