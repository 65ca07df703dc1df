# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All units that a computer of this kind could have, each with the reason if it cannot be used."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.families import ACCELERATORS
from edge_sched_ros.execution.discovery.files import parse_range
from edge_sched_ros.execution.discovery.files import read_text
from edge_sched_ros.execution.discovery.module import Module
from edge_sched_ros.execution.discovery.module import read_module
from edge_sched_ros.execution.discovery.power_mode import read_power_mode
from edge_sched_ros.execution.discovery.probes import probe_machine
from edge_sched_ros.execution.discovery.probes import Probes
from edge_sched_ros.execution.providers.choice import places

#: unit -> its VPI backend
_BACKENDS = {'pva0': 'PVA', 'vic0': 'VIC', 'ofa0': 'OFA'}


@dataclass(frozen=True, slots=True)
class UnitFinding:
    """
    A unit, present or absent.

    :param reason: why it cannot be used; empty when it can
    """

    name: str
    kind: str
    reason: str = ''

    @property
    def available(self) -> bool:
        """Whether it can be used."""
        return not self.reason


def take_inventory(
    *,
    root: Path = Path('/'),
    probes: Probes | None = None,
    module: Module | None = None,
    allowed_cores: Collection[int] | None = None,
) -> tuple[UnitFinding, ...]:
    """
    Return every unit: the present ones, and the absent ones with the reason.

    :param root: the folder with ``proc`` and ``sys``
    :param probes: probes of the machine; made if not given
    :param module: the machine; detected if not given
    :param allowed_cores: CPU cores this process may run on; asked of the system if not given
    """
    probes = probes or probe_machine()
    module = module or read_module(root)
    allowed = os.sched_getaffinity(0) if allowed_cores is None else set(allowed_cores)
    devices = probes.cuda.facts.get('devices', []) if probes.cuda.ok else []
    cores = int(probes.tensorrt.facts.get('num_dla_cores', 0))
    names = dict.fromkeys(
        [*(f'gpu{i}' for i in range(len(devices))), *(f'dla{i}' for i in range(cores))]
    )
    names |= dict.fromkeys(ACCELERATORS)
    served = {name for name in places(probes.providers, len(devices)) if name != 'cpu'}
    names |= dict.fromkeys(served)
    found = [
        UnitFinding(name, kind_of(name), '' if name in served else _why_not(name, module, probes))
        for name in sorted(names, key=_in_order)
    ]
    return (*_cpus(root, allowed), *found)


def kind_of(name: str) -> str:
    """Return the kind in a unit's name: the part before its number."""
    return name.rstrip('0123456789')


def _in_order(name: str) -> tuple[int, int]:
    kinds = [*dict.fromkeys(kind_of(other) for other in ACCELERATORS), 'npu']
    return kinds.index(kind_of(name)), int(name[len(kind_of(name)) :])


def _cpus(root: Path, allowed: Collection[int]) -> list[UnitFinding]:
    folder = root / 'sys/devices/system/cpu'
    present = parse_range(read_text(folder / 'present') or '')
    online = parse_range(read_text(folder / 'online') or '')
    found = []
    for core in sorted(present | set(allowed)):
        reason = ''
        if core not in allowed:
            reason = 'this process may not run on it (taskset, cpuset)'
        if online and core not in online:
            mode = read_power_mode(root).name
            reason = 'switched off' + (f' (power mode {mode})' if mode else '')
        found.append(UnitFinding(f'cpu{core}', 'cpu', reason))
    return found


def _why_not(name: str, module: Module, probes: Probes) -> str:
    """Return why an accelerator cannot be used; empty when it can."""
    kind = kind_of(name)
    if kind == 'gpu':
        return '' if probes.cuda.ok else probes.cuda.reason
    if kind == 'dla':
        number = int(name.removeprefix('dla'))
        there = number < int(probes.tensorrt.facts.get('num_dla_cores', 0))
        return '' if there and probes.tensorrt.ok else _why_no_dla(name, module, probes)
    if probes.vpi.ok and _BACKENDS[name] in probes.vpi.facts.get('backends', []):
        return ''
    return _not_built_in(name, module) or _why_no_backend(name, probes)


def _not_built_in(name: str, module: Module) -> str:
    """Return why a computer does not have a unit at all; empty when it should have it."""
    if module.family is None:
        return f'{kind_of(name).upper()} is a unit of Jetson modules, and this is not one'
    if name in module.family.units:
        return ''
    one = name == 'dla1' and 'dla0' in module.family.units
    return f'{module.family.name} has {"only one" if one else "no"} {kind_of(name).upper()}'


def _why_no_dla(name: str, module: Module, probes: Probes) -> str:
    missing = _not_built_in(name, module)
    if missing:
        return missing
    if not probes.tensorrt.ok:
        return probes.tensorrt.reason
    if not probes.cuda.ok:
        return f'TensorRT needs CUDA: {probes.cuda.reason}'
    facts = probes.tensorrt.facts
    return (
        f'TensorRT {facts.get("version")} reports {facts.get("num_dla_cores", 0)} DLA cores '
        '(of 10.x only those up to 10.7 support DLA, of 11.x those from 11.4.1 on, on AGX Orin '
        'with JetPack 7.2.2 or newer)'
    )


def _why_no_backend(name: str, probes: Probes) -> str:
    if not probes.vpi.ok:
        return probes.vpi.reason
    version = probes.vpi.facts.get('version')
    return f'VPI {version} does not count {_BACKENDS[name]} among its available backends'
