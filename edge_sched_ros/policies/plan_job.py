# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs of a plan, the ways to run them, and where the plan puts them."""

from __future__ import annotations

from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.policies.paths import Leg


class Option:
    """
    One way to run the rest of a job.

    :param legs: its units in order, and the time on each
    :param total_ns: its time without waits
    :param energy: share of the energy of the worst placement
    :param lack: share of the best accuracy that its variant lacks
    :param variant: its variant
    :param deviation: standard deviation of its end, as a share of the time until then
    """

    __slots__ = ('deviation', 'energy', 'lack', 'legs', 'total_ns', 'variant')

    def __init__(
        self,
        legs: tuple[Leg, ...],
        total_ns: int,
        energy: float,
        lack: float,
        variant: VariantSpec,
        deviation: float,
    ) -> None:
        self.legs = legs
        self.total_ns = total_ns
        self.energy = energy
        self.lack = lack
        self.variant = variant
        self.deviation = deviation


class PlanJob:
    """
    A job in the search.

    :param key: identifies it for the caller
    :param ready_ns: earliest start
    :param deadline_ns: latest end
    :param latest_ns: latest start (a newer frame then takes its place)
    :param miss: cost of a miss
    :param least_ns: the least time of its options; computed from them by default
    :param energy_cost: cost of the energy of the worst placement
    :param accuracy_cost: cost of a result without any accuracy
    :param chance: factor on the costs of its options
    :param follow_ns: latest end for the jobs after it
    :param follow_soft_ns: time before that from which the cost rises
    :param follow_miss: cost of missing that time
    """

    __slots__ = (
        'accuracy_cost', 'chance', 'deadline_ns', 'energy_cost', 'follow_miss', 'follow_ns',
        'follow_soft_ns', 'frames', 'key', 'latest_ns', 'least_ns', 'lost_by_ns', 'miss',
        'options', 'ready_ns',
    )  # fmt: skip

    def __init__(
        self,
        key: int,
        ready_ns: int,
        deadline_ns: int,
        latest_ns: int,
        miss: float,
        options: tuple[Option, ...],
        *,
        least_ns: int | None = None,
        energy_cost: float = 1.0,
        accuracy_cost: float = 1.0,
        chance: float = 1.0,
        follow_ns: int = 0,
        follow_soft_ns: int = 1,
        follow_miss: float = 0.0,
    ) -> None:
        self.key = key
        self.ready_ns = ready_ns
        self.deadline_ns = deadline_ns
        self.latest_ns = latest_ns
        self.miss = miss
        self.options = options
        self.least_ns = least_of(options) if least_ns is None else least_ns
        self.energy_cost = energy_cost
        self.accuracy_cost = accuracy_cost
        self.chance = chance
        self.follow_ns = follow_ns
        self.follow_soft_ns = follow_soft_ns
        self.follow_miss = follow_miss
        #: mean time until this many newer frames come, of a source without rhythm, the last of
        #: which takes its place; 0 if none does
        self.lost_by_ns = 0
        self.frames = 1

    def end_before(self, latest_ns: int, soft_ns: int, miss: float) -> None:
        """
        Set the latest end for a job that waits for this one, if no other is more urgent.

        :param soft_ns: time before that from which the cost rises
        :param miss: cost of missing that time
        """
        if self.follow_miss and self.follow_ns <= latest_ns:
            return
        if latest_ns - soft_ns < self.deadline_ns:
            self.follow_ns, self.follow_soft_ns, self.follow_miss = latest_ns, soft_ns, miss

    def cost_of(self, option: Option) -> float:
        """Return the cost of running it this way on time."""
        cost = self.energy_cost * option.energy
        return cost + self.accuracy_cost * option.lack

    def risk(self, wait_ns: int) -> float:
        """
        Return about how likely newer frames take its place while it waits.

        As often as of random arrivals for one frame and short waits, and never certain.
        """
        share: float = wait_ns / (wait_ns + self.lost_by_ns)
        return share if self.frames == 1 else share**self.frames

    @property
    def due_ns(self) -> int:
        """The end from which it, or a job after it, is late."""
        if self.follow_miss and self.follow_ns < self.deadline_ns:
            return self.follow_ns
        return self.deadline_ns


class Placement:
    """A job of the plan with its option and start."""

    __slots__ = ('begin_ns', 'job', 'option')

    def __init__(self, job: PlanJob, option: Option, begin_ns: int) -> None:
        self.job = job
        self.option = option
        self.begin_ns = begin_ns


def least_of(options: tuple[Option, ...]) -> int:
    """Return the least time of options; 0 without any."""
    return min([option.total_ns for option in options]) if options else 0
