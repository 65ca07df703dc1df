# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Probe: the CUDA driver and its devices, through ctypes.

It needs neither pycuda nor a CUDA toolkit; all other parts depend on the driver.
Run by :mod:`edge_sched_ros.execution.discovery.probe`.
"""

from __future__ import annotations

import ctypes
import json
from typing import Any

# CUdevice_attribute of cuda.h
_SM_COUNT = 16
_INTEGRATED = 18
_MAJOR, _MINOR = 75, 76


class _Failed(Exception):
    pass


def _check(cuda: Any, what: str, code: int) -> None:
    if code:
        text = ctypes.c_char_p()
        cuda.cuGetErrorString(code, ctypes.byref(text))
        raise _Failed(f'{what}: {(text.value or b"").decode() or "error"} ({code})')


def _number(cuda: Any, function: str, *arguments: Any) -> int:
    value = ctypes.c_int()
    _check(cuda, function, getattr(cuda, function)(ctypes.byref(value), *arguments))
    return value.value


def _device(cuda: Any, index: int) -> dict[str, Any]:
    handle = _number(cuda, 'cuDeviceGet', index)
    name = ctypes.create_string_buffer(256)
    _check(cuda, 'cuDeviceGetName', cuda.cuDeviceGetName(name, len(name), handle))

    def attribute(number: int) -> int:
        return _number(cuda, 'cuDeviceGetAttribute', number, handle)

    return {
        'name': name.value.decode(errors='replace'),
        'compute_capability': f'{attribute(_MAJOR)}.{attribute(_MINOR)}',
        'multiprocessors': attribute(_SM_COUNT),
        'integrated': bool(attribute(_INTEGRATED)),
    }


def main() -> None:
    """Print the result."""
    try:
        cuda = ctypes.CDLL('libcuda.so.1')
    except OSError as error:
        print(json.dumps({'error': f'no CUDA driver: {error}'}))
        return
    try:
        _check(cuda, 'cuInit', cuda.cuInit(0))
        version = _number(cuda, 'cuDriverGetVersion')
        print(json.dumps({'version': f'{version // 1000}.{version % 1000 // 10}'}), flush=True)
        devices = [_device(cuda, index) for index in range(_number(cuda, 'cuDeviceGetCount'))]
    except (_Failed, AttributeError) as error:
        print(json.dumps({'error': f'the CUDA driver does not work: {error}'}))
        return
    found: dict[str, Any] = {'devices': devices}
    if not devices:
        found['error'] = 'the CUDA driver sees no device'
    print(json.dumps(found))


if __name__ == '__main__':
    main()
