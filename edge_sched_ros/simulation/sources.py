# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The times of the frames of a stream."""

from __future__ import annotations

import math

from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.simulation import draws
from edge_sched_ros.system.workload import Stream

# purpose of a draw; part of its key
_PHASE, _JITTER, _GAP, _END = range(4)
#: mean number of frames in a burst, and the part of the mean time between them
_BURST, _APART = 4, 0.25
#: mean pause after a burst, in mean times: so many that the mean time between frames is kept
_PAUSE = _BURST - (_BURST - 1) * _APART
#: least time between sporadic frames, as a part of the mean time
_LEAST = 0.5


class Source:
    """
    The frames of one stream, in order.

    :param seed: seed of the run
    """

    def __init__(self, name: str, stream: Stream, seed: int) -> None:
        self.name = name
        #: prefix of the keys of the stream's draws
        self._state = draws.mix(seed, draws.key_of(name))
        self._arrivals = stream.arrivals
        self._period_ns = stream.period_ms * NS_PER_MS
        self._jitter_ns = stream.jitter_ms * NS_PER_MS
        self._seq = 0
        if stream.phase_ms is not None:
            self._due_ns = stream.phase_ms * NS_PER_MS
        elif self._arrivals != 'periodic':
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
        self._due_ns += self._gap_ns()
        return seq

    def set_period(self, period_ms: float, _now_ns: int) -> None:
        """Change the mean time between frames, after the next frame."""
        self._period_ns = period_ms * NS_PER_MS

    def _gap_ns(self) -> float:
        period_ns, arrivals = self._period_ns, self._arrivals
        if arrivals == 'periodic':
            return period_ns
        random_ns = -period_ns * math.log(draws.uniform(self._seq, _GAP, state=self._state))
        if arrivals == 'poisson':
            return random_ns
        if arrivals == 'sporadic':
            return _LEAST * period_ns + (1 - _LEAST) * random_ns
        if draws.uniform(self._seq, _END, state=self._state) >= 1 / _BURST:
            return _APART * period_ns
        return _APART * period_ns + (_PAUSE - _APART) * random_ns
