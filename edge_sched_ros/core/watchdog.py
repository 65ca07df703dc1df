# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a running stage counts as hung, and what its task may do after that."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.profiles import StageCost

#: doublings after which any pause has reached its maximum
_MOST_DOUBLINGS = 40
#: a stage on trial has at least the minimum limit divided by this
_TRIAL_SHARE = 10


@dataclass(frozen=True, slots=True)
class Watchdog:
    """
    The time limit of stages, and the limits of tasks whose stages exceed it.

    :param factor: factor on the longest run so far
    :param floor_ns: minimum limit, also used while nothing is known
    :param pause_ns: how long a task starts nothing after a hung call; doubled with every further
        one
    :param max_pause_ns: maximum of that pause; hung calls further apart are not in a row
    :param max_abandoned: number of threads that may be left in hung calls at the same time
    """

    factor: float = 20.0
    floor_ns: int = 2_000_000_000
    pause_ns: int = 1_000_000_000
    max_pause_ns: int = 60_000_000_000
    max_abandoned: int = 4

    def limit_ns(self, cost: StageCost | None) -> int:
        """Return the time after which the unit counts as hung, in nanoseconds."""
        if cost is None:
            return self.floor_ns
        limit_ns = round(self.factor * cost.worst_ns)
        return limit_ns if limit_ns > self.floor_ns else self.floor_ns

    def trial_limit_ns(self, deadline_ns: int) -> int:
        """
        Return the time limit of a stage whose task has hung several times in a row.

        It takes its unit from other tasks, so it does not get the patience of a first time.

        :param deadline_ns: of the task, relative
        """
        return max(2 * deadline_ns, self.floor_ns // _TRIAL_SHARE)

    def pause_after_ns(self, hangs: int) -> int:
        """Return the pause after so many hung calls in a row (at least one), in nanoseconds."""
        pause_ns: int = self.pause_ns << min(hangs - 1, _MOST_DOUBLINGS)
        return min(pause_ns, self.max_pause_ns)
