# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""cuda.core: devices that are other objects on each thread, and know no stack of contexts."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import SimpleNamespace

from pycuda import driver

from cuda import green
from cuda.green import Context as Context
from cuda.green import ContextOptions as ContextOptions
from cuda.green import CUDAError as CUDAError
from cuda.green import SMResourceOptions as SMResourceOptions

__version__ = '1.2.2'
_local = threading.local()


@dataclass
class EventOptions:
    timing_enabled: bool = False
    blocking_sync: bool = False
    ipc_enabled: bool = False


class _Handle:
    """What the driver knows a stream by; an integer only when it is asked to be one."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __int__(self) -> int:
        return self._number


class Device:
    """The same object for every call on one thread, and another one on the next."""

    def __new__(cls, device_id: int) -> Device:
        known = _local.__dict__.setdefault('devices', {})
        if device_id not in known:
            if not 0 <= device_id < driver.Device.count():
                raise ValueError(f'device_id must be within [0, {driver.Device.count()})')
            known[device_id] = super().__new__(cls)
            known[device_id]._start(device_id)
        return known[device_id]

    def _start(self, number: int) -> None:
        self._number, self._thread, self._current = number, threading.get_ident(), False

    def _check(self) -> None:
        if threading.get_ident() != self._thread:
            raise AssertionError('a device of another thread')
        if not self._current:
            raise CUDAError(f'Device {self._number} is not yet initialized')

    def set_current(self, ctx: Context | None = None) -> None:
        if threading.get_ident() != self._thread:
            raise AssertionError('a device of another thread')
        if ctx is None:
            self._current = True
            # it replaces what is current: there is nothing to pop
            driver._stack()[:] = [SimpleNamespace(device=self._number, green=None)]
            return
        if not isinstance(ctx, Context):
            raise TypeError('a context is needed')
        if ctx.device != self._number:
            raise RuntimeError('the context is of another device')
        if not driver._stack():
            raise CUDAError('CUDA_ERROR_INVALID_CONTEXT: there is none to pop')
        driver._stack()[:] = [SimpleNamespace(device=self._number, green=ctx.token)]

    @property
    def resources(self) -> SimpleNamespace:
        return SimpleNamespace(sm=green.whole(self._number))

    def create_context(self, options: ContextOptions) -> Context:
        self._check()
        return Context(self._number, options)

    def create_stream(self) -> Stream:
        self._check()
        return Stream()

    def create_event(self, options: EventOptions) -> Event:
        self._check()
        return Event(options)

    @property
    def name(self) -> str:
        return driver.Device(self._number).name()

    @property
    def compute_capability(self) -> tuple[int, int]:
        return driver.Device(self._number).compute_capability()

    @property
    def properties(self) -> SimpleNamespace:
        count = driver.Device(self._number).get_attribute(16)
        return SimpleNamespace(multiprocessor_count=count)


class Stream:
    def __init__(self) -> None:
        self._stream = driver.Stream()

    @property
    def handle(self) -> _Handle:
        return _Handle(self._stream.handle)

    def sync(self) -> None:
        self._stream.synchronize()

    def record(self, event: Event) -> Event:
        event.event.record(self._stream)
        return event


class Event:
    def __init__(self, options: EventOptions) -> None:
        assert options.blocking_sync, 'a waiting thread spins on a core that others could use'
        assert not options.timing_enabled
        self.event = driver.Event()

    def sync(self) -> None:
        self.event.synchronize()
