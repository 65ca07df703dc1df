# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds trackers by name."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.perception import trackers
from edge_sched_ros.perception.declared_numbers import numbers_of_class
from edge_sched_ros.perception.declared_numbers import numbers_problem
from edge_sched_ros.perception.declared_numbers import options_of_numbers
from edge_sched_ros.perception.trackers.base import Tracker
from edge_sched_ros.plugins.bounded_call import MAKING_S
from edge_sched_ros.plugins.built_in import modules_holding
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.own_code import make
from edge_sched_ros.plugins.registry import Registry

#: what runs where no tracker is named
DEFAULT_TRACKER = 'bytetrack'

_METHODS = ('update', 'reset', 'start_over')
#: what programs call, beside these
_NEEDS = (*_METHODS, 'check_option', 'check_together', 'set_option')


def tracker_classes() -> dict[str, type[Tracker]]:
    """Return the trackers of this package by name."""
    return modules_holding(trackers, 'TRACKER')


def _requirement(found: Any) -> str:
    problem = class_problem(found, Tracker, _METHODS, _NEEDS)
    return problem or numbers_problem(numbers_of_class(found))


def _options(found: Any) -> tuple[Option, ...]:
    return options_of_numbers(numbers_of_class(found))


#: registry of trackers
TRACKERS: Registry[type[Tracker]] = Registry(
    Kind(
        'tracker',
        'trackers',
        _requirement,
        options=_options,
        set_by='parameters TASK.NAME of the node',
    ),
    tracker_classes,
)


def tracker_class(name: str, where: str = 'tracker') -> type[Tracker]:
    """
    Return the class of a tracker: of this package, installed, or ``package.module:Class``.

    :param name: empty for the default
    :param where: the key with its name, for messages
    :raises ConfigError: when it does not exist
    """
    return TRACKERS.find(name or DEFAULT_TRACKER, where)


def is_own_tracker(name: str) -> bool:
    """Return whether a tracker is from outside this package."""
    return bool(name) and not TRACKERS.is_built_in(name)


def tracker_name(kind: type[Tracker]) -> str:
    """Return the name of a class of trackers; of one's own, that of the class."""
    return next((name for name, one in tracker_classes().items() if one is kind), kind.__name__)


def make_tracker(name: str, where: str = 'tracker') -> Tracker:
    """
    Return a tracker.

    Its parameters are those of :func:`tracker_class`.

    :raises ConfigError: when it does not exist, or cannot be made
    """
    kind = tracker_class(name, where)
    limit_s = MAKING_S if is_own_tracker(name) else None
    made: Tracker = make(name or DEFAULT_TRACKER, where, kind, _NEEDS, limit_s=limit_s)
    return made
