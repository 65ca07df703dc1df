# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One thread per unit, pinned where the unit is a CPU core."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.units import LocalUnit

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StageWork:
    """One stage to run: what was decided, and the job's data."""

    run: Run
    context: JobContext


class UnitWorker:
    """
    Runs the stages of one unit, one after the other.

    The queue never holds more than one stage: the dispatcher starts a stage only on an idle
    unit. A worker that hangs in a native call is abandoned; its thread is a daemon.

    :param local: the unit and its core
    :param execute: runs one stage and reports its end
    """

    def __init__(self, local: LocalUnit, execute: Callable[[StageWork], None]) -> None:
        self.local = local
        self._execute = execute
        self._queue: SimpleQueue[StageWork | None] = SimpleQueue()
        #: the stage being run; it stays when the thread ends in the middle of it
        self._current: StageWork | None = None
        self._stopping = False
        self._thread = self._new_thread()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(
            target=self._loop, name=f'unit-{self.local.unit.name}', daemon=True
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def revive(self) -> StageWork | None:
        """
        Start a new thread if the present one has ended though it was not asked to.

        :returns: the stage that the ended thread was running; its end was never reported
        """
        started = self._thread.ident is not None
        if self._stopping or not started or self._thread.is_alive():
            return None
        _log.error('unit %s: its thread ended; a new one continues', self.local.unit.name)
        lost, self._current = self._current, None
        self._thread = self._new_thread()
        self._thread.start()
        return lost

    def submit(self, work: StageWork) -> None:
        """Hand over a stage; returns at once."""
        self._queue.put(work)

    def stop(self) -> None:
        """Ask the thread to end after what it runs."""
        self._stopping = True
        self._queue.put(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; return whether it ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        self.pin()
        while (work := self._queue.get()) is not None:
            self._current = work
            try:
                self._execute(work)
            except BaseException:
                # the thread must outlive SystemExit, too
                _log.exception('unit %s: a defect in the scheduler', self.local.unit.name)
            # an idle worker must not keep the last frame alive
            self._current = None
            del work

    def pin(self) -> None:
        """
        Keep the thread on its core, if it has one; any thread may ask for it, any number of times.

        A core that was switched off and on again needs it: the kernel lets the threads of a core
        that goes run anywhere, and does not take them back.
        """
        thread = self._thread.native_id
        if self.local.core is None or thread is None or not self._thread.is_alive():
            return
        try:
            os.sched_setaffinity(thread, {self.local.core})
        except OSError as error:
            _log.warning(
                'unit %s: not pinned to core %d: %s',
                self.local.unit.name,
                self.local.core,
                error,
            )
