# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Starts planned jobs early on units that a plan leaves idle."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Sequence

from edge_sched_ros.policies.plan_job import Placement

#: share of the spare time that jobs planned before may lose
_SHARE = 0.8


def pull_forward(
    plan: Sequence[Placement], unit: int, ready: Container[int], now_ns: int
) -> Placement | None:
    """
    Return a job that the plan puts on an idle unit later and that can start now.

    A plan has no reason to be early, but idle time is lost if something unforeseen happens. So the
    first stage of a later job runs before the jobs planned before it, as long as it takes only a
    part of their spare time.

    :param unit: index of the idle unit
    :param ready: keys of jobs that can start now
    """
    here = [place for place in plan if place.option.legs[0].unit == unit]
    here.sort(key=lambda place: place.begin_ns)
    latest_ns: float = float('inf')
    for place in here:
        ends_ns = now_ns + place.option.legs[0].piece_ns
        if place.job.key in ready and ends_ns <= latest_ns:
            return place
        latest_ns = min(latest_ns, _latest_begin_ns(place))
    return None


def _latest_begin_ns(place: Placement) -> float:
    job = place.job
    in_hand_ns = job.due_ns - place.begin_ns - place.option.total_ns
    return min(place.begin_ns + max(0.0, _SHARE * in_hand_ns), job.latest_ns)
