# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Queues drawn request by request, which know nothing of the models they are compared with."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.capacity.load import Load

Array = NDArray[np.float64]
Classes = NDArray[np.int64]


def requests(loads: Sequence[Load], count: int, seed: int) -> tuple[Array, Classes, Array]:
    """
    Return times of arrival, classes and services of Poisson requests, in ms.

    Their numbers are those of the rates, so that the load is the one that the models are asked
    about; given its number, the times of a Poisson class are uniform.
    """
    generator = np.random.default_rng(seed)
    rate = sum(load.rate_per_ms for load in loads)
    numbers = [round(count * load.rate_per_ms / rate) for load in loads]
    times = generator.uniform(0, count / rate, sum(numbers))
    order = np.argsort(times)
    arrivals, classes = times[order], np.repeat(np.arange(len(loads)), numbers)[order]
    return arrivals, classes, services(loads, classes, generator)


def services(loads: Sequence[Load], classes: Classes, generator: np.random.Generator) -> Array:
    """Return a service in ms for every request."""
    found = np.empty(len(classes))
    for number, load in enumerate(loads):
        mine = classes == number
        found[mine] = load.service.draw(generator, (int(mine.sum()),))
    return found


def ends_in_order(arrivals: Array, taken: Array) -> Array:
    """Return when each request ends, served in order of arrival, one at a time."""
    total = np.cumsum(taken)
    return total + np.maximum.accumulate(arrivals - np.append(0.0, total[:-1]))


def ends_shared(arrivals: Array, taken: Array, cores: int) -> Array:
    """
    Return when each request ends, with cores that all requests share equally.

    The service that each present request has got since the start, ``got``, is the same for all:
    a request ends when it has grown by the request's service.
    """
    ends = np.empty(len(arrivals))
    present: list[tuple[float, int]] = []
    now = got = 0.0
    for index in range(len(arrivals) + 1):
        until = arrivals[index] if index < len(arrivals) else np.inf
        while present:
            speed = min(1.0, cores / len(present))
            end = now + (present[0][0] - got) / speed
            if end > until:
                got += (until - now) * speed
                break
            got, which = heapq.heappop(present)
            now = end
            ends[which] = end
        if index < len(arrivals):
            now = until
            heapq.heappush(present, (got + taken[index], index))
    return ends


def ends_in_batches(
    arrivals: Array, *, most: int, first_ms: float, per_item_ms: float, wait_ms: float
) -> Array:
    """Return when each request ends, on a unit that takes several at once."""
    ends = np.empty(len(arrivals))
    first, free = 0, 0.0
    while first < len(arrivals):
        start = max(free, arrivals[first])
        limit = start + wait_ms
        last = first
        while last < len(arrivals) and last - first < most and arrivals[last] <= limit:
            last += 1
        full = last - first == most
        begin = max(start, arrivals[last - 1]) if full else limit
        free = begin + first_ms + (last - first - 1) * per_item_ms
        ends[first:last] = free
        first = last
    return ends


def by_class(values: Array, classes: Classes, count: int) -> list[Array]:
    """Return the values of each class, without the first twentieth of all."""
    kept = np.arange(len(values)) >= len(values) // 20
    return [values[kept & (classes == number)] for number in range(count)]
