# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The power mode, and the clock caps it sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from edge_sched_ros.execution.discovery.files import read_text

_MODE = re.compile(r'^<\s*POWER_MODEL\s+ID=(\d+)\s+NAME=(\S+?)\s*>')
_CAP = re.compile(r'^(\S+)\s+MAX_FREQ\s+(-?\d+)')
#: name of a clock in ``nvpmodel.conf`` -> its unit
_CLOCKS = {'DLA0_CORE': 'dla0', 'DLA1_CORE': 'dla1', 'PVA0_VPS': 'pva0', 'GPU': 'gpu0'}


@dataclass(frozen=True, slots=True)
class PowerMode:
    """
    The power mode of a machine.

    :param name: such as ``MODE_30W``; ``None`` when it is not known
    :param caps_hz: unit -> highest clock in this mode; units without a cap are left out
    :param reason: why the name is not known
    """

    name: str | None
    caps_hz: Mapping[str, int] = field(default_factory=dict)
    reason: str = ''


def read_power_mode(root: Path = Path('/')) -> PowerMode:
    """
    Return the mode: from ``nvpmodel`` on a Jetson, else from the platform or the CPU's governor.

    It reads only files: ``nvpmodel -q`` needs root on some releases.
    """
    status = read_text(root / 'var/lib/nvpmodel/status')
    if status is not None:
        return _nvpmodel(status, root)
    for file in (
        'sys/firmware/acpi/platform_profile',
        'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor',
    ):
        text = read_text(root / file)
        if text:
            return PowerMode(text)
    return PowerMode(None, reason='neither nvpmodel, a platform profile nor cpufreq is here')


def _nvpmodel(status: str, root: Path) -> PowerMode:
    found = re.search(r'pmode:\s*(\d+)', status) or re.search(r'(\d+)', status)
    if found is None:
        return PowerMode(None, reason='/var/lib/nvpmodel/status names no mode')
    number = int(found[1])
    text = read_text(root / 'etc/nvpmodel.conf')
    if text is None:
        return PowerMode(f'mode {number}', reason='/etc/nvpmodel.conf cannot be read')
    name, caps_hz = _section(text, number)
    if name is None:
        return PowerMode(f'mode {number}', reason=f'/etc/nvpmodel.conf has no mode {number}')
    return PowerMode(name, caps_hz)


def _section(text: str, number: int) -> tuple[str | None, dict[str, int]]:
    """Return name and caps of one mode of a configuration file."""
    name: str | None = None
    caps_hz: dict[str, int] = {}
    within = False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith('<'):
            head = _MODE.match(line)
            within = head is not None and int(head[1]) == number
            if within and head is not None:
                name = head[2]
            continue
        cap = _CAP.match(line) if within else None
        # a cap of 0 or less means no cap
        if cap and cap[1] in _CLOCKS and int(cap[2]) > 0:
            caps_hz[_CLOCKS[cap[1]]] = int(cap[2])
    return name, caps_hz
