# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The online algorithms by name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextlib import nullcontext
from typing import Any

from edge_sched_ros.capacity.placement.algorithms.balanced import Balanced
from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.algorithms.best_fit import BestFit
from edge_sched_ros.capacity.placement.algorithms.first_fit import FirstFit
from edge_sched_ros.capacity.placement.algorithms.ibis import Ibis
from edge_sched_ros.capacity.placement.algorithms.ibis_first_fit import IbisFirstFit
from edge_sched_ros.capacity.placement.algorithms.worst_fit import WorstFit
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import all_options
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.options import options_of
from edge_sched_ros.plugins.options import options_problem
from edge_sched_ros.plugins.own_code import make
from edge_sched_ros.plugins.own_code import own_code
from edge_sched_ros.plugins.registry import Registry

_CLASSES = (Ibis, IbisFirstFit, Balanced, FirstFit, BestFit, WorstFit)
#: names of the algorithms of this package
ALGORITHMS: tuple[str, ...] = tuple(one.name for one in _CLASSES)
#: the best placement, found by a search, not by an online algorithm
OPTIMUM = 'optimum'


def _built_in() -> Mapping[str, type[Any]]:
    return {one.name: one for one in _CLASSES}


def _requirement(found: Any) -> str:
    problem = class_problem(found, Algorithm, ('choose',), ('name', 'latency_aware'))
    return problem or options_problem(found)


#: registry of online algorithms
PLACEMENT_ALGORITHMS: Registry[type[Any]] = Registry(
    Kind(
        'placement algorithm',
        'placement_algorithms',
        _requirement,
        reserved=(OPTIMUM,),
        set_by='--option NAME=VALUE of place and kube serve',
    ),
    _built_in,
)


def make_algorithm(
    name: str, where: str = 'algorithm', options: Mapping[str, Any] = {}, at: str = 'options'
) -> Algorithm:
    """
    Return an online algorithm.

    :param where: the key that names it, for messages
    :param options: of those it declares; the others keep their defaults
    :param at: the key of the options, for messages
    :raises ConfigError: for a name that is not known, one that cannot be used, or an option that
        is not declared or has a value that it may not have
    """
    found = PLACEMENT_ALGORITHMS.find(name, where)
    values = all_options(options_of(found), options, at, name)
    made: Algorithm = make(name, where, lambda: found(**values))
    return made


def algorithm_options(name: str, where: str) -> tuple[Option, ...]:
    """
    Return the options that an online algorithm declares.

    :raises ConfigError: as :func:`make_algorithm`
    """
    return options_of(PLACEMENT_ALGORITHMS.find(name, where))


def guarded(name: str, where: str) -> AbstractContextManager[None]:
    """
    Return a context for calls of an algorithm: an exception from outside code becomes one line.

    :param where: the key with its name, for messages
    :raises ConfigError: instead of the algorithm's exception
    """
    if PLACEMENT_ALGORITHMS.is_built_in(name):
        return nullcontext()
    return own_code(where, f"'{name}' failed")
