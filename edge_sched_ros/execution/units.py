# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The processing units this process may use, and the cores they stand for."""

from __future__ import annotations

import os
from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit


@dataclass(frozen=True, slots=True)
class LocalUnit:
    """
    A unit of this machine.

    :param core: the CPU core its worker thread is pinned to; ``None`` for no pinning
    """

    unit: Unit
    core: int | None = None


def cpu_units() -> tuple[LocalUnit, ...]:
    """Return one unit per CPU core this process is allowed to run on."""
    cores = sorted(os.sched_getaffinity(0))
    return tuple(LocalUnit(Unit(f'cpu{core}', 'cpu'), core) for core in cores)


def select_units(found: tuple[LocalUnit, ...], wanted: tuple[str, ...]) -> tuple[LocalUnit, ...]:
    """
    Return the wanted units among those found; all of them when nothing is wanted.

    :param wanted: names (``cpu0``) or kinds (``cpu``)
    :raises ConfigError: when one of them is not there
    """
    if not wanted:
        return found
    chosen: list[LocalUnit] = []
    for name in wanted:
        matching = [local for local in found if name in (local.unit.name, local.unit.kind)]
        if not matching:
            known = ', '.join(local.unit.name for local in found)
            raise ConfigError('units', f"this machine has no unit '{name}' (it has: {known})")
        chosen += [local for local in matching if local not in chosen]
    return tuple(chosen)
