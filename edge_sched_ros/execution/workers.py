# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One thread per unit, pinned where the unit is a CPU core."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from collections.abc import Set
from queue import SimpleQueue

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.record import record
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.units import LocalUnit

_log = logging.getLogger(__name__)


@record
class StageWork:
    """One stage to run: what was decided, and the job's data."""

    run: Run
    context: JobContext


class _Thread:
    """
    One thread of a unit, with its own queue.

    :param execute: runs one stage and reports its end
    """

    def __init__(self, name: str, execute: Callable[[StageWork], None]) -> None:
        self.queue: SimpleQueue[StageWork | None] = SimpleQueue()
        #: the stage being run; it stays when the thread ends in the middle of it
        self.current: StageWork | None = None
        self._execute = execute
        self.thread = threading.Thread(target=self._loop, name=f'unit-{name}', daemon=True)

    def _loop(self) -> None:
        while (work := self.queue.get()) is not None:
            self.current = work
            try:
                self._execute(work)
            except BaseException:
                # the thread must outlive SystemExit, too
                _log.exception('unit %s: a defect in the scheduler', work.run.unit)
            # an idle worker must not keep the last frame alive
            self.current = None
            del work


class UnitWorker:
    """
    Runs the stages of one unit, one after the other.

    The queue never holds more than one stage: the dispatcher starts a stage only on an idle
    unit. A thread that hangs in a native call is abandoned; it is a daemon.

    :param local: the unit and its core
    :param execute: runs one stage and reports its end
    """

    def __init__(self, local: LocalUnit, execute: Callable[[StageWork], None]) -> None:
        self.local = local
        self._execute = execute
        self._stopping = False
        self._now = _Thread(local.unit.name, execute)
        self._abandoned: list[threading.Thread] = []

    @property
    def abandoned(self) -> list[threading.Thread]:
        """The abandoned threads that are still in their calls."""
        self._abandoned = [thread for thread in self._abandoned if thread.is_alive()]
        return list(self._abandoned)

    def start(self) -> None:
        """Start the thread."""
        self._now.thread.start()
        self.pin()

    def replace(self) -> None:
        """
        Abandon the thread in the call that it is in, and go on with a new one.

        The abandoned thread reports the end of that call and then ends. It may run on any core.

        :raises RuntimeError: when the system has no thread left; nothing has changed then
        """
        new = _Thread(self.local.unit.name, self._execute)
        new.thread.start()
        old, self._now = self._now, new
        old.queue.put(None)
        self._abandoned = [*self.abandoned, old.thread]
        self.pin()
        if self.local.core is not None:
            self._move(old.thread, os.sched_getaffinity(os.getpid()))

    def revive(self) -> StageWork | None:
        """
        Start a new thread if the present one has ended though it was not asked to.

        :returns: the stage that the ended thread was running; its end was never reported
        """
        thread = self._now.thread
        if self._stopping or thread.ident is None or thread.is_alive():
            return None
        _log.error('unit %s: its thread ended; a new one continues', self.local.unit.name)
        lost = self._now.current
        # what is queued stays so
        new = _Thread(self.local.unit.name, self._execute)
        new.queue = self._now.queue
        self._now = new
        self.start()
        return lost

    def submit(self, work: StageWork) -> None:
        """Hand over a stage; returns at once."""
        self._now.queue.put(work)

    def is_wanted(self) -> bool:
        """Whether a stage waits for the thread."""
        return not self._now.queue.empty()

    def stop(self) -> None:
        """Ask the thread to end after what it runs."""
        self._stopping = True
        self._now.queue.put(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; return whether it ended."""
        self._now.thread.join(timeout_s)
        return not self._now.thread.is_alive()

    @property
    def thread(self) -> threading.Thread:
        """The present thread."""
        return self._now.thread

    def pin(self) -> None:
        """
        Keep the thread on its core, if it has one; any thread may ask for it, any number of times.

        A core that was switched off and on again needs it: the kernel lets the threads of a core
        that goes run anywhere, and does not take them back.
        """
        if self.local.core is not None:
            self._move(self._now.thread, {self.local.core})

    def _move(self, thread: threading.Thread, cores: Set[int]) -> None:
        if thread.native_id is None or not thread.is_alive():
            return
        try:
            os.sched_setaffinity(thread.native_id, cores)
        except OSError as error:
            named = ', '.join(map(str, sorted(cores)))
            _log.warning('unit %s: not pinned to core %s: %s', self.local.unit.name, named, error)
