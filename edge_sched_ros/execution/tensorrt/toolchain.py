# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT and CUDA of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.discovery.jetpack import read_release
from edge_sched_ros.execution.discovery.module import read_module
from edge_sched_ros.execution.tensorrt import loading
from edge_sched_ros.execution.tensorrt.api import Api
from edge_sched_ros.execution.tensorrt.api import load_api
from edge_sched_ros.execution.tensorrt.drivers import choose_binding
from edge_sched_ros.execution.tensorrt.drivers import load_driver
from edge_sched_ros.execution.tensorrt.target import GPU
from edge_sched_ros.execution.tensorrt.target import Target

_UNNAMED = Target('gpu', GPU, 0)


@dataclass(frozen=True, slots=True)
class Toolchain:
    """TensorRT and CUDA, both known to work."""

    api: Api
    drv: Any


def load_toolchain() -> Toolchain:
    """
    Import what is needed, the driver first: TensorRT crashes without one.

    Nothing is imported that a probe, in a process of its own, did not survive.

    :raises ConfigError: naming what is missing
    """
    found = probes.probe_machine()
    binding, bound = choose_binding(found)
    for result in (found.cuda, bound, found.tensorrt):
        if not result.ok:
            raise ConfigError('', result.reason)
    drv = load_driver(binding)
    return Toolchain(load_api(), drv)


def device_facts(tools: Toolchain, target: Target) -> dict[str, Any]:
    """Return what of an engine's key is this machine's; the context must be current."""
    device = tools.drv.Device(target.device_index)
    attribute = tools.drv.device_attribute
    runtime = loading.make_runtime(tools.api, _UNNAMED, target.name)
    return {
        'tensorrt': tools.api.version,
        'device': str(device.name()),
        'compute_capability': '.'.join(str(part) for part in device.compute_capability()),
        'multiprocessors': int(device.get_attribute(attribute.MULTIPROCESSOR_COUNT)),
        'module': read_module().model or '',
        'l4t': read_release().l4t or '',
        'dla_cores': int(runtime.num_DLA_cores),
    }
