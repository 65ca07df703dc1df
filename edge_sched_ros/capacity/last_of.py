# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joins: the time until the last of several answers."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from edge_sched_ros.capacity.load import Array
from edge_sched_ros.capacity.response import Response

#: more would take seconds in a search for the headroom, and change the variance by 0.2 %
_POINTS = 200


class LastOf(Response):
    """
    The longest of several responses, as if they were independent.

    Its distribution is the product of theirs, from which mean and variance follow by integration.
    Responses to one frame are longer together (a burst of frames delays all of them), so that for
    responses on different units this is an upper bound of the mean (association: Esary, Proschan
    and Walkup 1967). Two tasks on one unit that begin with the same frame delay each other, which
    the models of units, with arrivals of their own for each task, do not know.

    :param branches: at least one
    """

    def __init__(self, branches: Sequence[Response]) -> None:
        self._branches = tuple(branches)
        self.least_ms = max(one.least_ms for one in branches)
        longest_ms = self.quantile_ms(1 - 1e-9)
        times_ms = np.linspace(self.least_ms, longest_ms, _POINTS)
        late: Array = 1.0 - np.array(
            [self.share_within(float(time_ms)) for time_ms in times_ms], np.float64
        )
        step_ms = (longest_ms - self.least_ms) / (_POINTS - 1)
        self.mean_ms = self.least_ms + step_ms * _area(late)
        square = 2 * step_ms * _area(late * (times_ms - self.least_ms))
        self.variance_ms2 = max(square - (self.mean_ms - self.least_ms) ** 2, 0.0)

    @property
    def longest_ms(self) -> float:
        """Return a time that almost all responses are within."""
        return max(one.longest_ms for one in self._branches)

    def share_within(self, time_ms: float) -> float:
        """Return the share of responses within this time."""
        return prod(one.share_within(time_ms) for one in self._branches)


def _area(values: Array) -> float:
    """Return the sum of values by the trapezoidal rule, for steps of 1."""
    return float(values.sum() - (values[0] + values[-1]) / 2)
