# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which units are equal, so that what one of them takes tells what the others will."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from edge_sched_ros.execution.units import LocalUnit

#: kinds of which a machine has several equal ones
_EQUAL_KINDS = ('dla', 'pva', 'vic')
#: what tells fast cores from slow ones, below a core's folder
_CORE_FILES = ('cpufreq/cpuinfo_max_freq', 'cpu_capacity')


def alike_units(units: Iterable[LocalUnit], root: Path = Path('/')) -> list[tuple[str, ...]]:
    """
    Return groups of equal units by name, those of two and more.

    CPU cores are equal when Linux says so: same highest clock, same capacity (which ARM machines
    with fast and slow cores state). Where it says nothing, as in virtual machines, they are too.

    :param root: where the machine's ``sys`` is
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
