# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The number options of own code that this process must not import."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.discovery.probe import run_probe
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.perception.decoders.registry import DECODERS
from edge_sched_ros.perception.numbers import numbers_of_network
from edge_sched_ros.perception.numbers import numbers_of_program
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.registry import PROGRAMS
from edge_sched_ros.perception.trackers.registry import is_own_tracker

_SCRIPT = Path(__file__).with_name('numbers_probe.py')


def isolated_numbers_of_program(
    name: str, where: str, tracker: str = '', tracker_where: str = 'tracker'
) -> dict[str, Number]:
    """
    Return the numbers of a program, read in a process of its own unless it is built in.

    :raises ConfigError: when they cannot be read
    """
    if PROGRAMS.is_built_in(name):
        if is_own_tracker(tracker):
            return _read('tracker', tracker, tracker_where)
        return numbers_of_program(name, where, tracker, tracker_where)
    return _read('program', name, where)


def isolated_numbers_of_network(
    spec: NetworkSpec, tracker: str = '', where: str = 'tracker'
) -> dict[str, Number]:
    """Return the numbers of a network likewise; :raises ConfigError: when they cannot be read."""
    if DECODERS.is_built_in(spec.decoder):
        if is_own_tracker(tracker):
            return _read('tracker', tracker, where)
        return numbers_of_network(spec, tracker, where)
    return _read('network', str(spec.source), f'{spec.source}: decoder')


def _read(kind: str, name: str, where: str) -> dict[str, Number]:
    problem, found = _probed(kind, name)
    if problem:
        raise ConfigError(where, problem)
    return dict(found)


@lru_cache(maxsize=256)
def _probed(kind: str, name: str) -> tuple[str, tuple[tuple[str, Number], ...]]:
    """Return why they cannot be read, or the numbers; once, as a module is imported once."""
    result = run_probe(_SCRIPT, kind, name)
    if not result.ok:
        return result.reason, ()
    try:
        return '', tuple((key, Number(**one)) for key, one in result.facts['numbers'].items())
    except (KeyError, TypeError, AttributeError):
        return f"the numbers of '{name}' cannot be read", ()
