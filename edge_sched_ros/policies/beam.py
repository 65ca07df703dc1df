# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bounded search for a good schedule of a few jobs on a few units."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from collections.abc import Sequence
from heapq import nsmallest
from operator import itemgetter
from typing import Any

from edge_sched_ros.policies.choices import Choice
from edge_sched_ros.policies.choices import choices_of
from edge_sched_ros.policies.choices import Scale
from edge_sched_ros.policies.plan_job import Option
from edge_sched_ros.policies.plan_job import Placement
from edge_sched_ros.policies.plan_job import PlanJob

#: floors of costs are sums in another order, so they may be this much too high
_ROUNDING = 1 + 1e-9
#: number of schedules that are told at most: most of the others differ in what comes later
_MOST_TOLD = 16


#: cost with pressure; place among all, which decides between equal costs; cost; of each unit start
#: and end of the longest gap before its last job, and the end of that job; and the chain of
#: (previous chain, job, option, start)
_State = tuple[float, int, float, list[int], Any]


class _Searched:
    """An order of jobs with the states after each of them."""

    __slots__ = ('order', 'steps')

    def __init__(self, order: Sequence[int], steps: list[list[_State]]) -> None:
        self.order = order
        self.steps = steps


class Ends:
    """The schedules of all jobs that a search ended with, for who asks what else there was."""

    __slots__ = ('states',)

    def __init__(self) -> None:
        self.states: list[_State] = []

    def by_cost(self, now_ns: int) -> Iterator[tuple[float, list[tuple[int, Option]]]]:
        """Yield costs of the cheapest schedules, with the jobs that begin by now."""
        for state in nsmallest(_MOST_TOLD, self.states, key=itemgetter(2)):
            chain, found = state[4], list[tuple[int, Option]]()
            while chain is not None:
                chain, job, option, begin_ns = chain
                if begin_ns <= now_ns:
                    found.append((job.key, option))
            yield state[2], found


def search(
    jobs: Sequence[PlanJob],
    orders: Sequence[Sequence[int]],
    free_ns: Sequence[int],
    scale: Scale,
    ends: Ends | None = None,
) -> tuple[float, list[Placement]]:
    """
    Return the cost and the jobs of the cheapest schedule found; other jobs are dropped.

    Jobs are taken in each of the given orders; each is put on one of its units, after the last job
    or into the gap before it, or dropped. The ``width`` cheapest partial schedules are continued.
    What an order has in common with an earlier one is not searched again.

    :param orders: indices of all jobs, at least one order
    :param free_ns: per unit, the time when it is free
    :param ends: takes the schedules that the search ended with
    """
    if ends is not None:
        ends.states = []
    begin: list[_State] = [(0.0, 0, 0.0, [free for free in free_ns for _ in range(3)], None)]
    choices = [choices_of(job, scale) for job in jobs]
    done: list[_Searched] = []
    best: _State | None = None
    for order in orders:
        steps = _common_steps(order, done)
        if len(steps) == len(order) and done:
            continue
        for index in order[len(steps) :]:
            states = steps[-1] if steps else begin
            steps.append(_extend(states, jobs[index], choices[index], scale))
        done.append(_Searched(order, steps))
        last = steps[-1] if steps else begin
        if ends is not None:
            ends.states += last
        found = _cheapest(last)
        if best is None or found[2] < best[2]:
            best = found
    assert best is not None
    return best[2], _unwind(best[4])


def _common_steps(order: Sequence[int], done: list[_Searched]) -> list[list[_State]]:
    """Return the steps that an order begins with as one that is done."""
    longest: list[list[_State]] = []
    for other in done:
        same = 0
        while same < len(order) and order[same] == other.order[same]:
            same += 1
        if same > len(longest):
            longest = other.steps[:same]
    return longest


def _cheapest(states: list[_State]) -> _State:
    best = states[0]
    for state in states:
        if state[2] < best[2] or (state[2] == best[2] and state[0] < best[0]):
            best = state
    return best


def _extend(
    states: list[_State], job: PlanJob, choices: list[Choice], scale: Scale
) -> list[_State]:
    """
    Return the cheapest schedules with one more job, in order of cost if some are left out.

    A choice is left out without a look where even its floor is too high.
    """
    width, pressure, miss = scale.width, scale.pressure, job.miss
    ready_ns, latest_ns, step = job.ready_ns, job.latest_ns, 1 + len(job.options)
    grown: list[_State] = []
    worst = limit = float('inf')
    some_left, place = False, 0
    for pressed, _, cost, units, chain in states:
        for choice in choices:
            if pressed + choice.floor > limit:
                break  # so are all that follow
            option, slots, after = choice.option, units, chain
            if option is None:
                added, total = miss, pressed + miss
            else:
                slots, begin_ns, end_ns = units.copy(), -1, ready_ns
                for leg in choice.legs:
                    start_ns, end_ns = put(slots, leg, end_ns)
                    if begin_ns < 0:
                        begin_ns = start_ns
                if begin_ns > latest_ns:
                    continue
                added = choice.added if end_ns == choice.end_ns else choice.added_at(end_ns)
                if job.lost_by_ns and begin_ns > ready_ns:
                    added += (miss - added) * job.risk(begin_ns - ready_ns)
                if added >= miss:
                    continue
                total = pressed + added + pressure * option.total_ns
                after = (chain, job, option, begin_ns)
            if len(grown) == width:
                some_left = True
                limit = worst * _ROUNDING
                if total > worst:
                    continue
            insort(grown, (total, place + choice.place, cost + added, slots, after))
            if len(grown) > width:
                grown.pop()
            if len(grown) == width:
                worst = grown[-1][0]
                if some_left:
                    limit = worst * _ROUNDING
        place += step
    if not some_left:
        grown.sort(key=itemgetter(1))
    return grown


def put(units: list[int], leg: tuple[int, int, int], ready_ns: int) -> tuple[int, int]:
    """
    Put a leg on a unit, and return its start and end.

    :param units: three numbers each, see ``_State``; changed here
    :param leg: index of the unit's first number, time, time of the first stage
    """
    at, length_ns, piece_ns = leg
    gap_begin, gap_end, free = units[at], units[at + 1], units[at + 2]
    begin_ns = gap_begin if gap_begin > ready_ns else ready_ns
    end_ns = begin_ns + length_ns
    if end_ns <= gap_end:
        # into the gap; the longer rest of it stays
        if begin_ns - gap_begin > gap_end - end_ns:
            units[at + 1] = begin_ns
        else:
            units[at] = end_ns
        return begin_ns, end_ns
    if piece_ns < length_ns and begin_ns + piece_ns <= gap_end:
        # some of its stages before the jobs already placed, the others after them
        pieces = (gap_end - begin_ns) // piece_ns
        units[at + 1] = begin_ns
        units[at + 2] = free + length_ns - pieces * piece_ns
        return begin_ns, units[at + 2]
    begin_ns = free if free > ready_ns else ready_ns
    if begin_ns - free > gap_end - gap_begin:
        units[at] = free
        units[at + 1] = begin_ns
    units[at + 2] = begin_ns + length_ns
    return begin_ns, begin_ns + length_ns


def _unwind(chain: Any) -> list[Placement]:
    found: list[Placement] = []
    while chain is not None:
        chain, job, option, begin_ns = chain
        found.append(Placement(job, option, begin_ns))
    found.reverse()
    return found
