# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""cuda.bindings.driver: every call returns a code first, and raises nothing."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import numpy as np
from pycuda import driver
from pycuda import faults
from pycuda import memory

#: page-locked memory in use, by address
pinned: dict[int, np.ndarray] = {}
#: copies under way, by address of the page-locked memory
pending: dict[int, int] = {}
_TEXTS = {1: 'invalid argument', 100: 'no device', 201: 'invalid device context'}


class CUresult(int):
    """A code; 0 is success."""


class CUdeviceptr:
    def __init__(self, address: int) -> None:
        self._address = address

    def __int__(self) -> int:
        return self._address


_GOOD = CUresult(0)
_NO_CONTEXT = CUresult(201)


def _context() -> CUresult:
    return _GOOD if driver.current_context() is not None else _NO_CONTEXT


def cuInit(flags: int) -> tuple[CUresult]:
    if 'FAKE_CUDA_ERROR' in os.environ:
        return (CUresult(100),)
    driver.init()
    return (_GOOD,)


def cuGetErrorString(code: CUresult) -> tuple[CUresult, bytes | None]:
    text = _TEXTS.get(int(code))
    return (_GOOD, text.encode()) if text else (CUresult(1), None)


def cuDeviceGetCount() -> tuple[CUresult, int]:
    return _GOOD, driver.Device.count()


def cuMemAlloc(size: int) -> tuple[CUresult, CUdeviceptr | None]:
    if _context():
        return _NO_CONTEXT, None
    if size <= 0:
        return CUresult(1), None
    return _GOOD, CUdeviceptr(memory.DeviceAllocation(size).address)


def cuMemFree(address: int) -> tuple[CUresult]:
    if _context():
        return (_NO_CONTEXT,)
    memory.at(address).free()
    return (_GOOD,)


def cuMemAllocHost(size: int) -> tuple[CUresult, int | None]:
    if _context():
        return _NO_CONTEXT, None
    memory.pagelocked_made += 1
    array = np.full(size, 0xCD, np.uint8)
    pinned[array.ctypes.data] = array
    return _GOOD, array.ctypes.data


def cuMemFreeHost(address: int) -> tuple[CUresult]:
    if pending.get(address):
        raise faults.SegfaultError('page-locked memory freed while a copy is under way')
    if pinned.pop(address, None) is None:
        raise faults.SegfaultError('page-locked memory freed twice')
    return (_context(),)


def _block(address: int, size: int) -> int:
    """Return where the page-locked memory begins that holds this."""
    for start, array in pinned.items():
        if start <= address and address + size <= start + array.size:
            return start
    raise AssertionError('the host memory of an asynchronous copy is not page-locked')


def _device(address: int, size: int) -> np.ndarray:
    data = memory.at(address).data
    if size > data.size:
        raise faults.SegfaultError('copy beyond the end of device memory')
    return data[:size]


def _host(address: int, size: int) -> np.ndarray:
    return np.frombuffer((ctypes.c_uint8 * size).from_address(address), np.uint8)


def _queue(handle: Any) -> list[Any]:
    if not handle:
        raise AssertionError('the default stream waits for all others')
    return driver.streams[handle].queue


def cuMemcpyHtoD(target: int, source: int, size: int) -> tuple[CUresult]:
    _device(target, size)[...] = _host(source, size)
    return (_context(),)


def cuMemcpyHtoDAsync(target: int, source: int, size: int, stream: int) -> tuple[CUresult]:
    block = _block(source, size)
    _device(target, size)
    pending[block] = pending.get(block, 0) + 1

    def copy() -> None:
        _device(target, size)[...] = _host(source, size)
        pending[block] -= 1

    _queue(stream).append(copy)
    return (_context(),)


def cuMemcpyDtoHAsync(target: int, source: int, size: int, stream: int) -> tuple[CUresult]:
    block = _block(target, size)
    _device(source, size)
    pending[block] = pending.get(block, 0) + 1

    def copy() -> None:
        _host(target, size)[...] = _device(source, size)
        pending[block] -= 1

    _queue(stream).append(copy)
    return (_context(),)


def cuMemcpyDtoDAsync(target: int, source: int, size: int, stream: int) -> tuple[CUresult]:
    for one in (target, source):
        _device(one, size)
    _queue(stream).append(
        lambda: _device(target, size).__setitem__(slice(None), _device(source, size))
    )
    return (_context(),)
