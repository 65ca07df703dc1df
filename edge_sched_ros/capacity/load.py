# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Input of the models: rate and service time of a class of requests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.special import ndtri

from edge_sched_ros.core.errors import ConfigError

Array = npt.NDArray[np.float64]
Shape = Literal['lognormal', 'exponential']
#: number of points that represent a variable service time in the calculation of a tail
_POINTS = 500


class Overload(ConfigError):
    """
    The load exceeds the capacity, so no response time exists.

    :param utilisation: utilisation by this load, 1 or more
    """

    def __init__(self, where: str, utilisation: float) -> None:
        super().__init__(where, f'utilisation is {utilisation:.3g}; it must stay below 1')
        self.utilisation = utilisation


@dataclass(frozen=True, slots=True)
class Service:
    """
    The time of a request alone.

    :param mean_ms: above 0
    :param cv: standard deviation over mean; ignored for ``exponential``
    :param shape: ``lognormal`` (a fixed time with ``cv`` 0) or ``exponential``
    :raises ConfigError: for impossible values
    """

    mean_ms: float
    cv: float = 0.0
    shape: Shape = 'lognormal'

    def __post_init__(self) -> None:
        positive('service_ms', self.mean_ms)
        if not 0 <= self.cv <= 3:
            raise ConfigError('cv', f'must be from 0 to 3, not {self.cv:g}')

    def moment(self, order: int) -> float:
        """Return E[S^order] in ms^order."""
        if self.shape == 'exponential':
            return math.factorial(order) * self.mean_ms**order
        return float(self.mean_ms**order * (1 + self.cv**2) ** (order * (order - 1) / 2))

    def points(self) -> Array:
        """Return equally likely times in ms; a single one if the time is fixed."""
        shares = (np.arange(_POINTS) + 0.5) / _POINTS
        if self.shape == 'exponential':
            return np.asarray(-self.mean_ms * np.log1p(-shares), dtype=np.float64)
        if self.cv == 0:
            return np.array([self.mean_ms])
        sigma = math.sqrt(math.log1p(self.cv**2))
        scale = self.mean_ms * math.exp(-(sigma**2) / 2)
        return np.asarray(scale * np.exp(sigma * ndtri(shares)), dtype=np.float64)

    def mean_of_least(self, times_ms: Array) -> Array:
        """Return E[min(S, t)] in ms for every time t."""
        times_ms = np.maximum(times_ms, 0.0)
        if self.shape == 'exponential':
            return np.asarray(-self.mean_ms * np.expm1(-times_ms / self.mean_ms), np.float64)
        if self.cv == 0:
            return np.minimum(times_ms, self.mean_ms)
        sigma = math.sqrt(math.log1p(self.cv**2))
        with np.errstate(divide='ignore'):
            above = (np.log(times_ms / self.mean_ms) + sigma**2 / 2) / sigma
        least = self.mean_ms * ndtr(above - sigma) + times_ms * ndtr(-above)
        return np.asarray(least, dtype=np.float64)

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return random times in ms."""
        if self.shape == 'exponential':
            return generator.exponential(self.mean_ms, shape)
        sigma = math.sqrt(math.log1p(self.cv**2))
        return generator.lognormal(math.log(self.mean_ms) - sigma**2 / 2, sigma, shape)


@dataclass(frozen=True, slots=True)
class Load:
    """
    Requests of one class.

    :param rate_per_s: above 0
    :param swap_ms: additional time when the previous request was of another class
    :param priority: higher is served first, in models with priorities
    :raises ConfigError: for an impossible rate or time
    """

    rate_per_s: float
    service: Service
    swap_ms: float = 0.0
    priority: int = 0

    def __post_init__(self) -> None:
        positive('rate_per_s', self.rate_per_s)
        if not (math.isfinite(self.swap_ms) and self.swap_ms >= 0):
            raise ConfigError('swap_ms', f'must be at least 0, not {self.swap_ms:g}')

    @property
    def rate_per_ms(self) -> float:
        """Return the rate per ms."""
        return self.rate_per_s / 1e3


def positive(where: str, value: float) -> None:
    """
    Check a rate or a time.

    :raises ConfigError: when it is not finite and above 0
    """
    if not (math.isfinite(value) and value > 0):
        raise ConfigError(where, f'must be a finite number above 0, not {value:g}')


def total_rate(loads: Sequence[Load]) -> float:
    """
    Return the rate of all classes together, per ms.

    :raises ConfigError: when there is none
    """
    if not loads:
        raise ConfigError('loads', 'there are no requests to serve')
    return sum(load.rate_per_ms for load in loads)


def stable(utilisation: float, where: str = 'utilisation') -> float:
    """
    Return the utilisation, if it can be served.

    :raises Overload: when it is 1 or more
    """
    if utilisation >= 1:
        raise Overload(where, utilisation)
    return utilisation
