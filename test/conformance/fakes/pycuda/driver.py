# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""pycuda.driver: what a scheduler uses of it, with one thread-local stack of contexts."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any

from pycuda import faults
from pycuda import memory


class Error(Exception):
    """Base of pycuda's errors."""


class LogicError(Error):
    """A call that is wrong here, e.g. without a context."""


class MemoryError(Error):
    """Out of memory."""


device_attribute = SimpleNamespace(MULTIPROCESSOR_COUNT=16)
event_flags = SimpleNamespace(DEFAULT=0, BLOCKING_SYNC=1, DISABLE_TIMING=2)

_local = threading.local()
_handles = count(0x5000, 0x10)
_initialised = False
#: streams alive, by handle
streams: weakref.WeakValueDictionary[int, Stream] = weakref.WeakValueDictionary()
#: what the driver read when it was initialised
connections: list[str] = []
#: retained and not given back, over all devices
retained = 0


def _count() -> int:
    return int(os.environ.get('FAKE_CUDA_DEVICES', '1'))


def _stack() -> list[Context]:
    if not hasattr(_local, 'stack'):
        _local.stack = []
    return _local.stack  # type: ignore[no-any-return]


def current_context() -> Context | None:
    """Return what is current on this thread."""
    stack = _stack()
    return stack[-1] if stack else None


def current_green() -> int | None:
    """Return the number of the green context that is current; ``None`` for a primary one."""
    return getattr(current_context(), 'green', None)


def _need_same(what: int | None, call: str) -> None:
    """A stream works, and its events are recorded, in the context that they were made in."""
    if what != current_green():
        raise LogicError(f'{call} failed: invalid resource handle')


def _need_context(call: str) -> None:
    if current_context() is None:
        raise LogicError(f'{call} failed: invalid device context')


def _need_init() -> None:
    if not _initialised:
        raise LogicError('cuDeviceGetCount failed: initialization error')


def init() -> None:
    global _initialised
    if 'FAKE_CUDA_ERROR' in os.environ:
        raise Error(f'cuInit failed: {os.environ["FAKE_CUDA_ERROR"]}')
    _initialised = True
    connections.append(os.environ.get('CUDA_DEVICE_MAX_CONNECTIONS', '8'))


class Context:
    """A primary context; not current on any thread until pushed."""

    def __init__(self) -> None:
        global retained
        retained += 1

    def push(self) -> None:
        _stack().append(self)

    @staticmethod
    def pop() -> None:
        if not _stack():
            raise LogicError('context::pop failed: cannot pop non-current context')
        _stack().pop()

    @staticmethod
    def synchronize() -> None:
        raise AssertionError("waits for all streams of the device, other units' too")

    def __del__(self) -> None:
        global retained
        retained -= 1
        if streams and not retained:
            faults.found.append('context given back before its streams were')


class Device:
    def __init__(self, index: int) -> None:
        _need_init()
        if not 0 <= index < _count():
            raise LogicError('cuDeviceGet failed: invalid device ordinal')
        self._index = index

    @staticmethod
    def count() -> int:
        _need_init()
        return _count()

    def name(self) -> str:
        return os.environ.get('FAKE_DEVICE_NAME', 'Orin')

    def compute_capability(self) -> tuple[int, int]:
        return (8, 7)

    def get_attribute(self, attribute: int) -> int:
        if attribute != device_attribute.MULTIPROCESSOR_COUNT:
            raise LogicError('cuDeviceGetAttribute failed: invalid argument')
        return int(os.environ.get('FAKE_MULTIPROCESSORS', '16'))

    def retain_primary_context(self) -> Context:
        return Context()


class Stream:
    """Does nothing until somebody waits for it: what came out early would be chance."""

    def __init__(self, flags: int = 0) -> None:
        _need_context('cuStreamCreate')
        self.handle = next(_handles)
        self.queue: list[Callable[[], None]] = []
        self.green = current_green()
        streams[self.handle] = self

    def drain(self, until: int) -> None:
        work, self.queue = self.queue[:until], self.queue[until:]
        for step in work:
            step()

    def synchronize(self) -> None:
        _need_context('cuStreamSynchronize')
        self.drain(len(self.queue))

    def __del__(self) -> None:
        if self.queue:
            faults.found.append('stream destroyed with work in it')
        if current_context() is None:
            faults.found.append('stream destroyed without a context')


class Event:
    def __init__(self, flags: int = 0) -> None:
        _need_context('cuEventCreate')
        self.flags = flags
        self._green = current_green()
        self._stream: Stream | None = None
        self._until = 0

    def record(self, stream: Stream | None = None) -> Event:
        _need_context('cuEventRecord')
        if stream is None:
            raise AssertionError('the default stream waits for all others')
        _need_same(self._green, 'cuEventRecord')
        _need_same(stream.green, 'cuEventRecord')
        self._stream, self._until = stream, len(stream.queue)
        return self

    def synchronize(self) -> Event:
        _need_context('cuEventSynchronize')
        if self._stream is not None:
            self._stream.drain(self._until)
            self._until = 0
        return self

    def __del__(self) -> None:
        if current_context() is None:
            faults.found.append('event destroyed without a context')


def pagelocked_empty(shape: Any, dtype: Any, order: str = 'C', mem_flags: int = 0) -> Any:
    _need_context('cuMemHostAlloc')
    return memory.pagelocked(shape, dtype)


def mem_alloc(size: int) -> memory.DeviceAllocation:
    _need_context('cuMemAlloc')
    if size <= 0:
        raise LogicError('cuMemAlloc failed: invalid argument')
    return memory.DeviceAllocation(size)


def _check_copy(host: Any, device: Any, stream: Any) -> None:
    if not isinstance(host, memory.HostArray):
        raise AssertionError('the host memory of an asynchronous copy is not page-locked')
    if not host.flags.c_contiguous:
        raise LogicError('ndarray is not contiguous')
    if stream is None:
        raise AssertionError('the default stream waits for all others')
    if host.nbytes > memory.at(int(device)).data.size:
        raise faults.SegfaultError('copy beyond the end of device memory')


def memcpy_htod(dest: Any, src: Any) -> None:
    """Return when it is done; the memory of the host may be any."""
    _need_context('cuMemcpyHtoD')
    if not src.flags.c_contiguous:
        raise LogicError('ndarray is not contiguous')
    if src.nbytes > memory.at(int(dest)).data.size:
        raise faults.SegfaultError('copy beyond the end of device memory')
    memory.at(int(dest)).data[: src.nbytes] = src.reshape(-1).view('u1')


def memcpy_htod_async(dest: Any, src: Any, stream: Stream | None = None) -> None:
    _need_context('cuMemcpyHtoDAsync')
    _check_copy(src, dest, stream)
    src.block.pending += 1

    def copy() -> None:
        memory.at(int(dest)).data[: src.nbytes] = src.plain().reshape(-1).view('u1')
        src.block.pending -= 1

    stream.queue.append(copy)  # type: ignore[union-attr]


def memcpy_dtod_async(dest: Any, src: Any, size: int, stream: Stream | None = None) -> None:
    _need_context('cuMemcpyDtoDAsync')
    if stream is None:
        raise AssertionError('the default stream waits for all others')
    for one in (dest, src):
        if size > memory.at(int(one)).data.size:
            raise faults.SegfaultError('copy beyond the end of device memory')

    def copy() -> None:
        memory.at(int(dest)).data[:size] = memory.at(int(src)).data[:size]

    stream.queue.append(copy)


def memcpy_dtoh_async(dest: Any, src: Any, stream: Stream | None = None) -> None:
    _need_context('cuMemcpyDtoHAsync')
    _check_copy(dest, src, stream)
    dest.block.pending += 1

    def copy() -> None:
        dest.plain().reshape(-1).view('u1')[...] = memory.at(int(src)).data[: dest.nbytes]
        dest.block.pending -= 1

    stream.queue.append(copy)  # type: ignore[union-attr]
