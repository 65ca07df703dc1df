# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Buffers, their locks, and views that die with them."""

from contextlib import contextmanager

import numpy as np

from vpi._backends import fail

#: what a view shows after its lock
POISON = 0xA5
#: status of lost points that the cache keeps (seen with VPI 3.2)
kept_status = {'lost': None}


class Buffer:
    """Memory of VPI: planes that may be seen only within a lock."""

    def __init__(self, planes):
        self.planes = planes
        self.locked = False
        self.pending = False
        self.stream = None

    def _visible(self):
        return self.planes

    @contextmanager
    def _lock(self, *, write):
        if self.pending:
            fail('BUFFER_LOCKED', 'a stream is using the buffer: sync first')
        if self.locked:
            fail('BUFFER_LOCKED', 'the buffer is locked already')
        self.locked = True
        memory = self._visible()
        shown = [plane.copy() for plane in memory]
        views = [plane.view() for plane in shown]
        if not write:
            for view in views:
                view.flags.writeable = False
        try:
            yield views[0] if len(views) == 1 else views
        finally:
            if write:
                for plane, changed in zip(memory, shown):
                    plane[...] = changed
            for plane in shown:
                plane.view(np.uint8)[...] = POISON
            self.locked = False

    def rlock_cpu(self):
        """Lock for reading."""
        return self._lock(write=False)

    def wlock_cpu(self):
        """Lock for writing."""
        return self._lock(write=True)

    rwlock_cpu = lock_cpu = wlock_cpu

    def cpu(self):
        """Return a copy."""
        if self.pending:
            fail('BUFFER_LOCKED', 'a stream is using the buffer: sync first')
        copies = [plane.copy() for plane in self._visible()]
        return copies[0] if len(copies) == 1 else copies


class Array(Buffer):
    """Elements; the first ``size`` of them count."""

    def __init__(self, memory, size=None):
        super().__init__([memory])
        self.capacity = len(memory)
        self._size = self.capacity if size is None else size

    def _visible(self):
        return [self.planes[0][: self._size]]

    @property
    def size(self):
        """How many elements count."""
        return self._size

    @size.setter
    def size(self, value):
        if not 0 <= value <= self.capacity:
            fail('INVALID_ARGUMENT', f'size {value} of capacity {self.capacity}')
        if self.pending:
            fail('BUFFER_LOCKED', 'a stream is using the array')
        self._size = value


def asarray(memory):
    """Wrap an array without copying."""
    if not (memory.flags.c_contiguous and memory.flags.writeable):
        fail('INVALID_ARGUMENT', 'memory must be contiguous and writeable')
    return Array(memory)


def clear_cache():
    """Forget what is cached."""
    kept_status['lost'] = None
