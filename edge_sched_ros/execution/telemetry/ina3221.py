# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The power monitors of Jetson modules, INA3221 and INA238: voltage and current of rails."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.files import read_int
from edge_sched_ros.execution.discovery.files import read_text

#: channels of one monitor; further numbers are shunt voltages and sums
_CHANNELS = (1, 2, 3)
_NOT_CONNECTED = re.compile(r'(^|[^A-Za-z])NC([^A-Za-z]|$)')
#: the input rail of the whole module, if it is measured
_TOTALS = ('VDD_IN', 'VIN')


@dataclass(frozen=True, slots=True)
class Rail:
    """
    One power rail.

    :param power_mw: voltage times current; ``None`` when it cannot be read now
    """

    label: str
    power_mw: float | None


@dataclass(frozen=True, slots=True)
class Rails:
    """
    All rails of a module.

    :param reason: why there are none; empty if there are
    """

    rails: tuple[Rail, ...]
    reason: str = ''

    @property
    def total_mw(self) -> float | None:
        """
        The module's power: that of the input rail if there is one, else the sum.

        ``None`` when a part is not known.
        """
        for rail in self.rails:
            if rail.label in _TOTALS:
                return rail.power_mw
        known = [rail.power_mw for rail in self.rails if rail.power_mw is not None]
        return sum(known) if known and len(known) == len(self.rails) else None


@dataclass(frozen=True, slots=True)
class _Channel:
    label: str
    #: millivolts and milliamperes, or only power
    files: tuple[Path, ...]
    #: units of power per milliwatt
    scale: float = 1.0


class Ina3221:
    """
    The monitors of a machine, found once and read repeatedly.

    :param root: the folder with ``sys``
    """

    def __init__(self, root: Path = Path('/')) -> None:
        self._channels: list[_Channel] = []
        for name in sorted(root.glob('sys/bus/i2c/devices/*/name')):
            kind = read_text(name) or ''
            if 'ina3221' in kind:
                self._channels += [*_hwmon(name.parent), *_iio(name.parent)]
            elif 'ina238' in kind:
                self._channels += _ina238(name.parent, {c.label for c in self._channels})

    def read(self) -> Rails:
        """Return every connected rail. A read takes about a millisecond of the bus per channel."""
        rails = tuple(Rail(c.label, _power_mw(c)) for c in self._channels)
        return Rails(rails, '' if rails else 'there is no INA3221 or INA238 power monitor')


def _hwmon(device: Path) -> list[_Channel]:
    """Return the channels as shown by JetPack 5 and later."""
    found = []
    for folder in sorted(device.glob('hwmon/hwmon*')):
        for k in _CHANNELS:
            label = read_text(folder / f'in{k}_label')
            if label and not _NOT_CONNECTED.search(label):
                files = (folder / f'in{k}_input', folder / f'curr{k}_input')
                found.append(_Channel(label, files))
    return found


def _iio(device: Path) -> list[_Channel]:
    """Return the channels as shown by JetPack 4."""
    found = []
    for folder in sorted(device.glob('iio:device*')):
        for file in sorted(folder.glob('rail_name_*')):
            label = read_text(file)
            if label and not _NOT_CONNECTED.search(label):
                k = file.name.rpartition('_')[2]
                found.append(_Channel(label, (folder / f'in_power{k}_input',)))
    return found


def _ina238(device: Path, taken: Collection[str]) -> list[_Channel]:
    """
    Return the one channel of an INA238: power in microwatts (kernel's hwmon/ina238.rst).

    AGX Thor's carrier measures its input by one, which has no label: jetson_stats calls it VIN
    (PR 900) [secondary].
    """
    found = []
    for folder in sorted(device.glob('hwmon/hwmon*')):
        names = (read_text(folder / name) for name in ('power1_label', 'in1_label', 'label'))
        label = next(filter(None, names), 'VIN' if 'VIN' not in taken else f'VIN {device.name}')
        if not _NOT_CONNECTED.search(label):
            found.append(_Channel(label, (folder / 'power1_input',), 1000.0))
    return found


def _power_mw(channel: _Channel) -> float | None:
    values = [read_int(file) for file in channel.files]
    if None in values:
        return None
    first, *others = (value for value in values if value is not None)
    return first * others[0] / 1000 if others else first / channel.scale
