# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Thermal zones, and cooling devices that slow units down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from edge_sched_ros.execution.discovery.files import read_int
from edge_sched_ros.execution.discovery.files import read_text

#: a zone that is switched off reads -256 degrees, or nothing
_COLDEST_MC = -100_000
#: prefix of a zone's type -> kinds of unit it belongs to. CV is DLA and PVA, SOC the rest
#: (inferred from the names); x86_pkg_temp is a PC's processor.
_ZONES = (
    (r'cpu|x86_pkg_temp|k10temp', ('cpu',)),
    (r'gpu', ('gpu',)),
    (r'cv\d', ('dla', 'pva')),
    (r'soc\d', ('vic', 'ofa')),
)
#: part of a cooling device's type -> kinds of unit it slows down; none for fans
_COOLING = (
    (r'fan', ()),
    (r'cpu|^processor$', ('cpu',)),
    (r'gpu|gv11b|ga10b|gb10b', ('gpu',)),
    (r'nvdla|pva|(^|[-_])cv', ('dla', 'pva')),
)


@lru_cache(maxsize=256)
def _kinds_at(zone: str) -> tuple[str, ...]:
    return next((kinds for sign, kinds in _ZONES if re.match(sign, zone.lower())), ())


@lru_cache(maxsize=256)
def _kinds_slowed(cooling: str) -> tuple[str, ...]:
    return next((kinds for sign, kinds in _COOLING if re.search(sign, cooling.lower())), ())


@dataclass(frozen=True, slots=True)
class Zone:
    """
    A thermal zone.

    :param temperature_c: ``None`` when it is switched off
    """

    name: str
    temperature_c: float | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of unit it belongs to."""
        return _kinds_at(self.name)


@dataclass(frozen=True, slots=True)
class Cooling:
    """
    A cooling device that slows units down.

    :param state: 0 when it is inactive; ``None`` when it cannot be read
    """

    name: str
    state: int | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of unit it slows down."""
        return _kinds_slowed(self.name)

    @property
    def active(self) -> bool:
        """Whether it is active."""
        return self.state is not None and self.state > 0


@dataclass(frozen=True, slots=True)
class Heat:
    """
    All zones and cooling devices.

    :param reason: why there are no zones; empty if there are
    """

    zones: tuple[Zone, ...] = ()
    cooling: tuple[Cooling, ...] = ()
    reason: str = ''

    def temperature_c(self, kind: str) -> float | None:
        """Return the temperature of the hottest zone of a kind of unit."""
        known = [z.temperature_c for z in self.zones if kind in z.kinds]
        return max((value for value in known if value is not None), default=None)

    def slowed_by(self, kind: str) -> str:
        """Return the name of the cooling device that slows a kind of unit down; empty for none."""
        return next((c.name for c in self.cooling if c.active and kind in c.kinds), '')


class Thermal:
    """
    The thermal folders of a machine, found once and read repeatedly.

    :param root: the folder with ``sys``
    """

    def __init__(self, root: Path = Path('/')) -> None:
        folder = root / 'sys/class/thermal'
        self._zones = _typed(folder, 'thermal_zone*')
        # the others need not be read
        self._cooling = [
            (f, name) for f, name in _typed(folder, 'cooling_device*') if Cooling(name, 0).kinds
        ]

    def read(self) -> Heat:
        """Return the present temperatures and cooling states."""
        zones = tuple(Zone(name, _celsius(folder)) for folder, name in self._zones)
        cooling = tuple(Cooling(n, read_int(f / 'cur_state')) for f, n in self._cooling)
        return Heat(zones, cooling, '' if zones else 'there are no thermal zones')


def _typed(folder: Path, pattern: str) -> list[tuple[Path, str]]:
    found = [(path, read_text(path / 'type')) for path in sorted(folder.glob(pattern))]
    return [(path, name) for path, name in found if name]


def _celsius(folder: Path) -> float | None:
    milli = read_int(folder / 'temp')
    return None if milli is None or milli < _COLDEST_MC else milli / 1000
