# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Streams: what is enqueued happens when somebody waits."""

import threading

from vpi._backends import Backend
from vpi._backends import fail
from vpi._backends import names_of

_current = threading.local()


class Stream:
    """
    Work in order.

    Counts what was submitted where, in ``submitted``, for tests.
    """

    def __init__(self, backends=Backend.AVAILABLE):
        self._names = set(names_of(backends))
        self._work = []
        self._error = None
        #: (backend, operation) of everything ever submitted
        self.submitted = []

    def __enter__(self):
        self._outer = getattr(_current, 'stream', None)
        _current.stream = self
        return self

    def __exit__(self, *_):
        _current.stream = self._outer

    @staticmethod
    def current():
        """Return the thread's stream."""
        if getattr(_current, 'stream', None) is None:
            _current.stream = Stream()
        return _current.stream

    def enqueue(self, name, backend, reads, writes, work):
        """Take work on buffers; it happens at the next sync."""
        if backend not in self._names:
            fail('INVALID_OPERATION', f'{backend} is not enabled on the stream')
        self.submitted.append((backend, name))
        for buffer in (*reads, *writes):
            if buffer.locked:
                # as documented, the submission succeeds and the stream gets the error
                self._error = self._error or f'BUFFER_LOCKED: {name} on a buffer that is locked'
            if buffer.stream not in (None, self) and buffer.pending:
                fail('BUFFER_LOCKED', f'{name}: another stream is using a buffer')
        for buffer in (*reads, *writes):
            buffer.stream = self
            buffer.pending = True
        self._work.append((work, (*reads, *writes)))

    def sync(self):
        """Do everything."""
        work, self._work = self._work, []
        error, self._error = self._error, None
        for act, _ in work:
            if error is None:
                act()
        for _, buffers in work:
            for buffer in buffers:
                buffer.pending = False
                buffer.stream = None
        if error is not None:
            raise RuntimeError(f'VPI_ERROR_{error}')
