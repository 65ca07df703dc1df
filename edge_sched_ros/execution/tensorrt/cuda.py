# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CUDA through pycuda, or what has its names: contexts, streams and buffers."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensorrt.held import HeldPool
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import Target

#: TensorRT's limit of loadables at a time on one DLA core
MAX_LOADABLES = 16


@contextmanager
def pushed(primary: Any) -> Iterator[None]:
    """Make a context current on this thread within; contexts are a matter of each thread."""
    primary.push()
    try:
        yield
    except BaseException as error:
        # its frames hold objects that can only be freed while the context is current
        _forget_locals(error)
        raise
    finally:
        primary.pop()
        # a traceback keeps this frame
        del primary


def _forget_locals(error: BaseException | None) -> None:
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


class Buffer:
    """
    Memory of a tensor on the device and, page-locked, on the host; of its largest size.

    Only to be made and freed with the context current.

    :param size: in elements
    """

    def __init__(self, drv: Any, size: int, dtype: Any) -> None:
        self.host: NDArray[Any] | None = drv.pagelocked_empty(max(size, 1), dtype)
        assert self.host is not None
        self.allocation: Any = drv.mem_alloc(self.host.nbytes)

    def free(self) -> None:
        """Free both."""
        self.allocation.free()
        self.allocation = self.host = None


@dataclass(slots=True)
class UnitSession:
    """
    What all networks on one unit share: a context and one stream.

    :param primary: the device's primary context, or the green context of a part of it
    :param held: memory for tensors between segments
    :param loadables: of its networks, on a DLA core
    """

    target: Target
    drv: Any
    primary: Any
    stream: Any
    held: HeldPool
    users: int = 0
    loadables: int = 0

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make the context current on this thread within."""
        with pushed(self.primary):
            yield


@dataclass(slots=True)
class Sessions:
    """
    The sessions of a process: opened with a unit's first network, closed with its last.

    :param part_context: returns the context of a unit that is a part of a GPU; else ``None``
    """

    part_context: Callable[[str, Any], Any | None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: dict[str, UnitSession] = field(default_factory=dict)

    def open(self, target: Target, drv: Any, *, loadables: int, where: str) -> UnitSession:
        """
        Return the session of a unit for one more network.

        :param loadables: DLA parts of the network's engine
        :raises ConfigError: when the DLA core cannot hold them beside what it holds
        """
        with self._lock:
            session = self._open.get(target.name)
            held = session.loadables if session else 0
            if target.kind == DLA and held + loadables > MAX_LOADABLES:
                raise ConfigError(
                    where,
                    f'{target.name} holds {held} loadables and can hold {MAX_LOADABLES} at a '
                    f'time, this engine has {loadables}: move a network to another unit',
                )
            if session is None:
                session = self._open[target.name] = self._start(target, drv)
            session.users += 1
            session.loadables += loadables
            return session

    def close(self, session: UnitSession, *, loadables: int) -> None:
        """Take a network's share back; the last one frees the stream, then the context."""
        with self._lock:
            session.users -= 1
            session.loadables -= loadables
            if session.users:
                return
            del self._open[session.target.name]
            with session.active():
                session.held.close()
                session.stream = None
            session.primary = None

    def _start(self, target: Target, drv: Any) -> UnitSession:
        part = self.part_context(target.name, drv) if self.part_context is not None else None
        primary = self._primary_of(target.device_index, drv) if part is None else part
        with pushed(primary):
            held = HeldPool(drv, primary, target.device_index)
            return UnitSession(target, drv, primary, drv.Stream(), held)

    def _primary_of(self, device_index: int, drv: Any) -> Any:
        """Return the device's primary context, which TensorRT uses; never one of its own."""
        for session in self._open.values():
            if session.target.device_index == device_index:
                return session.primary
        return primary_context(drv, device_index)


@contextmanager
def device_current(drv: Any, device_index: int) -> Iterator[None]:
    """
    Make a device's primary context current on this thread within, and keep nothing of it.

    :raises ConfigError: when there is no such device
    """
    primary = primary_context(drv, device_index)
    try:
        with pushed(primary):
            yield
    finally:
        del primary


def primary_context(drv: Any, device_index: int) -> Any:
    """
    Retain the primary context of a device; dropping it gives it back.

    :raises ConfigError: when there is no such device
    """
    count = drv.Device.count()
    if device_index >= count:
        raise ConfigError(f'gpu{device_index}', f'there are {count} CUDA devices, from 0')
    device = drv.Device(device_index)
    return device.retain_primary_context()
