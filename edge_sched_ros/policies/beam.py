# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bounded search for a good schedule of a handful of jobs on a handful of units."""

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
    One way to run what is left of a job.

    :param legs: the units it goes over, and how long it keeps each
    :param total_ns: its time when nothing is in the way
    :param cost: of running it this way and being on time
    :param variant: the variant that runs so
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
    A job as the search sees it.

    :param key: what the caller knows it by
    :param ready_ns: when it can start
    :param deadline_ns: when it must have ended
    :param latest_ns: when it must have started (a newer frame takes its place then)
    :param miss: cost of not being on time
    :param follow_ns: when it must have ended for those that come after it
    :param follow_soft_ns: how long before that the cost begins to rise
    :param follow_miss: cost of not being that early
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
    """A job of the plan with its option and begin."""

    job: PlanJob
    option: Option
    begin_ns: int


#: of a unit: begin and end of the longest gap before what is placed last, and when it is free then
_Slot = tuple[int, int, int]
#: cost with pressure, cost, units, chain of (chain before, job, option, begin)
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
    Return the cheapest schedule found, its cost first; jobs that are not in it are given up.

    Jobs are taken in the order given; each is put on one of its units, behind what is there or
    into the gap before it, or given up. The ``width`` cheapest partial schedules go on.

    :param free_ns: per unit, when it is free
    :param pressure: cost per nanosecond of units taken, that keeps room for jobs to come
    :param haste: cost of using up all the time to a deadline, in misses: who is early is safe from
        what nobody foresees
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
            # the logistic curve nearest to the normal distribution
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
    """Return a unit's new state with a leg on it, and the leg's begin and end."""
    gap_begin, gap_end, free = slot
    begin = gap_begin if gap_begin > ready_ns else ready_ns
    end = begin + length_ns
    if end <= gap_end:
        if begin - gap_begin > gap_end - end:
            return (gap_begin, begin, free), begin, end
        return (end, gap_end, free), begin, end
    if piece_ns < length_ns and begin + piece_ns <= gap_end:
        # some of its stages before what is placed already, the others after it
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
