# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a policy that waits for what is overdue waits before it looks again."""

from __future__ import annotations

from edge_sched_ros.core.view import View

#: finer than a driver's timer is, so that a shorter wait only costs looks
_LEAST_NS = 20_000


def least_wait_ns(view: View) -> int:
    """
    Return the shortest wait before the next look, in nanoseconds.

    A plan takes an overdue stage to end now, and an overdue frame to come now. While a call hangs
    or a camera is late, that moves on with every look, and a plan may be to wait for a stage of a
    few nanoseconds. A wait in proportion to what is overdue keeps looks few.
    """
    overdue_ns = 0
    for unit in view.units.values():
        for run in unit.running.values():
            overdue_ns = max(overdue_ns, view.now_ns - run.due_ns)
    for name in view.tasks:
        overdue_ns = max(overdue_ns, _overdue_frame_ns(view, name))
    return max(_LEAST_NS, overdue_ns // 4)


def _overdue_frame_ns(view: View, task: str) -> int:
    """Return by how much a task's next frame is overdue; 0 if its stream may have ended."""
    last_ns = view.accounts[task].last_release_ns
    if last_ns is None or view.tasks[task].after:
        return 0
    period_ns = view.period_ns(task)
    overdue_ns = view.now_ns - last_ns - period_ns
    return overdue_ns if 0 < overdue_ns <= period_ns else 0
