# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which units are equal, so that a cost of one of them holds for the others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from edge_sched_ros.execution.units import LocalUnit

#: kinds with several equal units on a machine
_EQUAL_KINDS = ('dla', 'pva', 'vic')
#: files below a core's folder that distinguish fast cores from slow ones
_CORE_FILES = ('cpufreq/cpuinfo_max_freq', 'cpu_capacity')


def alike_units(units: Iterable[LocalUnit], root: Path = Path('/')) -> list[tuple[str, ...]]:
    """
    Return groups of two or more equal units, by name.

    CPU cores are equal when Linux reports the same highest clock and the same capacity (which ARM
    machines with fast and slow cores have), or neither, as in virtual machines.

    :param root: the folder with the machine's ``sys``
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for local in units:
        unit = local.unit
        if unit.kind == 'cpu' and local.core is not None:
            key = ('cpu', *_core(local.core, root))
        elif unit.kind in _EQUAL_KINDS:
            key = (unit.kind,)
        else:
            continue
        groups.setdefault(key, []).append(unit.name)
    return [tuple(names) for names in groups.values() if len(names) > 1]


def _core(core: int, root: Path) -> list[str]:
    folder = root / 'sys/devices/system/cpu' / f'cpu{core}'
    return [_text(folder / name) for name in _CORE_FILES]


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ''
