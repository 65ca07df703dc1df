# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The times of the frames of a stream."""

from __future__ import annotations

import math

from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.simulation import draws
from edge_sched_ros.system.workload import Stream

# purpose of a draw; part of its key
_PHASE, _JITTER, _GAP = range(3)


class Source:
    """
    The frames of one stream, in order.

    :param seed: seed of the run
    """

    def __init__(self, name: str, stream: Stream, seed: int) -> None:
        self.name = name
        #: prefix of the keys of the stream's draws
        self._state = draws.mix(seed, draws.key_of(name))
        self._poisson = stream.arrivals == 'poisson'
        self._period_ns = stream.period_ms * NS_PER_MS
        self._jitter_ns = stream.jitter_ms * NS_PER_MS
        self._seq = 0
        if stream.phase_ms is not None:
            self._due_ns = stream.phase_ms * NS_PER_MS
        elif self._poisson:
            self._due_ns = self._gap_ns()
        else:
            self._due_ns = draws.uniform(0, _PHASE, state=self._state) * self._period_ns

    def next_ns(self) -> int:
        """Return the time of the next frame."""
        jitter = 0.0
        if self._jitter_ns:
            jitter = draws.uniform(self._seq, _JITTER, state=self._state) * self._jitter_ns
        return round(self._due_ns + jitter)

    def take(self) -> int:
        """Take the next frame and return its number."""
        seq = self._seq
        self._seq += 1
        self._due_ns += self._gap_ns() if self._poisson else self._period_ns
        return seq

    def set_period(self, period_ms: float, _now_ns: int) -> None:
        """Change the mean time between frames, after the next frame."""
        self._period_ns = period_ms * NS_PER_MS

    def _gap_ns(self) -> float:
        return -self._period_ns * math.log(draws.uniform(self._seq, _GAP, state=self._state))
