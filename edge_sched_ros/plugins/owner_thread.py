# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
One thread for each package of engines or preprocessors, for all calls outside of jobs.

Such a package may make a driver's context current on the thread that imports it, and needs it
again to load and to free. Whoever calls waits only so long.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from edge_sched_ros.plugins.bounded_call import BoundedCall
from edge_sched_ros.plugins.bounded_call import HungCallError
from edge_sched_ros.plugins.interrupts import StopAskedError

_T = TypeVar('_T')


class OwnerThread:
    """
    Makes calls one after the other; it is started with the first.

    :param name: of the thread
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._name = name
        self._thread: threading.Thread | None = None
        #: the last call that nobody waits for any more
        self._late: BoundedCall | None = None

    def call(self, what: str, function: Callable[[], _T], limit_s: float) -> _T:
        """
        Return what a function returns there.

        :param what: the call in words, for messages
        :param limit_s: how long it is waited for, seconds
        :raises HungCallError: when it, or the one before, does not return in time
        :raises StopAskedError: when the process is asked to end during a long wait
        :raises BaseException: what it raised
        """
        if threading.current_thread() is self._thread:
            return function()
        with self._lock:
            if self._late is not None and not self._late.returned:
                raise self._late.hung
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
                self._thread.start()
        call = BoundedCall(
            what, function, limit_s, whose=self._name.removeprefix('own-'), start=self._calls.put
        )
        try:
            result: _T = call.result()
        except (HungCallError, StopAskedError):
            self._late = call
            raise
        return result

    def _loop(self) -> None:
        while True:
            self._calls.get()()


_owners: dict[str, OwnerThread] = {}
_owners_lock = threading.Lock()


def owner_of(module: str) -> OwnerThread:
    """Return the thread of the package that a module belongs to."""
    package = module.partition('.')[0]
    with _owners_lock:
        if package not in _owners:
            _owners[package] = OwnerThread(f'own-{package}')
        return _owners[package]
