# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Paired ratios with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Ratio:
    """
    A ratio of paired measurements.

    :param mean: geometric mean of the pairs' ratios
    :param low: of the 95 % interval; ``None`` for fewer than two pairs
    :param high: of the 95 % interval; ``None`` for fewer than two pairs
    """

    mean: float | None
    low: float | None
    high: float | None
    pairs: int

    def to_dict(self) -> dict[str, float | int | None]:
        """Return it for JSON."""
        return {'mean': self.mean, 'low': self.low, 'high': self.high, 'pairs': self.pairs}


def paired_ratio(ours: list[float], theirs: list[float], *, least: float) -> Ratio:
    """
    Return ours over theirs, pair by pair, with the t interval of the logarithms.

    :param least: stands for zero in both: what could not be told from it
    """
    pairs = zip(ours, theirs, strict=True)
    logs = [math.log(max(a, least)) - math.log(max(b, least)) for a, b in pairs]
    if not logs:
        return Ratio(None, None, None, 0)
    mean = float(np.mean(logs))
    if len(logs) < 2:
        return Ratio(math.exp(mean), None, None, len(logs))
    from scipy.stats import t

    half = float(np.std(logs, ddof=1)) / math.sqrt(len(logs)) * float(t.ppf(0.975, len(logs) - 1))
    return Ratio(math.exp(mean), math.exp(mean - half), math.exp(mean + half), len(logs))
