# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a job can be given in a search, with what it costs at least: the cheapest first."""

from __future__ import annotations

from math import exp

from edge_sched_ros.policies.plan_job import Option
from edge_sched_ros.policies.plan_job import PlanJob


class Scale:
    """
    The numbers of one search.

    :param now_ns: present time
    :param width: number of partial schedules that are continued
    :param pressure: cost per nanosecond of used units, which keeps room for future jobs
    :param haste: cost of using all the time to a deadline, in misses: early jobs are safe from
        unforeseen delays
    """

    __slots__ = ('haste', 'now_ns', 'pressure', 'width')

    def __init__(self, *, now_ns: int, width: int, pressure: float, haste: float) -> None:
        self.now_ns = now_ns
        self.width = width
        self.pressure = pressure
        self.haste = haste


class Choice:
    """
    An option of a job, or to drop it.

    :param place: its place among all, which decides between equal costs
    :param option: ``None`` to drop the job
    """

    __slots__ = (
        '_haste',
        '_job',
        '_now_ns',
        'added',
        'end_ns',
        'floor',
        'legs',
        'option',
        'place',
    )

    def __init__(self, job: PlanJob, place: int, option: Option | None, scale: Scale) -> None:
        self._job = job
        self._now_ns = scale.now_ns
        self._haste = scale.haste
        self.place = place
        self.option = option
        #: for each leg three times its unit, its time, and the time of its first stage
        self.legs: list[tuple[int, int, int]] = []
        #: end without any wait, the cost beside what is used of units then, and the least cost
        self.end_ns = job.ready_ns
        self.added = self.floor = job.miss
        if option is not None:
            for leg in option.legs:
                self.legs.append((3 * leg.unit, leg.length_ns, leg.piece_ns))
                self.end_ns += leg.length_ns
            self.added = self.added_at(self.end_ns)
            self.floor = self.added + scale.pressure * option.total_ns

    def added_at(self, end_ns: int) -> float:
        """
        Return what the option costs if it ends at a time: the more, the later; a miss if late.

        The risk of being late is the logistic curve closest to the normal distribution.
        """
        job, option = self._job, self.option
        late = end_ns - job.deadline_ns
        if option is None or late > 0:
            return job.miss
        miss = job.miss
        added = job.cost_of(option) * job.chance
        ahead = end_ns - self._now_ns
        sigma = option.deviation * ahead
        if sigma and late > -4 * sigma:
            added += miss / (1 + exp(-1.702 * late / sigma))
        if ahead:
            added += self._haste * miss * (ahead / (ahead - late)) ** 8
        if job.follow_miss:
            room = job.follow_ns - end_ns
            if room < job.follow_soft_ns:
                added += job.follow_miss * min(1.0, 1 - room / job.follow_soft_ns)
        return added


def _by_floor(choice: Choice) -> float:
    return choice.floor


def choices_of(job: PlanJob, scale: Scale) -> list[Choice]:
    """Return the choices for a job, without options that are no better than dropping it."""
    found = [Choice(job, 0, None, scale)]
    for place, option in enumerate(job.options, 1):
        choice = Choice(job, place, option, scale)
        if choice.added < job.miss:
            found.append(choice)
    found.sort(key=_by_floor)
    return found
