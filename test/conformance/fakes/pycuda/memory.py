# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Device memory, and host memory that is page-locked and knows what is under way in it."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np

from pycuda import faults

#: device allocations in use, by address
allocations: dict[int, DeviceAllocation] = {}
#: how many page-locked arrays were ever made
pagelocked_made = 0
#: numpy functions that only look at what an array is, never at its values
_HARMLESS = {'shape', 'ndim', 'size'}
_addresses = count(0x7F00_0000_0000, 0x1000_0000)


class DeviceAllocation:
    """Memory of the device; whoever uses it after ``free`` is dead."""

    def __init__(self, size: int) -> None:
        self.address = next(_addresses)
        self.data = np.full(size, 0xAB, np.uint8)
        #: execution contexts that were given the address
        self.users: set[int] = set()
        allocations[self.address] = self

    def __int__(self) -> int:
        return self.address

    def free(self) -> None:
        if allocations.pop(self.address, None) is None:
            raise faults.SegfaultError('freed twice')
        if self.users:
            faults.found.append('device memory freed before the execution context that uses it')


def at(address: int) -> DeviceAllocation:
    """Return the allocation at an address."""
    if address not in allocations:
        raise faults.SegfaultError(f'{address:#x} is no device memory (any more)')
    return allocations[address]


class Block:
    """A page-locked block, shared by all views of it."""

    def __init__(self) -> None:
        #: copies under way; reading or writing before they ended is a race
        self.pending = 0


class HostArray(np.ndarray):
    """A page-locked array: using its values while a copy is under way raises."""

    block: Block | None = None

    def __array_finalize__(self, other: Any) -> None:
        self.block = getattr(other, 'block', None)

    def _check(self) -> None:
        if self.block is not None and self.block.pending:
            raise faults.SegfaultError('host memory used before the stream was synchronised')

    def plain(self) -> np.ndarray:
        """Return the values without checks."""
        return self.view(np.ndarray)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*map(_checked, inputs), **kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func.__name__ in _HARMLESS:
            return func(*(a.plain() if isinstance(a, HostArray) else a for a in args), **kwargs)
        return func(*map(_checked, args), **kwargs)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._check()
        self.plain()[key] = value

    def copy(self, order: str = 'C') -> np.ndarray:
        self._check()
        return self.plain().copy(order)

    def tobytes(self, order: str = 'C') -> bytes:
        self._check()
        return self.plain().tobytes(order)

    def astype(self, *args: Any, **kwargs: Any) -> np.ndarray:
        self._check()
        return self.plain().astype(*args, **kwargs)


def _checked(value: Any) -> Any:
    if isinstance(value, HostArray):
        value._check()
        return value.plain()
    return value


def pagelocked(shape: Any, dtype: Any) -> HostArray:
    """Return a page-locked array with rubbish in it."""
    global pagelocked_made
    pagelocked_made += 1
    array = np.empty(shape, dtype).view(HostArray)
    array.plain().view(np.uint8)[...] = 0xCD
    array.block = Block()
    return array
