# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames were answered in time, and how old the newest answer was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
_NS_PER_MS = 1e6


@dataclass(frozen=True, slots=True)
class Sent:
    """
    What the cameras sent.

    :param stamps: per camera, nanoseconds
    :param late_p99_ms: how late after their due time the latest hundredth was
    """

    stamps: tuple[Times, ...]
    late_p99_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """
    What came on one topic, in order of arrival, nanoseconds.

    :param stamps: of the frames answered
    :param sent: when the answers were published
    :param received: when they arrived at the observer
    """

    stamps: Times
    sent: Times
    received: Times


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    One task over one measured window.

    :param frames: sent to it
    :param on_time: answered before their deadline
    :param response_ms: of every frame that was answered at all, from its stamp
    :param age_ms: of the newest answer, sampled
    """

    frames: int
    on_time: int
    response_ms: NDArray[np.float64]
    age_ms: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """
    Which frames of every camera count: by number, since their times waver.

    :param first: number of the first
    :param count: how many
    :param seconds: how long they take
    """

    first: int
    count: int
    seconds: float

    def of(self, stamps: Times) -> Times:
        """Return the stamps that count."""
        return stamps[self.first : self.first + self.count]


def window_of(rate_hz: float, warm_up_s: float, measured_s: float) -> Window:
    """Return the window after a warm-up, in whole frames."""
    count = max(1, round(measured_s * rate_hz))
    return Window(round(warm_up_s * rate_hz), count, count / rate_hz)


def outcome(stamps: Times, heard: Heard, *, window: Window, deadline_ms: float) -> Outcome:
    """
    Return what became of one task's frames.

    :param stamps: of all frames its camera sent
    """
    frames = window.of(stamps)
    answered, first = np.unique(heard.stamps, return_index=True)
    known = np.isin(answered, frames)
    response_ms = (heard.received[first[known]] - answered[known]) / _NS_PER_MS
    span_ns = (int(frames[0]), int(frames[-1])) if len(frames) else (0, 0)
    return Outcome(
        frames=len(frames),
        on_time=int(np.count_nonzero(response_ms <= deadline_ms)),
        response_ms=response_ms,
        age_ms=ages_ms(heard, span_ns),
    )


def ages_ms(heard: Heard, span_ns: tuple[int, int], step_ms: float = 2.0) -> NDArray[np.float64]:
    """
    Return how old the newest answer is, seen every so often through a span of time.

    Before the first answer it is as old as if one had come of a frame taken when the span began.
    """
    begin_ns, end_ns = span_ns
    when = np.arange(begin_ns, end_ns, round(step_ms * _NS_PER_MS), dtype=np.int64)
    order = np.argsort(heard.received, kind='stable')
    newest = np.maximum.accumulate(heard.stamps[order]) if len(order) else heard.stamps
    last = np.searchsorted(heard.received[order], when, side='right') - 1
    stamps = np.where(last >= 0, newest[np.maximum(last, 0)] if len(newest) else 0, begin_ns)
    return np.maximum(when - stamps, 0) / _NS_PER_MS
