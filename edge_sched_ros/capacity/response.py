# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Response times: mean, spread and tail."""

from __future__ import annotations

import math
from abc import ABC
from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammainc

from edge_sched_ros.capacity.load import Array
from edge_sched_ros.core.errors import ConfigError

_TINY = 1e-12


class Response(ABC):
    """A response time; the mean is that of the model, the tail depends on the assumed shape."""

    mean_ms: float
    variance_ms2: float
    #: lower bound of responses
    least_ms: float

    @abstractmethod
    def share_within(self, time_ms: float) -> float:
        """Return the share of responses within this time."""

    @property
    @abstractmethod
    def longest_ms(self) -> float:
        """Return a time that almost all responses are within."""

    def quantile_ms(self, share: float) -> float:
        """
        Return the time within which this share of responses is.

        :raises ConfigError: for a share that is not between 0 and 1
        """
        if not 0 < share < 1:
            raise ConfigError('share', f'must be between 0 and 1, not {share:g}')
        low, high = self.least_ms, self.longest_ms
        while self.share_within(high) < share:
            low, high = high, 2 * high
        while high - low > 1e-6 * high:
            middle = (low + high) / 2
            if self.share_within(middle) < share:
                low = middle
            else:
                high = middle
        return high

    @property
    def p95_ms(self) -> float:
        """Return the time within which 95 % are."""
        return self.quantile_ms(0.95)

    @property
    def p99_ms(self) -> float:
        """Return the time within which 99 % are."""
        return self.quantile_ms(0.99)


@dataclass(frozen=True)
class Delay:
    """
    The delay in addition to the service: none for some requests, gamma for the others.

    The two moments are those of the model; the gamma shape is an approximation (exact for the
    waiting time of M/M/1, where it is exponential).

    :param mean_ms: mean over all requests
    :param variance_ms2: variance over all requests
    :param none: the share of requests without delay
    """

    mean_ms: float
    variance_ms2: float
    none: float

    def gamma(self) -> tuple[float, float]:
        """Return shape and scale of the delay of delayed requests."""
        mean = self.mean_ms / max(1 - self.none, _TINY)
        square = (self.variance_ms2 + self.mean_ms**2) / max(1 - self.none, _TINY)
        variance = max(square - mean**2, (1e-3 * mean) ** 2, _TINY)
        return mean**2 / variance, variance / max(mean, _TINY)


class GammaResponse(Response):
    """
    Service points, each with its delay.

    :param points: equally likely service times in ms
    :param delays: one delay for all points, or one for each
    :param mean_ms: mean of the service; by default that of the points
    """

    def __init__(
        self,
        points: Array,
        delays: list[Delay],
        *,
        service_mean_ms: float | None = None,
        service_variance_ms2: float | None = None,
    ) -> None:
        self._points = points
        gammas = [delay.gamma() for delay in delays]
        self._none = np.array([delay.none for delay in delays])
        self._shape = np.array([shape for shape, _ in gammas])
        self._scale = np.array([scale for _, scale in gammas])
        mean, spread = service_mean_ms, service_variance_ms2
        if mean is None:
            mean = float(points[0] if len(points) == 1 else points.mean())
        if spread is None:
            spread = 0.0 if len(points) == 1 else float(points.var())
        delayed_ms, more = _delays(points, delays)
        self.mean_ms = mean + delayed_ms
        self.variance_ms2 = spread + more
        self.least_ms = float(points.min())

    @property
    def longest_ms(self) -> float:
        """Return a time that almost all responses are within."""
        return float(np.max(self._points)) + self.mean_ms + 10 * math.sqrt(self.variance_ms2)

    def share_within(self, time_ms: float) -> float:
        """Return the share of responses within this time."""
        left = time_ms - self._points
        delayed = gammainc(self._shape, np.maximum(left, 0) / self._scale)
        within = np.where(left >= 0, self._none + (1 - self._none) * delayed, 0.0)
        return float(within.mean())


def _delays(points: Array, delays: list[Delay]) -> tuple[float, float]:
    """Return the mean of delays and their addition to the variance of the service points."""
    if len(delays) == 1:
        return delays[0].mean_ms, delays[0].variance_ms2
    means = np.array([delay.mean_ms for delay in delays])
    variances = np.array([delay.variance_ms2 for delay in delays])
    along = float(np.cov(points, means, bias=True)[0, 1])
    return float(means.mean()), float(variances.mean() + means.var()) + 2 * along


class DrawnResponse(Response):
    """Responses sampled at random, with a fixed seed."""

    def __init__(self, draws: Array, *, mean_ms: float | None = None) -> None:
        self._draws = draws
        self.mean_ms = float(draws.mean()) if mean_ms is None else mean_ms
        self.variance_ms2 = float(draws.var())
        self.least_ms = float(draws.min())

    @cached_property
    def _sorted(self) -> Array:
        return np.sort(self._draws, axis=None)

    @property
    def longest_ms(self) -> float:
        """Return the longest sample."""
        longest: float = self._draws.max()
        return longest

    def share_within(self, time_ms: float) -> float:
        """Return the share of responses within this time."""
        within = int(np.searchsorted(self._sorted, time_ms, side='right'))
        return within / len(self._draws)
