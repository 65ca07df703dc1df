# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The computer and state of a profile's measurement, and the differences to this one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.cpu_quota import limiting
from edge_sched_ros.execution.discovery.cpu_quota import read_cpu_quota
from edge_sched_ros.execution.discovery.files import parse_range
from edge_sched_ros.execution.discovery.files import read_text
from edge_sched_ros.execution.discovery.jetpack import read_release
from edge_sched_ros.execution.discovery.module import read_module
from edge_sched_ros.execution.discovery.power_mode import read_power_mode
from edge_sched_ros.execution.discovery.probes import probe_machine
from edge_sched_ros.execution.discovery.probes import Probes
from edge_sched_ros.execution.discovery.versions import versions
from edge_sched_ros.system.measurement import DeviceMeasurement
from edge_sched_ros.system.measurement import Machine

#: versions of interpreter and distribution do not affect times
_NOT_COMPARED = ('python', 'pycuda', 'cuda_core', 'jetpack')


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """
    A computer and its state.

    :param versions: library -> version, for installed libraries
    :param power_mode: ``None`` if unknown
    """

    machine: Machine
    versions: Mapping[str, str]
    power_mode: str | None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """
    A difference to the state in which a profile was measured.

    :param key: key of the profile file, e.g. ``machine.cpu``, ``versions.onnxruntime``
    """

    key: str
    profiled: str
    here: str

    def __str__(self) -> str:
        """Return it as text."""
        return f'{self.key} was {self.profiled}, is {self.here}'


def read_fingerprint(root: Path = Path('/'), *, probes: Probes | None = None) -> Fingerprint:
    """
    Return the fingerprint of this computer.

    :param root: the folder with ``proc``, ``sys``, ``etc`` and ``var``
    :param probes: made if not given
    """
    module = read_module(root)
    found = versions(probes or probe_machine(), read_release(root))
    online = parse_range(read_text(root / 'sys/devices/system/cpu/online') or '')
    cores = len(online) or os.cpu_count() or 1
    machine = Machine(
        model=module.model,
        cpu=_processor(root),
        cores=cores,
        os=module.os,
        cpu_quota=_quota(root, cores),
    )
    known = {name: version for name, version in found.items() if version}
    return Fingerprint(machine, known, read_power_mode(root).name)


def _quota(root: Path, cores: int) -> float | None:
    """Return the CPUs that a quota allows; ``None`` without a quota."""
    quota = limiting(read_cpu_quota(root), cores)
    return None if quota is None else round(quota.cpus, 3)


def _processor(root: Path) -> str | None:
    """Return the processor's name; on ARM its part number."""
    text = read_text(root / 'proc/cpuinfo') or ''
    for key in ('model name', 'Hardware', 'CPU part'):
        found = re.search(rf'^{key}\s*:\s*(.+)$', text, re.MULTILINE)
        if found:
            return found[1].strip()
    return None


def fingerprint_of(measured: DeviceMeasurement) -> Fingerprint:
    """Return the measured machine."""
    return Fingerprint(measured.machine, measured.versions, measured.power_mode)


def mismatches(profiled: Fingerprint, here: Fingerprint) -> tuple[Mismatch, ...]:
    """Return the differences: computer, computing libraries, power mode."""
    pairs = [
        (f'machine.{key}', getattr(profiled.machine, key), getattr(here.machine, key))
        for key in ('model', 'cpu', 'cores', 'cpu_quota')
    ]
    names = sorted({*profiled.versions, *here.versions} - set(_NOT_COMPARED))
    pairs += [
        (f'versions.{name}', profiled.versions.get(name), here.versions.get(name))
        for name in names
    ]
    pairs.append(('power_mode', profiled.power_mode, here.power_mode))
    return tuple(
        Mismatch(key, _word(before), _word(now)) for key, before, now in pairs if before != now
    )


def _word(value: object) -> str:
    return 'absent' if value is None else str(value)
