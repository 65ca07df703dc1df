# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One run of one contender in figures, and several runs together."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.side_by_side.analysis.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Run:
    """
    One contender at one load, once.

    :param seconds: of the measured window
    :param outcomes: by task
    :param costs: CPU, memory, energy, conditions: name -> number, or ``None`` when unknown
    """

    seconds: float
    outcomes: dict[str, Outcome]
    costs: dict[str, float | None] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """Frames times tasks: answers that were asked for."""
        return sum(outcome.frames for outcome in self.outcomes.values())

    @property
    def on_time_per_s(self) -> float:
        """Answers in time, per second."""
        return sum(outcome.on_time for outcome in self.outcomes.values()) / self.seconds

    @property
    def answers_per_s(self) -> float:
        """Answers in time or late, per second."""
        return sum(len(o.response_ms) for o in self.outcomes.values()) / self.seconds

    @property
    def miss_ratio(self) -> float:
        """Share of the answers asked for that did not come in time."""
        return 1 - self.on_time_per_s * self.seconds / max(1, self.frames)

    @property
    def shares(self) -> dict[str, float]:
        """On-time share of every task."""
        return {name: o.on_time / max(1, o.frames) for name, o in self.outcomes.items()}


def figures(runs: list[Run]) -> dict[str, Any]:
    """Return the figures of some runs at one load: means, percentiles over all answers."""
    responses = _together(runs, 'response_ms')
    ages = _together(runs, 'age_ms')
    shares = {
        task: float(np.mean([run.shares[task] for run in runs])) for task in runs[0].outcomes
    }
    mean = float(np.mean(list(shares.values())))
    return {
        'on_time_per_s': _mean([run.on_time_per_s for run in runs]),
        'answers_per_s': _mean([run.answers_per_s for run in runs]),
        'miss_ratio': _mean([run.miss_ratio for run in runs]),
        'p50_ms': _percentile(responses, 50),
        'p99_ms': _percentile(responses, 99),
        'age_mean_ms': float(ages.mean()) if len(ages) else None,
        'age_p95_ms': _percentile(ages, 95),
        'on_time_share': shares,
        'least_share_of_mean': min(shares.values()) / mean if mean else None,
        **{name: _mean([run.costs[name] for run in runs]) for name in runs[0].costs},
        'runs': len(runs),
    }


def _together(runs: list[Run], name: str) -> NDArray[np.float64]:
    return np.concatenate([getattr(o, name) for run in runs for o in run.outcomes.values()])


def _percentile(values: NDArray[np.float64], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if len(values) else None


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
