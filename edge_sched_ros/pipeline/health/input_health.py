# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Problems with the stamps of an input: a line for people, values for machines."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.pipeline.health.rates import Rates
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.inputs.stamp_age import CLOCK_LAGS
from edge_sched_ros.pipeline.inputs.stamp_age import FUTURE
from edge_sched_ros.pipeline.inputs.stamp_age import NO_CLOCK
from edge_sched_ros.pipeline.inputs.stamp_age import UNRELATED
from edge_sched_ros.pipeline.inputs.stamp_order import EQUAL

#: the age of frames leaves no time for a result
OLD = 'old_frames'


@dataclass(frozen=True, slots=True)
class StampProblem:
    """
    A problem with the stamps of a topic.

    :param kind: short code
    :param text: for people; does not name the topic
    """

    kind: str
    text: str


def stamp_problem(topic: str, status: Status, rates: Rates) -> StampProblem | None:
    """Return the most serious problem with a topic's stamps over a period, if any."""
    doubts = rates.doubts[topic]
    if doubts.get(UNRELATED):
        text = 'stamps are unrelated to this clock: more than an hour apart'
        return StampProblem(UNRELATED, f'{text} (use_sim_time?); ages are taken as 0')
    ahead_ms = status.inputs[topic].ages.ahead_ns / 1e6
    if doubts.get(FUTURE):
        return StampProblem(
            FUTURE,
            f'stamps lie {ahead_ms:.0f} ms in the future: the clock of their source is ahead of '
            'this one; ages are taken as 0',
        )
    if doubts.get(CLOCK_LAGS):
        return StampProblem(
            CLOCK_LAGS,
            f'stamps lie {ahead_ms:.0f} ms ahead of /clock (use_sim_time): it arrives late or '
            f'too rarely, or the frames are not from its simulator or bag; ages are taken as 0',
        )
    # the first frames may arrive before the first /clock
    if doubts.get(NO_CLOCK) and rates.age_ns[topic] is None:
        return StampProblem(
            NO_CLOCK, 'use_sim_time is true, but /clock has no messages; ages are taken as 0'
        )
    return _old(topic, status, rates) or _equal(doubts.get(EQUAL, 0))


def _old(topic: str, status: Status, rates: Rates) -> StampProblem | None:
    """Return the problem when the age of the frames alone exceeds deadlines."""
    age_ns = rates.age_ns[topic]
    if age_ns is None:
        return None
    late = [
        f'{task.name} ({task.deadline_ns / 1e6:g} ms)'
        for task in status.tasks
        if task.enabled and task.name in status.feeds.get(topic, ()) and age_ns >= task.deadline_ns
    ]
    if not late:
        return None
    return StampProblem(
        OLD,
        f'frames are {age_ns / 1e6:.0f} ms old when they come, which is all of the deadline of '
        f'{", ".join(late)}: the clock of their source is behind this one, or their transport is '
        f'slow',
    )


def _equal(count: int) -> StampProblem | None:
    if not count:
        return None
    return StampProblem(
        EQUAL, f'{count} frames had the same stamp as the frame before: they are used, with age 0'
    )


def age_values(account: InputAccount, mean_ns: float | None) -> dict[str, str]:
    """Return the ages of an input's frames and the number of unusable stamps, as texts."""
    values = {}
    if account.ages.last_ns is not None:
        values['age_ms'] = f'{account.ages.last_ns / 1e6:.1f}'
        values['age_max_ms'] = f'{account.ages.max_ns / 1e6:.1f}'
    if mean_ns is not None:
        values['age_mean_ms'] = f'{mean_ns / 1e6:.1f}'
    return values | {f'unknown_age_{why}': str(n) for why, n in account.ages.doubts.items()}
