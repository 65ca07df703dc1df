# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes real-time settings of this process back, for a node that is configured again without."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from collections.abc import Collection
from dataclasses import dataclass

from edge_sched_ros.execution.realtime import Measure


@dataclass(frozen=True, slots=True)
class ProcessBefore:
    """
    How a process was scheduled before its settings for real time.

    :param policy: of its main thread, e.g. ``SCHED_OTHER``
    :param priority: its priority by that policy
    :param cores: that it could use
    """

    policy: int
    priority: int
    cores: frozenset[int]


def process_now() -> ProcessBefore:
    """Return how this process is scheduled."""
    main = os.getpid()
    return ProcessBefore(
        os.sched_getscheduler(main),
        os.sched_getparam(main).sched_priority,
        frozenset(os.sched_getaffinity(main)),
    )


def undo_realtime(before: ProcessBefore, measures: Collection[Measure]) -> None:
    """
    Take back what is in force, for all threads; what cannot be taken back stays.

    :param measures: what came of the settings
    """
    done = {measure.name for measure in measures if measure.done}
    if 'realtime_priority' in done:
        param = os.sched_param(before.priority)
        _of_each_thread(lambda thread: os.sched_setscheduler(thread, before.policy, param))
    if 'lock_memory' in done:
        ctypes.CDLL(None).munlockall()
    if 'isolated_cores' in done:
        _of_each_thread(lambda thread: _leave_cores(thread, before.cores))


def _leave_cores(thread: int, cores: frozenset[int]) -> None:
    # a thread that is pinned to one of the others has nothing left, and ends with its unit
    if left := os.sched_getaffinity(thread) & cores:
        os.sched_setaffinity(thread, left)


def _of_each_thread(change: Callable[[int], None]) -> None:
    for name in os.listdir('/proc/self/task'):
        try:
            change(int(name))
        except OSError:
            continue  # it has ended meanwhile, or may not be changed
