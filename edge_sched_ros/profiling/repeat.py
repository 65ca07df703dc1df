# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Repeats a measurement until its median is precise enough."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic
from typing import TypeVar

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.profiling.statistics import CONFIDENCE
from edge_sched_ros.profiling.statistics import summarise
from edge_sched_ros.profiling.statistics import Summary
from edge_sched_ros.profiling.statistics import TOO_SHORT_MS

Key = TypeVar('Key', bound=Hashable)

#: factor on the number of runs between checks of the interval
_GROWTH = 1.15


@dataclass(frozen=True, slots=True)
class Limits:
    """
    When a measurement ends.

    :param share: half width of the median's confidence interval, as a share of the median
    :param min_runs: minimum number of runs, unless the time is up; below 100 the 99th percentile
        is the longest run
    :param max_runs: maximum number of runs
    :param max_s: time after which no run starts
    :param warm_up: number of runs that do not count
    """

    share: float = 0.02
    min_runs: int = 100
    max_runs: int = 5000
    max_s: float = 20.0
    warm_up: int = 5

    def __post_init__(self) -> None:
        """Check them."""
        if not 0 < self.share < 1:
            raise ConfigError('share', f'must be above 0 and below 1, not {self.share:g}')
        if not 1 <= self.min_runs <= self.max_runs:
            raise ConfigError('min_runs', f'must be from 1 to max_runs, not {self.min_runs}')
        if self.max_s <= 0:
            raise ConfigError('max_s', f'must be above 0, not {self.max_s:g}')


@dataclass(frozen=True, slots=True)
class Repeated(Generic[Key]):
    """
    The results of repetitions.

    :param summaries: summaries by name of the measured part
    :param sure: whether all medians have the required precision
    """

    summaries: Mapping[Key, Summary]
    sure: bool


def repeat(
    sample: Callable[[], Mapping[Key, float]],
    limits: Limits,
    *,
    clock_ns: Callable[[], int] = time.monotonic_ns,
    progress: Callable[[float], None] = lambda _share: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Repeated[Key]:
    """
    Repeat a run until the medians of all its times are precise enough, or a limit is reached.

    Repeated checks of the interval reduce its coverage slightly; with geometrically growing
    distances between checks the effect is small.

    :param sample: makes one run and returns the times of its parts, in ms
    :param progress: called with the share done, 0..1, by the nearest limit
    :param should_stop: called after each run; earlier runs count, at least one
    """
    started_ns = clock_ns()
    deadline_ns = started_ns + round(limits.max_s * 1e9)
    for _ in range(limits.warm_up):
        sample()
        # a network that takes longer than the time limit still gets one run
        if clock_ns() >= deadline_ns or should_stop():
            break
    times: dict[Key, list[float]] = {}
    runs, look_at, needed = 0, limits.min_runs, float(limits.max_runs)
    while True:
        for key, ms in sample().items():
            times.setdefault(key, []).append(ms)
        runs += 1
        now_ns = clock_ns()
        late = now_ns >= deadline_ns or runs >= limits.max_runs or should_stop()
        if runs >= look_at or late:
            found = {key: summarise(values) for key, values in times.items()}
            widest = max(_width(summary) for summary in found.values())
            sure = widest <= limits.share and runs >= limits.min_runs
            if sure or late:
                progress(1.0)
                return Repeated(found, sure)
            # a median's interval narrows with the square root of the number of runs
            needed = min(limits.max_runs, runs * (widest / limits.share) ** 2)
            look_at = max(runs + 1, round(runs * _GROWTH))
        spent = (now_ns - started_ns) / (deadline_ns - started_ns)
        progress(min(1.0, max(runs / max(needed, runs), spent)))


def _width(summary: Summary) -> float:
    """Return the half width as a share; very short parts do not prolong the measurement."""
    if summary.p50_ms <= TOO_SHORT_MS:
        return 0.0
    # too few runs have only a range, not a reliable interval
    return summary.share if summary.confidence >= CONFIDENCE else math.inf
