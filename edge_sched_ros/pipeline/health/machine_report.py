# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The report on a machine that ``edge-sched doctor`` shows."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from edge_sched_ros.core.compiled import why_not as why_not_compiled
from edge_sched_ros.execution.backends import Backend
from edge_sched_ros.execution.discovery.cpu_quota import limiting
from edge_sched_ros.execution.discovery.cpu_quota import read_cpu_quota
from edge_sched_ros.execution.discovery.cpu_quota import read_throttling
from edge_sched_ros.execution.discovery.families import part_name
from edge_sched_ros.execution.discovery.inventory import take_inventory
from edge_sched_ros.execution.discovery.jetpack import read_release
from edge_sched_ros.execution.discovery.jetpack import TegraRelease
from edge_sched_ros.execution.discovery.module import Module
from edge_sched_ros.execution.discovery.module import read_module
from edge_sched_ros.execution.discovery.power_mode import read_power_mode
from edge_sched_ros.execution.discovery.probes import probe_machine
from edge_sched_ros.execution.discovery.probes import Probes
from edge_sched_ros.execution.discovery.versions import versions
from edge_sched_ros.execution.gpu_parts.here import ways_here
from edge_sched_ros.execution.preprocess.opencv import why_prepared_in_python
from edge_sched_ros.execution.preprocess_ops import preprocess_ops
from edge_sched_ros.execution.providers.choice import reason_of
from edge_sched_ros.execution.providers.table import PROVIDERS
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.telemetry.jtop import read_engine_clocks
from edge_sched_ros.execution.telemetry.machine_reader import MachineReader
from edge_sched_ros.execution.tensorrt.drivers import why_not_pycuda
from edge_sched_ros.native.loading import why_not as why_not_native
from edge_sched_ros.pipeline.health.quota_watch import QuotaUse
from edge_sched_ros.pipeline.inputs.large_images import large_images_ok
from edge_sched_ros.pipeline.inputs.large_images import rmw_name

#: probes whose failure is the reason why a version is ``null``
_PROBED = ('cuda', 'tensorrt', 'vpi', 'pycuda', 'cuda_core')


def machine_report(
    *,
    root: Path = Path('/'),
    probes: Probes | None = None,
    machine: Machine | None = None,
    allowed_cores: Collection[int] | None = None,
) -> dict[str, Any]:
    """
    Return everything known about this machine, JSON types only.

    ``notes`` says why something is ``null``, and what a release cannot do.

    :param root: the folder with ``proc``, ``sys``, ``etc`` and ``var``
    :param probes: made if not given
    :param machine: detected if not given
    :param allowed_cores: CPU cores this process may run on; asked of the system if not given
    """
    probes, machine = probes or probe_machine(), machine or discover()
    module, release, mode = read_module(root), read_release(root), read_power_mode(root)
    units = take_inventory(root=root, probes=probes, module=module, allowed_cores=allowed_cores)
    rmw = rmw_name()
    telemetry, unread = _telemetry(root)
    reasons = {
        'module': '' if module.model else 'neither device tree, firmware nor CPU name the machine',
        'part': '' if module.family is None else module.reason,
        'jetpack': '' if module.family is None else release.reason,
        'power_mode': mode.reason,
        **{name: getattr(probes, name).reason for name in _PROBED},
        'cuda_binding': why_not_pycuda(probes),
        'tensorrt_limits': _tensorrt_limits(probes),
        **unread,
    }
    return {
        'module': module.model,
        'part': _part(module),
        'os': _os(module, release),
        'power_mode': mode.name,
        'cpu_quota': _quota(root, sum(1 for f in units if f.kind == 'cpu' and f.available)),
        'versions': versions(probes, release),
        'units': {
            f.name: {'kind': f.kind, 'available': f.available, 'reason': f.reason} for f in units
        },
        'preprocess': preprocess_ops(machine),
        'native': {
            'available': not why_not_native(),
            'reason': why_not_native() or why_prepared_in_python(),
        },
        'compiled_core': {'available': not why_not_compiled(), 'reason': why_not_compiled()},
        'gpu_parts': {
            way: {'kinds': ['gpu'], 'available': not why, 'reason': why}
            for way, why in ways_here(probes).items()
        },
        'dds': {'rmw': rmw, 'large_images_ok': large_images_ok(rmw)},
        'engines': {b.name: _backend(b) for b in machine.engines},
        'providers': _providers(probes),
        'preprocessors': {b.name: _backend(b) for b in machine.preprocessors},
        'telemetry': telemetry,
        'notes': {what: why for what, why in reasons.items() if why},
    }


def _part(module: Module) -> str | None:
    """Return the Jetson module, by number and name; ``None`` on other machines."""
    if module.part is None:
        return None
    return f'{module.part}: {part_name(module.part) or "not known"}'


def _quota(root: Path, cores: int) -> dict[str, Any] | None:
    """Return the CPU quota of the control group; ``None`` without one."""
    quota = limiting(read_cpu_quota(root), cores)
    if quota is None:
        return None
    return QuotaUse(quota, min(cores, quota.whole_cores), read_throttling(root)).to_dict()


def _os(module: Module, release: TegraRelease) -> str | None:
    parts = [module.os]
    if release.l4t:
        parts += [f'L4T {release.l4t}', release.jetpack and f'JetPack {release.jetpack}']
    return ', '.join(filter(None, parts)) or None


def _backend(backend: Backend) -> dict[str, Any]:
    return {
        'kinds': list(backend.kinds),
        'available': backend.available,
        'reason': backend.reason,
    }


def _tensorrt_limits(probes: Probes) -> str:
    """Return what a release of TensorRT does not do any more; empty if it does all."""
    major = str(probes.tensorrt.facts.get('version', '')).partition('.')[0]
    if not major.isdecimal() or int(major) < 11:
        return ''
    return (
        'strongly typed networks only: fp16 and INT8 come from the ONNX file, not from the key '
        'precision; DLA only from 11.4.1 on, on Jetson AGX Orin with JetPack 7.2.2 or newer'
    )


def _providers(probes: Probes) -> dict[str, Any]:
    """Return the execution providers of ONNX Runtime beside its own."""
    reasons = {name: reason_of(probes.providers, name) for name in PROVIDERS}
    return {
        name: {'kinds': list(one.kinds), 'available': not reasons[name], 'reason': reasons[name]}
        for name, one in PROVIDERS.items()
    }


def _telemetry(root: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the present temperatures, powers and clocks, and why others cannot be read."""
    reading = MachineReader((), root).read(time.monotonic_ns(), None)
    heat = reading.heat
    clocks = read_engine_clocks()
    found = {
        'temperatures_c': {zone.name: zone.temperature_c for zone in heat.zones},
        'slowed_by': [cooling.name for cooling in heat.cooling if cooling.active],
        'rails_mw': {name: round(power_mw) for name, power_mw in reading.rails_mw.items()},
        'gpu_load': reading.gpu.load,
        'engine_clock_khz': dict(clocks.clock_khz),
    }
    return found, {**reading.reasons, 'engine_clocks': clocks.reason}
