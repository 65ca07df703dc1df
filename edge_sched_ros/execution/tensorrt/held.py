# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors between two segments that stay on the device, and the memory they use in turn."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray


class HeldTensor:
    """
    A tensor on a device. Its memory is used again when nobody refers to it any more.

    :param pool: the pool that its memory belongs to
    """

    def __init__(
        self, pool: HeldPool, allocation: Any, shape: tuple[int, ...], dtype: np.dtype[Any]
    ) -> None:
        self._pool = pool
        self.allocation = allocation
        self.shape = shape
        self.dtype = dtype
        self.nbytes = math.prod(shape) * dtype.itemsize

    @property
    def device_index(self) -> int:
        """The CUDA device that holds it."""
        return self._pool.device_index

    def numpy(self) -> NDArray[Any]:
        """Return a copy in host memory; any thread may ask for it."""
        return self._pool.to_host(self)

    def __del__(self) -> None:
        """Give the memory back; this does not call CUDA while the pool is open."""
        self._pool.give_back(self.nbytes, self.allocation)


class HeldPool:
    """
    Device memory for tensors between segments, of the networks of one unit.

    Copies to the host have a stream of their own: in the unit's stream they would wait for the
    segment that it runs next.

    :param drv: pycuda's driver module
    :param primary: the device's primary context
    """

    def __init__(self, drv: Any, primary: Any, device_index: int) -> None:
        self.device_index = device_index
        self._drv, self._primary = drv, primary
        #: made with the first tensor
        self._stream: Any = None
        self._done: Any = None
        #: size in bytes -> memory that is not in use
        self._free: dict[int, list[Any]] = {}
        #: size in bytes -> page-locked memory for copies
        self._host: dict[int, NDArray[Any]] = {}
        #: tensors alive
        self._out = 0
        self._closed = False
        # a tensor may end while its thread is in here
        self._lock = threading.RLock()

    def take(self, shape: tuple[int, ...], dtype: str) -> HeldTensor:
        """Return a tensor with any content; the context must be current."""
        kind = np.dtype(dtype)
        size = math.prod(shape) * kind.itemsize
        with self._lock:
            drv = self._drv
            if self._stream is None:
                flags = drv.event_flags
                self._stream = drv.Stream()
                self._done = drv.Event(int(flags.BLOCKING_SYNC) | int(flags.DISABLE_TIMING))
            free = self._free.setdefault(size, [])
            allocation = free.pop() if free else drv.mem_alloc(max(size, 1))
            self._out += 1
        return HeldTensor(self, allocation, shape, kind)

    def give_back(self, nbytes: int, allocation: Any) -> None:
        """Keep memory for the next tensor of its size; free it when the pool is closed."""
        with self._lock:
            self._out -= 1
            if not self._closed:
                self._free.setdefault(nbytes, []).append(allocation)
                return
            with self._active():
                allocation.free()
            if not self._out:
                self._primary = None

    def to_host(self, held: HeldTensor) -> NDArray[Any]:
        """
        Return a copy of a tensor in host memory.

        :raises RuntimeError: after the pool was closed
        """
        with self._lock, self._active():
            if self._closed:
                raise RuntimeError('the networks of this tensor are closed')
            drv, host = self._drv, self._host.get(held.nbytes)
            if host is None:
                host = drv.pagelocked_empty(max(held.nbytes, 1), np.uint8)
                self._host[held.nbytes] = host
            drv.memcpy_dtoh_async(host, held.allocation, self._stream)
            self._done.record(self._stream)
            self._done.synchronize()
            copied: NDArray[Any] = host.copy()
        return copied[: held.nbytes].view(held.dtype).reshape(held.shape)

    def close(self) -> None:
        """Free what is not in use; the rest is freed with its tensors. The context is current."""
        with self._lock:
            self._closed = True
            for allocations in self._free.values():
                for allocation in allocations:
                    allocation.free()
            self._free.clear()
            self._host.clear()
            self._stream = self._done = None
            if not self._out:
                self._primary = None

    @contextmanager
    def _active(self) -> Iterator[None]:
        self._primary.push()
        try:
            yield
        finally:
            self._primary.pop()
