# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which execution provider serves a unit of this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.providers.table import PROVIDERS


@dataclass(frozen=True, slots=True)
class Place:
    """
    A device of a provider.

    :param provider: its name in :data:`..table.PROVIDERS`
    :param index: number among the provider's devices of this kind
    """

    provider: str
    index: int


def places(probe: ProbeResult, cuda_devices: int) -> Mapping[str, tuple[Place, ...]]:
    """
    Return unit -> the devices of providers that it stands for, the first one to be preferred.

    CUDA's devices come first among GPUs, since ``gpu0`` is what TensorRT calls so, too; those that
    only another provider sees follow. All CPU cores stand for the one CPU of a provider, as
    ``cpu``.

    :param cuda_devices: number of devices that the CUDA driver sees
    """
    found: dict[str, list[Place]] = {}
    others = cuda_devices
    npus = 0
    for name in PROVIDERS:
        counts: dict[str, int] = {}
        for device in _devices(probe, name):
            kind = device['kind']
            index = counts[kind] = counts.get(kind, -1) + 1
            if kind == 'cpu':
                unit = 'cpu'
            elif kind == 'npu':
                unit, npus = f'npu{npus}', npus + 1
            elif name in ('tensorrt', 'cuda'):
                unit = f'gpu{index}'
            else:
                unit, others = f'gpu{others}', others + 1
            found.setdefault(unit, []).append(Place(name, index))
    return {unit: tuple(devices) for unit, devices in found.items()}


def _devices(probe: ProbeResult, name: str) -> list[dict[str, Any]]:
    told = probe.facts.get(name, {})
    devices = told.get('devices', []) if isinstance(told, dict) else []
    return [one for one in devices if one.get('kind') in PROVIDERS[name].kinds]


def place_for(found: Mapping[str, tuple[Place, ...]], unit: Unit, wanted: str) -> Place | None:
    """
    Return the device of a provider for a unit; ``None`` if it has none.

    :param wanted: name of a provider; empty for the first of the unit
    """
    name = 'cpu' if unit.kind == 'cpu' else unit.name
    return next((one for one in found.get(name, ()) if wanted in ('', one.provider)), None)


def reason_of(probe: ProbeResult, name: str) -> str:
    """Return in one line why a provider cannot be used; empty when it can."""
    provider = PROVIDERS[name]
    if not provider.installed:
        return f'is not installed: {provider.advice}'
    told = probe.facts.get(name)
    if not isinstance(told, dict):
        return probe.reason or 'was not looked at'
    reason = str(told.get('reason', ''))
    if not reason:
        return ''
    return _explained(reason, provider.advice)


def _explained(reason: str, advice: str) -> str:
    """Return a reason without ONNX Runtime's codes; with what to do about a wrong version."""
    plain = re.sub(r'^\[ONNXRuntimeError\] : \d+ : \w+ : ', '', reason)
    wanted = re.search(r'requires ORT >= (1\.\d+)|API version \[?(\d+)\]? is not available', plain)
    if wanted is None:
        return plain
    least = wanted[1] or f'1.{wanted[2]}'
    return f"{plain} (pip install 'onnxruntime>={least},<2', or an older release of it: {advice})"
