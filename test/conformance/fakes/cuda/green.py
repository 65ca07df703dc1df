# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""cuda.core's green contexts, by the rules of NVIDIA's driver API for them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from pycuda import driver
from pycuda import faults

#: of compute capability 8.x: the smallest part, and the step between sizes
LEAST, STEP = 4, 2
#: token -> multiprocessors, of the contexts alive
alive: dict[int, frozenset[int]] = {}


class CUDAError(Exception):
    """Of a module that is private."""


@dataclass
class SMResourceOptions:
    count: int | Sequence[int] | None = None
    backfill: bool = False


class SMResource:
    """Multiprocessors of a device: all of them, or a group."""

    def __init__(self, device: int, numbers: frozenset[int], *, group: bool) -> None:
        self.device, self.numbers, self.group = device, numbers, group
        self.sm_count = len(numbers)
        self.min_partition_size, self.coscheduled_alignment = LEAST, STEP

    def split(self, options: SMResourceOptions) -> tuple[list[SMResource], SMResource]:
        if self.group:
            raise CUDAError('CUDA_ERROR_INVALID_RESOURCE_TYPE: a group cannot be split again')
        left = sorted(self.numbers)
        groups = []
        assert not isinstance(options.count, int) and options.count is not None
        for count in options.count:
            if count < LEAST or count % STEP or count > len(left):
                raise CUDAError(f'CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION: {count}')
            groups.append(SMResource(self.device, frozenset(left[:count]), group=True))
            left = left[count:]
        return groups, SMResource(self.device, frozenset(left), group=True)


def whole(device: int) -> SMResource:
    """Return all multiprocessors of a device."""
    if 'FAKE_NO_GREEN' in os.environ:
        raise RuntimeError(os.environ['FAKE_NO_GREEN'])
    count = driver.Device(device).get_attribute(16)
    return SMResource(device, frozenset(range(count)), group=False)


@dataclass
class ContextOptions:
    resources: Sequence[SMResource]


class Context:
    """A green context; not current on any thread by itself."""

    _tokens = iter(range(1, 1 << 30))

    def __init__(self, device: int, options: ContextOptions) -> None:
        (resource,) = options.resources
        if not isinstance(resource, SMResource) or resource.device != device:
            raise CUDAError('CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION: of another device')
        taken = frozenset().union(*alive.values()) if alive else frozenset()
        if resource.numbers & taken:
            faults.found.append('two green contexts share multiprocessors')
        self.device, self.token = device, next(self._tokens)
        alive[self.token] = resource.numbers

    def __del__(self) -> None:
        token = getattr(self, 'token', None)
        if token is None:
            return
        del alive[token]
        if any(stream.green == token for stream in driver.streams.values()):
            faults.found.append('green context ended before its streams')
        if driver.current_green() == token:
            faults.found.append('green context ended while it was current')
