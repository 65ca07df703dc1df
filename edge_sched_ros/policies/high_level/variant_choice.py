# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The best variant that makes the deadline, for policies that know when a job ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import TypeVar

from edge_sched_ros.core.policy import PolicyParameter

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView

_T = TypeVar('_T')

HYSTERESIS = PolicyParameter(
    'hysteresis', 0.1, 0.0, 0.9,
    'Share of the time left that a heavier variant must leave free after a lighter one ran.',
)  # fmt: skip


class VariantChoice:
    """
    Tries the variants of a job's network, the best first.

    As ``policies.variant_choice`` does on one device, but with the end of the job as its policy
    works it out, instead of a sum of what waits.

    :param hysteresis: share of the time left, 0..1
    """

    def __init__(self, hysteresis: float) -> None:
        self._hysteresis = hysteresis
        #: task -> which of its variants ran last
        self._level: dict[str, int] = {}

    def of(
        self,
        job: FleetJob,
        view: HighLevelView,
        sketch: Callable[[FleetJob, FleetTask, HighLevelView], tuple[int, _T] | None],
    ) -> tuple[int, _T] | None:
        """
        Return what ``sketch`` says of the best variant that is in time, or of the first to end.

        :param sketch: returns when the job would end with a variant of its task, and how;
            ``None`` when no device can run that
        """
        choices = view.choices[job.task]
        if len(choices) == 1:
            return sketch(job, choices[0], view)
        before, slack_ns = self._level.get(job.task, 0), job.deadline_ns - view.now_ns
        first: tuple[int, _T] | None = None
        level = 0
        for number, task in enumerate(choices):
            found = sketch(job, task, view)
            if found is None:
                continue
            if first is None or found[0] < first[0]:
                first, level = found, number
            room_ns = slack_ns * (1 - self._hysteresis) if number < before else slack_ns
            if found[0] - view.now_ns <= room_ns:
                first, level = found, number
                break
        self._level[job.task] = level
        return first
