# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What led a policy to a decision, in words."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.scores import MAP_SCORE
from edge_sched_ros.core.scores import PLAN_COST
from edge_sched_ros.core.scores import SLACK_NS
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import Scored

_WORDS = {
    MAP_SCORE: 'scores, the greatest first',
    SLACK_NS: 'slack in ms',
    PLAN_COST: 'costs of plans that start now',
}


def scores_text(
    scores: Scored | None, jobs: Mapping[int, JobLife], job: int, unit: str = ''
) -> str:
    """
    Return what a policy compared, as it prefers it, with a job among it; empty if it told none.

    :param jobs: all jobs by number, for the names of their tasks
    :param unit: where the job was started; empty if it was not
    """
    if scores is None:
        return ''
    own = [one for one in scores['options'] if _is_of(one, job)]
    own.sort(key=lambda one: [job, unit] not in one[1])
    others = [one for one in scores['options'] if not _is_of(one, job)]
    few = own[:2] + others[:2]
    shown = [one for one in scores['options'] if any(one is other for other in few)]
    told = [_option(scores['of'], number, pairs, jobs) for number, pairs in shown]
    return f'{_WORDS.get(scores["of"], scores["of"])}: {"; ".join(told)}'


def _is_of(option: tuple[float, list[tuple[int, str]]], job: int) -> bool:
    return any(number == job for number, _ in option[1])


def _option(
    of: str, number: float, pairs: list[tuple[int, str]], jobs: Mapping[int, JobLife]
) -> str:
    value = f'{number / 1e6:.1f}' if of == SLACK_NS else f'{number:.4g}'
    named = []
    for job, unit in pairs:
        task = f'{jobs[job].task} ' if job in jobs else ''
        named.append(f'{task}{job}{f" on {unit}" if unit else ""}')
    return f'{", ".join(named) or "nothing now"} {value}'
