# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which of a node's threads use CPU time, by what they are for."""

from __future__ import annotations

from benchmarks.side_by_side.accounts import procfs

#: what kinds of threads there are
MAIN, WORKERS, DDS, OTHERS = 'executor', 'workers', 'dds', 'intake_and_others'


def by_kind(pid: int, before: dict[int, int], after: dict[int, int]) -> dict[str, float]:
    """
    Return CPU milliseconds between two readings of ``procfs.thread_ns`` by kind of thread.

    The first thread runs the ROS executor; a thread pinned to one core is a unit's worker; Fast
    DDS names its own.
    """
    found = dict.fromkeys((MAIN, WORKERS, DDS, OTHERS), 0.0)
    for thread, total_ns in after.items():
        found[_kind(pid, thread)] += (total_ns - before.get(thread, 0)) / 1e6
    return found


def _kind(pid: int, thread: int) -> str:
    if thread == pid:
        return MAIN
    if procfs.thread_name(pid, thread).startswith('dds'):
        return DDS
    cores = procfs.allowed_cores(pid, thread)
    return WORKERS if cores.isdigit() else OTHERS
