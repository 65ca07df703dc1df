# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Statistics of a list of times: quantiles, and the precision of the median."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95
#: medians below this, in ms, need no precision: it is the resolution of the clock
TOO_SHORT_MS = 1e-3


@dataclass(frozen=True, slots=True)
class Summary:
    """
    A sample of times, in ms.

    :param low_ms: lower end of the confidence interval of the median
    :param high_ms: upper end
    :param confidence: probability that the interval contains the median, if runs are independent
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
        """Half the interval's width."""
        return (self.high_ms - self.low_ms) / 2

    @property
    def share(self) -> float:
        """The half width as a share of the median; 0 for times too short to be measured."""
        return self.half_width_ms / self.p50_ms if self.p50_ms else 0.0


def is_sure(half_width_ms: float, p50_ms: float, confidence: float, share: float) -> bool:
    """
    Whether a median has the required precision.

    One of fewer than six runs does not: the range of so few runs contains the true median with
    less than ``CONFIDENCE``.

    :param confidence: probability that the interval contains the median
    :param share: maximum half width of the confidence interval, as a share of the median
    """
    if p50_ms <= TOO_SHORT_MS:
        return True
    return confidence >= CONFIDENCE and half_width_ms <= share * p50_ms


@lru_cache(maxsize=1024)
def median_ranks(runs: int, confidence: float = CONFIDENCE) -> tuple[int, int, float]:
    """
    Return the order statistics that enclose the median, and the confidence.

    No shape of the distribution is assumed: the number of ``runs`` independent values below the
    median is binomial with probability 1/2, so the interval from the j-th to the (runs + 1 - j)-th
    smallest covers it with ``1 - 2 P(B < j)`` (David and Nagaraja, Order Statistics, 3rd ed. 2003,
    section 7.1). The largest j with sufficient confidence is taken; with fewer than six values
    there is none for 0.95, and the whole range is returned with its confidence.

    :returns: indices from 0 of the lower and the upper one, confidence
    """
    from scipy.stats import binom

    below = int(binom.ppf((1 - confidence) / 2, runs, 0.5))
    # ppf gives the least k with P(B <= k) >= alpha / 2; the previous k stays below
    first = max(0, below - 1)
    covered = float(1 - 2 * binom.cdf(first, runs, 0.5))
    return first, runs - 1 - first, max(0.0, covered)


def summarise(times_ms: Sequence[float]) -> Summary:
    """Return the summary of a sample, which must not be empty."""
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
