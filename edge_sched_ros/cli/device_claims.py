# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo of several devices claims, judged by what was recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

#: a dead device is to be noticed within this time
NOTICED_S = 0.5
#: its tasks are to answer again within this time
AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """
    How a job ended.

    :param stamp_s: of its frame
    :param devices: that ran it; empty for one that never began
    """

    task: str
    stamp_s: float
    outcome: str
    reason: str
    devices: frozenset[str]

    @property
    def lost(self) -> bool:
        """Whether it has no answer."""
        return self.outcome not in ('on_time', 'late')


@dataclass(frozen=True, slots=True)
class Claim:
    """A promise and what came of it."""

    promise: str
    held: bool
    found: str


def who_did_what(jobs: Iterable[Job]) -> dict[tuple[str, str], int]:
    """Return (device, task) -> answers."""
    return dict(Counter((device, job.task) for job in jobs for device in job.devices))


def judge(
    jobs: list[Job],
    accounts: Mapping[str, Mapping[str, Any]],
    *,
    killed: str,
    noticed_s: float | None,
    period_s: float,
) -> list[Claim]:
    """
    Return every claim.

    :param accounts: of the tasks, as the coordinator keeps them
    :param killed: the device that died
    :param noticed_s: how long the coordinator took to notice
    :param period_s: between frames
    """
    ended = sorted(jobs, key=lambda job: job.stamp_s)
    return [
        _accounted(accounts),
        Claim(
            f'the death of {killed} is noticed within {NOTICED_S} s',
            noticed_s is not None and noticed_s <= NOTICED_S,
            'never' if noticed_s is None else f'{noticed_s:.2f} s',
        ),
        *(_again(ended, task, killed, period_s) for task in sorted(accounts)),
        _used_again(ended, killed),
    ]


def _accounted(accounts: Mapping[str, Mapping[str, Any]]) -> Claim:
    left = 0
    for account in accounts.values():
        lost = sum(account['dropped'].values()) + sum(account['failed'].values())
        left += account['released'] - account['on_time'] - account['late'] - lost
    released = sum(account['released'] for account in accounts.values())
    return Claim(
        'every frame is accounted for',
        left == 0 and released > 0,
        f'{released} jobs, {left} without an end',
    )


def _again(jobs: list[Job], task: str, killed: str, period_s: float) -> Claim:
    """Judge how long a task was without an answer after the last one of a dead device."""
    promise = f'{task} answers again within {AGAIN_S:.0f} s'
    own = [job for job in jobs if job.task == task]
    gap_s = 0.0
    answered = [job for job in own if not job.lost]
    for before, after in pairwise(answered):
        if killed in before.devices:
            gap_s = max(gap_s, after.stamp_s - before.stamp_s - period_s)
    lost = sum(job.lost for job in own)
    ran = any(killed in job.devices for job in own)
    held = ran and any(killed not in job.devices for job in answered) and gap_s <= AGAIN_S
    found = f'{max(0.0, gap_s):.2f} s without one, {lost} of {len(own)} frames lost in all'
    return Claim(promise, held, found)


def _used_again(jobs: list[Job], killed: str) -> Claim:
    """Judge whether a device came back: it has answers after others stood in for it."""
    turns = [killed in job.devices for job in jobs if job.devices]
    first = turns.index(True) if True in turns else len(turns)
    away = next((i for i in range(first, len(turns)) if not any(turns[i : i + 20])), None)
    back = 0 if away is None else sum(turns[away:])
    return Claim(f'{killed} is used again when it is back', back > 0, f'{back} answers since')
