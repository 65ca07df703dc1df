# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CUDA through NVIDIA's ``cuda.core``, with what :mod:`.cuda` uses of pycuda's driver module.

Written against cuda.core 1.2 and cuda.bindings 13.5; not run on hardware. Contexts, streams and
events are cuda.core's. Memory and copies are calls of the driver, as in pycuda: the memory pools
of cuda.core order them in a stream, and copy whole buffers only.
"""

from __future__ import annotations

import ctypes
import importlib
import threading
from collections.abc import Callable
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.brief import brief


class CudaCoreError(RuntimeError):
    """CUDA failed."""


class CudaCore:
    """
    Takes the place of the module ``pycuda.driver``.

    :raises ImportError: where ``cuda.core`` or ``cuda.bindings`` is missing
    """

    Error = CudaCoreError
    event_flags = SimpleNamespace(BLOCKING_SYNC=1, DISABLE_TIMING=2)
    device_attribute = SimpleNamespace(MULTIPROCESSOR_COUNT='multiprocessor_count')

    def __init__(self) -> None:
        self._core: Any = importlib.import_module('cuda.core')
        self._driver: Any = importlib.import_module('cuda.bindings.driver')
        #: contexts pushed on this thread
        self._pushed = threading.local()
        self.Device = _Devices(self)

    def init(self) -> None:
        """Initialise the driver."""
        self.call('cuInit', 0)

    def call(self, function: str, *arguments: Any) -> Any:
        """
        Call a function of the driver and return what it gives.

        :raises CudaCoreError: in one line, when it fails
        """
        code, *values = self.told(getattr(self._driver, function), *arguments)
        if int(code):
            _, text = self._driver.cuGetErrorString(code)
            reason = text.decode(errors='replace') if text else f'error {int(code)}'
            raise CudaCoreError(f'{function}: {reason}')
        return values[0] if values else None

    def told(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """
        Return what a function of NVIDIA's packages gives.

        :raises CudaCoreError: where it raises: the class that it raises is private
        """
        try:
            return function(*arguments, **named)
        except Exception as error:
            raise CudaCoreError(brief(error)) from None

    def device(self, index: int) -> Any:
        """Return cuda.core's object of a device, which is another one on each thread."""
        return self.told(self._core.Device, index)

    def push(self, index: int, context: Any = None) -> None:
        """
        Make a context of a device current on this thread.

        :param context: a green context; ``None`` for the primary one
        """
        self._enter(index, context)
        self._stack().append((index, context))

    def pop(self) -> None:
        """
        Go back to the context before.

        The last one stays current, since nothing minds it; of a green context, which may end, it
        is the primary context of its device.
        """
        stack = self._stack()
        index, context = stack.pop()
        if stack:
            self._enter(*stack[-1])
        elif context is not None:
            self._enter(index, None)

    def _enter(self, index: int, context: Any) -> None:
        device = self.device(index)
        # a green context replaces the one that is current, so there must be one
        self.told(device.set_current)
        if context is not None:
            self.told(device.set_current, context)

    def _stack(self) -> list[tuple[int, Any]]:
        if not hasattr(self._pushed, 'stack'):
            self._pushed.stack = []
        stack: list[tuple[int, Any]] = self._pushed.stack
        return stack

    def here(self) -> Any:
        """Return the device whose context is current on this thread."""
        stack = self._stack()
        if not stack:
            raise CudaCoreError('no context is current')
        return self.device(stack[-1][0])

    def multiprocessors(self, index: int) -> tuple[int, int, int]:
        """Return those of a device, those of its smallest part, and the step between sizes."""
        found = self.told(lambda: self._initialised(index).resources.sm)
        return int(found.sm_count), int(found.min_partition_size), int(found.coscheduled_alignment)

    def split(self, index: int, counts: Sequence[int]) -> list[Any]:
        """
        Return groups of a device's multiprocessors that do not overlap.

        :param counts: the size of each
        :raises CudaCoreError: when the driver gives no or smaller groups
        """
        options = self._core.SMResourceOptions(count=list(counts))
        groups, _ = self.told(lambda: self._initialised(index).resources.sm.split(options))
        given = [int(group.sm_count) for group in groups]
        if len(given) != len(counts) or any(have < want for have, want in zip(given, counts)):
            raise CudaCoreError(f'asked for {list(counts)} multiprocessors, given {given}')
        return list(groups)

    def green_context(self, index: int, group: Any) -> _Green:
        """Return a context that owns a group of multiprocessors."""
        options = self._core.ContextOptions(resources=[group])
        context = self.told(lambda: self._initialised(index).create_context(options))
        return _Green(self, index, context)

    def _initialised(self, index: int) -> Any:
        """Return a device whose primary context exists, which green contexts are made of."""
        device = self.device(index)
        stack = self._stack()
        if not stack:
            self.told(device.set_current)
        return device

    def Stream(self) -> _Stream:
        """Return a stream of its own."""
        return _Stream(self, self.told(self.here().create_stream))

    def Event(self, flags: int) -> _Event:
        """Return an event; it has no timing."""
        blocking = bool(flags & self.event_flags.BLOCKING_SYNC)
        options = self._core.EventOptions(blocking_sync=blocking)
        return _Event(self, self.told(self.here().create_event, options))

    def mem_alloc(self, size: int) -> _Allocation:
        """Return memory of the device."""
        return _Allocation(self, int(self.call('cuMemAlloc', size)))

    def pagelocked_empty(self, size: int, dtype: Any) -> NDArray[Any]:
        """Return a page-locked array, whose memory lives as long as any view of it."""
        kind = np.dtype(dtype)
        nbytes = size * kind.itemsize
        owner = _Pinned(self, int(self.call('cuMemAllocHost', nbytes)))
        memory: Any = (ctypes.c_uint8 * nbytes).from_address(owner.address)
        memory.owner = owner
        return np.frombuffer(memory, kind)

    def memcpy_htod(self, target: Any, array: NDArray[Any]) -> None:
        """Copy to the device, and wait."""
        self.call('cuMemcpyHtoD', int(target), array.ctypes.data, array.nbytes)

    def memcpy_htod_async(self, target: Any, array: NDArray[Any], stream: _Stream) -> None:
        """Copy page-locked memory to the device."""
        address, size = array.ctypes.data, array.nbytes
        self.call('cuMemcpyHtoDAsync', int(target), address, size, stream.handle)

    def memcpy_dtoh_async(self, array: NDArray[Any], source: Any, stream: _Stream) -> None:
        """Copy from the device into page-locked memory."""
        address, size = array.ctypes.data, array.nbytes
        self.call('cuMemcpyDtoHAsync', address, int(source), size, stream.handle)

    def memcpy_dtod_async(self, target: Any, source: Any, size: int, stream: _Stream) -> None:
        """Copy on the device."""
        self.call('cuMemcpyDtoDAsync', int(target), int(source), size, stream.handle)


class _Devices:
    """The class ``Device`` of pycuda: called with a number, it gives a device."""

    def __init__(self, cuda: CudaCore) -> None:
        self._cuda = cuda

    def __call__(self, index: int) -> _Device:
        return _Device(self._cuda, index)

    def count(self) -> int:
        """Return the number of devices."""
        return int(self._cuda.call('cuDeviceGetCount'))


class _Device:
    def __init__(self, cuda: CudaCore, index: int) -> None:
        self._cuda, self._index = cuda, index

    def name(self) -> str:
        return str(self._cuda.device(self._index).name)

    def compute_capability(self) -> tuple[int, int]:
        major, minor = self._cuda.device(self._index).compute_capability
        return int(major), int(minor)

    def get_attribute(self, attribute: str) -> int:
        return int(getattr(self._cuda.device(self._index).properties, attribute))

    def retain_primary_context(self) -> _Primary:
        return _Primary(self._cuda, self._index)


class _Primary:
    """The primary context of a device, which cuda.core retains until the process ends."""

    def __init__(self, cuda: CudaCore, index: int) -> None:
        self._cuda, self._index = cuda, index

    def push(self) -> None:
        self._cuda.push(self._index)

    def pop(self) -> None:
        self._cuda.pop()


class _Green:
    """A green context, which ends with the last reference to it."""

    def __init__(self, cuda: CudaCore, index: int, context: Any) -> None:
        self._cuda, self._index, self._context = cuda, index, context

    def push(self) -> None:
        self._cuda.push(self._index, self._context)

    def pop(self) -> None:
        self._cuda.pop()


class _Stream:
    def __init__(self, cuda: CudaCore, stream: Any) -> None:
        self._cuda, self.core = cuda, stream
        #: what TensorRT takes
        self.handle = int(stream.handle)

    def synchronize(self) -> None:
        self._cuda.told(self.core.sync)


class _Event:
    def __init__(self, cuda: CudaCore, event: Any) -> None:
        self._cuda, self._event = cuda, event

    def record(self, stream: _Stream) -> None:
        self._cuda.told(stream.core.record, self._event)

    def synchronize(self) -> None:
        self._cuda.told(self._event.sync)


class _Allocation:
    def __init__(self, cuda: CudaCore, address: int) -> None:
        self._cuda, self._address = cuda, address

    def __int__(self) -> int:
        return self._address

    def free(self) -> None:
        self._cuda.call('cuMemFree', self._address)


class _Pinned:
    """Page-locked memory, freed with the last array that views it."""

    def __init__(self, cuda: CudaCore, address: int) -> None:
        self._cuda, self.address = cuda, address

    def __del__(self) -> None:
        # a failure has nobody to be told; memory of the process ends with it
        self._cuda.call('cuMemFreeHost', self.address)
