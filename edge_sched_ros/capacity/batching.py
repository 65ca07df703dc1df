# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bulk service: a unit that takes several requests of one network at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

from edge_sched_ros.capacity.load import Array
from edge_sched_ros.capacity.load import positive
from edge_sched_ros.capacity.load import stable
from edge_sched_ros.capacity.response import DrawnResponse
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.core.errors import ConfigError

_DRAWS, _WARM, _SEED = 40_000, 4_000, 20260101


@dataclass(frozen=True, slots=True)
class Batching:
    """
    How a unit batches.

    :param most: maximum number of requests in a batch, at least 1
    :param first_ms: time of a batch of one request
    :param per_item_ms: additional time for every further request, at least 0
    :param wait_ms: how long a free unit waits for a full batch, from the first request or the end
        of the batch before, whichever is later; with 0 it takes the waiting requests
    :raises ConfigError: for impossible values
    """

    most: int
    first_ms: float
    per_item_ms: float
    wait_ms: float = 0.0

    def __post_init__(self) -> None:
        positive('first_ms', self.first_ms)
        if self.most < 1:
            raise ConfigError('batch', f'must be at least 1, not {self.most}')
        for name in ('per_item_ms', 'wait_ms'):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ConfigError(name, f'must be at least 0, not {value:g}')

    def service_ms(self, size: int) -> float:
        """Return the time of a batch."""
        return self.first_ms + (size - 1) * self.per_item_ms


def utilisation(rate_per_s: float, batching: Batching) -> float:
    """Return the rate over the highest rate, that of full batches; below 1 is stable."""
    return rate_per_s / 1e3 * batching.service_ms(batching.most) / batching.most


def bulk_service(rate_per_s: float, batching: Batching) -> Response:
    """
    Return the response of requests served in batches: M/D^[1,b]/1.

    Mean: the Markov chain of the requests left at the end of each batch, its stationary
    distribution, the mean number present over time, and Little's law; exact for Poisson arrivals
    and batches of fixed time (Bailey 1954 for the chain; the sums here are this project's,
    confirmed by simulation in the tests). The Ibis authors batch, with a timer, and give no model.

    Tail: sampled with a fixed seed from the same model; the sampling error is about 2 % up to a
    utilisation of 0.8, and 10 % at 0.97.

    :raises Overload: when full batches do not keep up
    :raises ConfigError: for a rate that is not above 0
    """
    positive('rate_per_s', rate_per_s)
    stable(utilisation(rate_per_s, batching))
    rate = rate_per_s / 1e3
    return DrawnResponse(_draw(rate, batching), mean_ms=_mean_ms(rate, batching))


def _mean_ms(rate: float, batching: Batching) -> float:
    size = 4 * batching.most + 40
    while True:
        law, times, areas = _chain(rate, batching, size)
        if law[-1] < 1e-9 or size > 1500:
            break
        size *= 2
    return float(law @ areas / (law @ times) / rate)


def _chain(rate: float, batching: Batching, size: int) -> tuple[Array, Array, Array]:
    """Return the distribution of requests left, and per state the time of a cycle and its area."""
    moves = np.zeros((size, size))
    times, areas = np.zeros(size), np.zeros(size)
    counts = np.arange(size)
    arriving = [
        poisson.pmf(counts, rate * batching.service_ms(batch))
        for batch in range(1, batching.most + 1)
    ]
    for left in range(size):
        for begun, chance, wait, area in _gathered(rate, batching, left):
            batch = min(begun, batching.most)
            busy = batching.service_ms(batch)
            stay = begun - batch
            moves[left, stay:] += chance * arriving[batch - 1][: size - stay]
            times[left] += chance * busy
            areas[left] += chance * (begun * busy + rate * busy**2 / 2)
            times[left] += wait
            areas[left] += area
        moves[left, -1] += 1 - moves[left].sum()
    # the distribution satisfies law @ moves = law; one of these equations is replaced by its sum
    balance = moves.T - np.eye(size)
    balance[-1] = 1.0
    law = np.linalg.solve(balance, np.append(np.zeros(size - 1), 1.0))
    return law, times, areas


def _gathered(rate: float, batching: Batching, left: int) -> list[tuple[int, float, float, float]]:
    """Return the numbers present at the start of a batch, their probabilities, and added waits."""
    idle = 1 / rate if left == 0 else 0.0
    there = max(left, 1)
    missing = batching.most - there
    if batching.wait_ms == 0 or missing <= 0:
        return [(there, 1.0, idle, 0.0)]
    reach = rate * batching.wait_ms
    chances = [float(poisson.pmf(more, reach)) for more in range(missing)]
    # time with `more` extra requests within the wait: P(Poisson > more) / rate
    spans = [float(poisson.sf(more, reach)) / rate for more in range(missing)]
    area = sum((there + more) * span for more, span in enumerate(spans))
    found = [(there + more, chance, 0.0, 0.0) for more, chance in enumerate(chances)]
    found.append((batching.most, max(0.0, 1 - sum(chances)), idle + sum(spans), area))
    return found


def _draw(rate: float, batching: Batching) -> Array:
    """Return responses of consecutive requests, each from the end of its batch."""
    generator = np.random.default_rng(_SEED)
    arrivals = np.cumsum(generator.exponential(1 / rate, _DRAWS))
    responses = np.empty(_DRAWS)
    first, free, most = 0, 0.0, batching.most
    find: Callable[..., np.intp] = arrivals.searchsorted
    while first < _DRAWS:
        ready = max(free, float(arrivals[first]))
        last = min(first + most, _DRAWS) - 1
        begin = min(max(ready, float(arrivals[last])), ready + batching.wait_ms)
        end = max(first + 1, min(first + most, int(find(begin, side='right'))))
        free = begin + batching.service_ms(end - first)
        responses[first:end] = free - arrivals[first:end]
        first = end
    return responses[_WARM:]
