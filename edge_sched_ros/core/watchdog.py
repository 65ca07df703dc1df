# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The time after which a running stage counts as hung."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.profiles import StageCost


@dataclass(frozen=True, slots=True)
class Watchdog:
    """
    The time limit of stages.

    :param factor: factor on the longest run so far
    :param floor_ns: minimum limit, also used while nothing is known
    """

    factor: float = 20.0
    floor_ns: int = 2_000_000_000

    def limit_ns(self, cost: StageCost | None) -> int:
        """Return the time after which the unit counts as hung, in nanoseconds."""
        if cost is None:
            return self.floor_ns
        limit_ns = round(self.factor * cost.worst_ns)
        return limit_ns if limit_ns > self.floor_ns else self.floor_ns
