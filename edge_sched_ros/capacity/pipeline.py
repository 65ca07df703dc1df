# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One network cut in two: its first part on one accelerator, the rest on another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_sched_ros.capacity.fcfs import waiting
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import positive
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.load import stable
from edge_sched_ros.capacity.response import GammaResponse
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Pipeline:
    """
    Two accelerators that work on different requests at the same time.

    :param first_ms: fixed time of the first part on its accelerator
    :param second_ms: fixed time of the rest on the other
    :param transition_ms: from one to the other, which keeps neither busy
    :raises ConfigError: for what no time can be
    """

    first_ms: float
    second_ms: float
    transition_ms: float = 0.0

    def __post_init__(self) -> None:
        positive('first_ms', self.first_ms)
        positive('second_ms', self.second_ms)
        if not self.transition_ms >= 0:
            raise ConfigError('transition_ms', f'must be at least 0, not {self.transition_ms:g}')

    @property
    def slowest_ms(self) -> float:
        """Return the time of the part that limits the rate."""
        return max(self.first_ms, self.second_ms)

    @property
    def highest_rate_per_s(self) -> float:
        """Return the rate that the slower accelerator can just not serve."""
        return 1e3 / self.slowest_ms


def pipelined(rate_per_s: float, pipeline: Pipeline) -> Response:
    """
    Return the response of a network that has both accelerators for itself.

    With fixed times the waits of both queues together are those of one M/D/1 with the slower
    part, in either order (Friedman 1965; confirmed by simulation in the tests):
    ``R = first + transition + second + W(max(first, second))``. Exact for Poisson arrivals and
    first come first served; where accelerators are shared with other networks use ``tandem``.

    :raises Overload: when the slower part does not keep up
    :raises ConfigError: for a rate that is not above 0
    """
    slowest = Load(rate_per_s, Service(pipeline.slowest_ms))
    stable(slowest.rate_per_ms * pipeline.slowest_ms)
    bare = pipeline.first_ms + pipeline.transition_ms + pipeline.second_ms
    return GammaResponse(np.array([bare]), [waiting([slowest])])
