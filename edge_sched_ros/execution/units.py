# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The processing units this process may use, and the cores they stand for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.units import UNIT_KINDS


@dataclass(frozen=True, slots=True)
class LocalUnit:
    """
    A unit of this machine.

    :param core: the CPU core its worker thread is pinned to; ``None`` for no pinning
    """

    unit: Unit
    core: int | None = None


def kind_in(name: str) -> str:
    """Return the kind that a unit's name begins with; that of a part (``gpu0.a``), too."""
    return name.partition('.')[0].rstrip('0123456789')


def cpu_units() -> tuple[LocalUnit, ...]:
    """Return one unit per CPU core this process is allowed to run on."""
    cores = sorted(os.sched_getaffinity(0))
    return tuple(LocalUnit(Unit(f'cpu{core}', 'cpu'), core) for core in cores)


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Units to use.

    :param missing: name or kind that was wanted and is not here -> why
    """

    units: tuple[LocalUnit, ...]
    missing: Mapping[str, str]


def select_units(
    found: tuple[LocalUnit, ...],
    wanted: tuple[str, ...],
    *,
    absent: Mapping[str, str],
    where: str = 'units',
) -> Choice:
    """
    Return the wanted units among those found.

    What is not here is left to what is: to the other wanted units, or to all when there is none
    of them. So one configuration serves a Jetson and a laptop.

    :param wanted: names (``cpu0``) or kinds (``cpu``); nothing for all
    :param absent: unit that is not here -> why
    :param where: the key they are wanted by, for messages
    :raises ConfigError: when one of them is no unit's name on any machine
    """
    chosen: list[LocalUnit] = []
    missing: dict[str, str] = {}
    for name in wanted:
        matching = [local for local in found if name in (local.unit.name, local.unit.kind)]
        if not matching:
            _check_name(name, found, where)
            missing[name] = _why_absent(name, absent)
        chosen += [local for local in matching if local not in chosen]
    return Choice(tuple(chosen) or found, missing)


def _check_name(name: str, found: tuple[LocalUnit, ...], where: str) -> None:
    if kind_in(name) in UNIT_KINDS:
        return
    names = [local.unit.name for local in found]
    hint = did_you_mean(name, [*names, *UNIT_KINDS])
    raise ConfigError(
        where,
        f"'{name}' is not a unit{hint} (here are {', '.join(names)}; kinds of units are "
        f'{", ".join(UNIT_KINDS)})',
    )


def _why_absent(name: str, absent: Mapping[str, str]) -> str:
    """Return why a unit, or every unit of a kind, is not here."""
    for unit, reason in absent.items():
        if name in (unit, kind_in(unit)):
            return reason
    return 'this machine has none of that name'
