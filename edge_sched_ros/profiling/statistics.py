# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a list of times says: quantiles, and how sure the median is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95
#: medians below this, in ms, need not be sure: the clock is no finer
TOO_SHORT_MS = 1e-3


@dataclass(frozen=True, slots=True)
class Summary:
    """
    A sample of times, in ms.

    :param low_ms: lower end of the confidence interval of the median
    :param high_ms: upper end
    :param confidence: that the interval holds the median, as far as runs are independent
    """

    p50_ms: float
    p95_ms: float
    p99_ms: float
    mean_ms: float
    low_ms: float
    high_ms: float
    confidence: float
    runs: int

    @property
    def half_width_ms(self) -> float:
        """Half the width of the interval."""
        return (self.high_ms - self.low_ms) / 2

    @property
    def share(self) -> float:
        """The half width as a share of the median; 0 for times too short to be measured."""
        return self.half_width_ms / self.p50_ms if self.p50_ms else 0.0


def is_sure(half_width_ms: float, p50_ms: float, confidence: float, share: float) -> bool:
    """
    Whether a median is as sure as asked.

    One of fewer than six runs is not: the range of so few, which is nothing at all for a single
    one, holds the true median less often than ``CONFIDENCE`` says.

    :param confidence: that the interval holds the median
    :param share: of the median that half of its confidence interval may be
    """
    if p50_ms <= TOO_SHORT_MS:
        return True
    return confidence >= CONFIDENCE and half_width_ms <= share * p50_ms


@lru_cache(maxsize=1024)
def median_ranks(runs: int, confidence: float = CONFIDENCE) -> tuple[int, int, float]:
    """
    Return which order statistics hold the median between them, and how sure that is.

    No shape of the distribution is assumed: how many of ``runs`` independent values fall below
    the median is binomial with probability 1/2, so the interval from the j-th to the
    (runs + 1 - j)-th smallest covers it with ``1 - 2 P(B < j)`` (David and Nagaraja, Order
    Statistics, 3rd ed. 2003, section 7.1). The largest j that keeps the confidence is taken; with
    fewer than six values no j does for 0.95, and the whole range is returned with what it has.

    :returns: indices from 0 of the lower and the upper one, confidence
    """
    from scipy.stats import binom

    below = int(binom.ppf((1 - confidence) / 2, runs, 0.5))
    # ppf gives the least k with P(B <= k) >= alpha / 2; the one before it stays below
    first = max(0, below - 1)
    covered = float(1 - 2 * binom.cdf(first, runs, 0.5))
    return first, runs - 1 - first, max(0.0, covered)


def summarise(times_ms: Sequence[float]) -> Summary:
    """Return what a sample says; it must not be empty."""
    ordered = np.sort(np.asarray(times_ms, np.float64))
    first, last, confidence = median_ranks(len(ordered))
    p50, p95, p99 = np.quantile(ordered, (0.5, 0.95, 0.99))
    return Summary(
        p50_ms=float(p50),
        p95_ms=float(p95),
        p99_ms=float(p99),
        mean_ms=float(ordered.mean()),
        low_ms=float(ordered[first]),
        high_ms=float(ordered[last]),
        confidence=confidence,
        runs=len(ordered),
    )
