# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which package CUDA is called through: pycuda, or NVIDIA's cuda-core."""

from __future__ import annotations

import importlib
import os
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.cuda_core import CudaCore
from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.discovery.probes import Probes

#: environment variable that names one of them
VARIABLE = 'EDGE_SCHED_CUDA'
PYCUDA = 'pycuda'
CUDA_CORE = 'cuda-core'


def choose_binding(found: Probes) -> tuple[str, ProbeResult]:
    """
    Return the package to call CUDA through, and what its probe found.

    pycuda goes first, cuda-core where pycuda does not work; :data:`VARIABLE` overrides that.

    :raises ConfigError: when the variable names neither
    """
    results = {PYCUDA: found.pycuda, CUDA_CORE: found.cuda_core}
    wanted = os.environ.get(VARIABLE, '')
    if wanted and wanted not in results:
        raise ConfigError(VARIABLE, f"must be {' or '.join(results)}, not '{wanted}'")
    if not wanted:
        wanted = CUDA_CORE if found.cuda_core.ok and not found.pycuda.ok else PYCUDA
    return wanted, results[wanted]


def why_not_pycuda(found: Probes) -> str:
    """Return why CUDA is called through cuda-core; empty where it is not."""
    try:
        binding, result = choose_binding(found)
    except ConfigError as error:
        return str(error)
    if binding != CUDA_CORE or not result.ok:
        return ''
    reason = f'{VARIABLE} says so' if found.pycuda.ok else found.pycuda.reason
    return f'{CUDA_CORE}: {reason}'


def load_driver(binding: str = PYCUDA) -> Any:
    """
    Return the driver module of pycuda, or what has its names; initialised and with a device.

    TensorRT's objects crash the process where this fails, so it comes before them.

    :raises ConfigError: when there is no such package, no driver or no device
    """
    # read once, when the first context is made: a queue to the device for each unit's stream, as
    # NVIDIA's DLA FAQ asks of programs with several streams
    os.environ.setdefault('CUDA_DEVICE_MAX_CONNECTIONS', '32')
    try:
        drv: Any = importlib.import_module('pycuda.driver') if binding == PYCUDA else CudaCore()
    except ImportError as error:
        hint = 'pycuda, which needs the CUDA headers' if binding == PYCUDA else binding
        raise ConfigError('', f'{error} (pip install {hint})') from None
    try:
        drv.init()
        count = drv.Device.count()
    except drv.Error as error:
        raise ConfigError('', f'no CUDA driver works here: {error}') from None
    if not count:
        raise ConfigError('', 'there is no CUDA device')
    return drv
