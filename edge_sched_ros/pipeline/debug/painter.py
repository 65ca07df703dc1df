# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A thread that makes debug pictures of the newest answers, only while somebody looks."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from contextlib import suppress

from edge_sched_ros.execution.jobs import JobEnd

#: how often the painter looks whether somebody looks
_LOOK_S = 0.5
#: niceness of its thread: answers go first
_NICE = 10


class Painter:
    """
    Paints the newest answer of each task on a thread of its own.

    Whoever ends jobs only leaves them here, and does nothing while nobody looks. Answers that come
    faster than they are painted replace each other.

    :param wanted: returns the tasks whose pictures somebody looks at; called on the thread
    :param paint: takes the newest answer of a task, and reason -> frames without an answer since
        the one before; called on the thread
    :param failed: takes the error of either
    :param hz: maximum rate of pictures of a task
    """

    def __init__(
        self,
        wanted: Callable[[], frozenset[str]],
        paint: Callable[[JobEnd, Mapping[str, int]], None],
        failed: Callable[[BaseException], None],
        *,
        hz: float,
    ) -> None:
        self._look, self._paint, self._failed = wanted, paint, failed
        self._pause_s = 1.0 / hz
        #: the tasks that are looked at; replaced, never changed
        self.wanted: frozenset[str] = frozenset()
        self._latest: dict[str, JobEnd] = {}
        self._missed: dict[str, Counter[str]] = {}
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; after a stop a new one."""
        self._stopping.clear()
        self._latest, self._missed = {}, {}
        self._thread = threading.Thread(target=self._run, name='debug_images', daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what it has not painted is left out."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def finish(self) -> None:
        """Paint what has been left here, then end the thread."""
        self.stop()
        self._paint_latest()

    def offer(self, end: JobEnd) -> None:
        """Leave the end of a job; from any thread."""
        if end.task not in self.wanted:
            return
        with self._changed:
            if end.result is None:
                self._missed.setdefault(end.task, Counter())[end.reason] += 1
            else:
                self._latest[end.task] = end
                self._changed.notify()

    def _run(self) -> None:
        with suppress(OSError):
            # of this thread alone: Linux has niceness by thread
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while not self._stopping.is_set():
            self._guarded(self._update)
            with self._changed:
                if not self._latest and not self._stopping.is_set():
                    self._changed.wait(_LOOK_S)
            if not self._stopping.is_set() and self._paint_latest():
                self._stopping.wait(self._pause_s)

    def _paint_latest(self) -> bool:
        """Return whether there was anything to paint."""
        with self._changed:
            latest, self._latest = self._latest, {}
            missed = {task: self._missed.pop(task, Counter()) for task in latest}
        for task, end in latest.items():
            self._guarded(self._paint, end, missed[task])
        return bool(latest)

    def _update(self) -> None:
        wanted = self._look()
        if wanted != self.wanted:
            self.wanted = wanted
            with self._changed:
                # neither answers nor misses from before somebody looked again
                self._latest = {k: v for k, v in self._latest.items() if k in wanted}
                self._missed = {k: v for k, v in self._missed.items() if k in wanted}

    def _guarded(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            call(*arguments)
        except BaseException as error:
            # results of own code may raise anything
            self._failed(error)
