# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A histogram of durations whose size does not grow with the run."""

from __future__ import annotations

import math

#: ratio of neighbouring buckets, so that the error of a percentile is at most 1 %
_GROWTH = 1.02
_LOG_GROWTH = math.log(_GROWTH)
#: values below one microsecond share one bucket
_SMALLEST_NS = 1_000


class DurationHistogram:
    """Counts durations in logarithmic buckets; percentiles within 1 % at constant memory."""

    __slots__ = ('_buckets', '_count')

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self._count = 0

    @property
    def count(self) -> int:
        """The number of durations added."""
        return self._count

    def add(self, duration_ns: int) -> None:
        """Count one duration in nanoseconds."""
        index = 0
        if duration_ns > _SMALLEST_NS:
            index = int(math.log(duration_ns / _SMALLEST_NS) / _LOG_GROWTH)
        buckets = self._buckets
        buckets[index] = buckets.get(index, 0) + 1
        self._count += 1

    def percentile_ns(self, percent: float) -> int | None:
        """
        Return the duration that ``percent`` of all do not exceed (nearest rank), or ``None``.

        :param percent: 0 < percent <= 100
        """
        if not self._count:
            return None
        rank = max(1, math.ceil(percent / 100 * self._count))
        seen = 0
        for index in sorted(self._buckets):
            seen += self._buckets[index]
            if seen >= rank:
                return round(_SMALLEST_NS * math.pow(_GROWTH, index + 0.5))
        raise AssertionError('a rank within the count always falls into a bucket')
