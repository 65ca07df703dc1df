# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of networks and units before the profiler measures them."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import select_units
from edge_sched_ros.profiling.target import Target
from edge_sched_ros.system.fields import is_name
from edge_sched_ros.system.fields import NAME_WORDS


def check_units(machine: Machine, names: tuple[str, ...], where: str) -> tuple[str, ...]:
    """
    Return units of this machine by names or kinds.

    :raises ConfigError: when one is not a unit of this machine
    """
    if not names:
        return ()
    machine = machine.with_named(names)
    choice = select_units(machine.units, names, absent=machine.absent, where=where)
    for name, reason in choice.missing.items():
        raise ConfigError(where, f"'{name}' cannot be used: {reason}")
    return tuple(local.unit.name for local in choice.units)


def check_words(spec: NetworkSpec, variants: Collection[str]) -> None:
    """Check that a system file can name a network; :raises ConfigError: when it cannot."""
    for key, word in (('name', spec.name), *(('variants', name) for name in variants)):
        if not is_name(word):
            raise ConfigError(
                f'{spec.source}: {key}', f'{NAME_WORDS} to be profiled, not {word!r}'
            )


def check_names(targets: Sequence[Target]) -> None:
    """Check that all networks have different names in a profile."""
    seen: dict[tuple[str, str], Path] = {}
    for target in targets:
        other = seen.setdefault((target.network, target.variant), target.file)
        if other != target.file:
            raise ConfigError(
                str(target.file), f"has the same name '{target.network}' as {other}: rename one"
            )
