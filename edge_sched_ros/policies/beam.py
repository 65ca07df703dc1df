# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bounded search for a good schedule of a few jobs on a few units."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import exp
from operator import itemgetter
from typing import Any

from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.policies.paths import Leg


@dataclass(frozen=True, slots=True)
class Option:
    """
    One way to run the rest of a job.

    :param legs: its units in order, and the time on each
    :param total_ns: its time without waits
    :param cost: cost of running it this way on time
    :param variant: its variant
    :param deviation: standard deviation of its end, as a share of the time until then
    """

    legs: tuple[Leg, ...]
    total_ns: int
    cost: float
    variant: VariantSpec
    deviation: float


@dataclass(frozen=True, slots=True)
class PlanJob:
    """
    A job in the search.

    :param key: identifies it for the caller
    :param ready_ns: earliest start
    :param deadline_ns: latest end
    :param latest_ns: latest start (a newer frame then takes its place)
    :param miss: cost of a miss
    :param follow_ns: latest end for the jobs after it
    :param follow_soft_ns: time before that from which the cost rises
    :param follow_miss: cost of missing that time
    """

    key: int
    ready_ns: int
    deadline_ns: int
    latest_ns: int
    miss: float
    options: tuple[Option, ...]
    follow_ns: int = 0
    follow_soft_ns: int = 1
    follow_miss: float = 0.0


@dataclass(frozen=True, slots=True)
class Placement:
    """A job of the plan with its option and start."""

    job: PlanJob
    option: Option
    begin_ns: int


#: of a unit: start and end of the longest gap before its last job, and the end of that job
_Slot = tuple[int, int, int]
#: cost with pressure, cost, units, chain of (previous chain, job, option, start)
_State = tuple[float, float, tuple[_Slot, ...], Any]


def search(
    jobs: list[PlanJob],
    free_ns: list[int],
    *,
    now_ns: int,
    width: int,
    pressure: float,
    haste: float,
) -> tuple[float, list[Placement]]:
    """
    Return the cost and the jobs of the cheapest schedule found; other jobs are dropped.

    Jobs are taken in the given order; each is put on one of its units, after the last job or into
    the gap before it, or dropped. The ``width`` cheapest partial schedules are continued.

    :param free_ns: per unit, the time when it is free
    :param pressure: cost per nanosecond of used units, which keeps room for future jobs
    :param haste: cost of using all the time to a deadline, in misses: early jobs are safe from
        unforeseen delays
    """
    units = tuple((free, free, free) for free in free_ns)
    states: list[_State] = [(0.0, 0.0, units, None)]
    by_cost = itemgetter(0)
    for job in jobs:
        grown: list[_State] = []
        for state in states:
            _extend(state, job, now_ns, pressure, haste, grown)
        states = heapq.nsmallest(width, grown, key=by_cost) if len(grown) > width else grown
    best = min(states, key=itemgetter(1, 0))
    return best[1], _unwind(best[3])


def _extend(
    state: _State,
    job: PlanJob,
    now_ns: int,
    pressure: float,
    haste: float,
    grown: list[_State],
) -> None:
    pressed, cost, units, chain = state
    grown.append((pressed + job.miss, cost + job.miss, units, chain))
    ready_ns, deadline_ns, miss = job.ready_ns, job.deadline_ns, job.miss
    for option in job.options:
        slots, end, first_begin = units, ready_ns, -1
        for leg in option.legs:
            index = leg.unit
            slot, begin, end = _place(slots[index], end, leg.length_ns, leg.piece_ns)
            slots = slots[:index] + (slot,) + slots[index + 1 :]
            if first_begin < 0:
                first_begin = begin
        if first_begin > job.latest_ns:
            continue
        added = option.cost
        late = end - deadline_ns
        if late > 0:
            continue
        ahead = end - now_ns
        sigma = option.deviation * ahead
        if sigma and late > -4 * sigma:
            # the logistic curve closest to the normal distribution
            added += miss / (1 + exp(-1.702 * late / sigma))
        if ahead:
            added += haste * miss * (ahead / (ahead - late)) ** 8
        if job.follow_miss:
            room = job.follow_ns - end
            if room < job.follow_soft_ns:
                added += job.follow_miss * min(1.0, 1 - room / job.follow_soft_ns)
        if added >= miss:
            continue
        grown.append(
            (
                pressed + added + pressure * option.total_ns,
                cost + added,
                slots,
                (chain, job, option, first_begin),
            )
        )


def _place(slot: _Slot, ready_ns: int, length_ns: int, piece_ns: int) -> tuple[_Slot, int, int]:
    """Return a unit's new state with a leg on it, and the leg's start and end."""
    gap_begin, gap_end, free = slot
    begin = gap_begin if gap_begin > ready_ns else ready_ns
    end = begin + length_ns
    if end <= gap_end:
        if begin - gap_begin > gap_end - end:
            return (gap_begin, begin, free), begin, end
        return (end, gap_end, free), begin, end
    if piece_ns < length_ns and begin + piece_ns <= gap_end:
        # some of its stages before the jobs already placed, the others after them
        pieces = (gap_end - begin) // piece_ns
        end = free + length_ns - pieces * piece_ns
        return (gap_begin, begin, end), begin, end
    begin = free if free > ready_ns else ready_ns
    end = begin + length_ns
    if begin - free > gap_end - gap_begin:
        return (free, begin, end), begin, end
    return (gap_begin, gap_end, end), begin, end


def _unwind(chain: Any) -> list[Placement]:
    found: list[Placement] = []
    while chain is not None:
        chain, job, option, begin_ns = chain
        found.append(Placement(job, option, begin_ns))
    found.reverse()
    return found
