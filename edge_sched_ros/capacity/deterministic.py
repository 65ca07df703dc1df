# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""D/G/1: periodic requests, such as frames of cameras."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge_sched_ros.capacity.load import Array
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.load import stable
from edge_sched_ros.capacity.load import total_rate
from edge_sched_ros.capacity.processor_sharing import utilisation
from edge_sched_ros.capacity.response import Delay
from edge_sched_ros.capacity.response import DrawnResponse
from edge_sched_ros.capacity.response import GammaResponse
from edge_sched_ros.capacity.response import Response

#: number of sets of phases, requests in each, and the fixed seed
_PHASES, _REQUESTS, _WARM, _SEED = 400, 600, 150, 20260101
#: a class with fewer requests than this is drawn separately
_FEW = 100


def dg1_fcfs(period_ms: float, service: Service) -> Response:
    """
    Return the response of one stream with a fixed period.

    With a fixed service below the period there is no wait. Otherwise Lindley's recursion (1952;
    confirmed), ``W' = max(0, W + S - T)``, over random services with a fixed seed.

    :raises Overload: when the service is not below the period
    """
    return periodic_fcfs([Load(1e3 / period_ms, service)])[0]


def settles(loads: Sequence[Load]) -> bool:
    """
    Return whether the draws of :func:`periodic_fcfs` cover the whole effect of a request.

    They do not when one request keeps a queue longer than the warm-up, such as a minute of work
    among frames. Only for a unit that is not overloaded.
    """
    warm_ms = _WARM / total_rate(loads)
    busy = utilisation(loads)
    return all(
        load.service.mean_ms <= warm_ms * (1 - busy + load.rate_per_ms * load.service.mean_ms)
        for load in loads
    )


def periodic_fcfs(loads: Sequence[Load]) -> list[Response]:
    """
    Return the response of each class, with the fixed period ``1 / rate``.

    The classes share one queue. Their phases are not known, so this is the mean over random phases
    (uniform in the period), by Lindley's recursion. The draws have a fixed seed: same loads, same
    result; the sampling error is about 1 % at high load. Assumes no swaps, no jitter, and that the
    effect of a request ends soon (:func:`settles`).

    A class that is so rare that the draws contain almost none of its requests is drawn again, with
    one request in each draw: a phase uniform in its period is uniform in any part of it, so this
    is the same response. The other classes keep the first draws, which it hardly affects.

    Periods that are equal or multiples of each other keep their initial phases: one robot has one
    draw permanently, better or worse than this mean.

    :raises Overload: at utilisation 1 or more
    :raises ConfigError: for no load
    """
    total_rate(loads)
    stable(utilisation(loads))
    if len(loads) == 1 and loads[0].service.cv == 0 and loads[0].service.shape == 'lognormal':
        return [GammaResponse(loads[0].service.points(), [Delay(0.0, 0.0, 1.0)])]
    generator = np.random.default_rng(_SEED)
    responses, classes = _drawn(loads, generator)
    found = []
    for number in range(len(loads)):
        mine = responses[classes == number]
        if mine.size < _FEW:
            responses_again, classes_again = _drawn(loads, generator, seldom=number)
            mine = responses_again[classes_again == number]
        found.append(DrawnResponse(mine))
    return [*found]


def _drawn(
    loads: Sequence[Load], generator: np.random.Generator, seldom: int | None = None
) -> tuple[Array, Array]:
    """
    Return the response and the class of every counted request.

    :param seldom: a class with one request, in the counted part
    """
    arrivals, classes = _arrivals(loads, generator, seldom)
    services = np.empty(arrivals.shape)
    for number, load in enumerate(loads):
        mine = classes == number
        services[mine] = load.service.draw(generator, (int(mine.sum()),))
    responses = _lindley(arrivals, services)
    # without the empty queue at the start, and the end, where some classes have no more requests
    kept = (np.arange(arrivals.shape[1]) >= _WARM) | (classes == seldom)
    kept = kept & (arrivals <= _REQUESTS / total_rate(loads))
    return responses[kept], classes[kept]


def _arrivals(
    loads: Sequence[Load], generator: np.random.Generator, seldom: int | None
) -> tuple[Array, Array]:
    """Return times and classes of requests in order, one row for each set of phases."""
    span = _REQUESTS / total_rate(loads)
    times, classes = [], []
    for number, load in enumerate(loads):
        period = 1 / load.rate_per_ms
        count = max(2, round(span / period) + 1)
        phases = generator.uniform(0, period, (_PHASES, 1))
        if number == seldom:
            count, warm = 1, span * _WARM / _REQUESTS
            phases = warm + (span - warm) * phases / period
        times.append(phases + period * np.arange(count))
        classes.append(np.full((_PHASES, count), number))
    joined = np.concatenate(times, axis=1)
    order = np.argsort(joined, axis=1)
    whole = np.concatenate(classes, axis=1)
    return np.take_along_axis(joined, order, 1), np.take_along_axis(whole, order, 1)


def _lindley(arrivals: Array, services: Array) -> Array:
    """Return the response of every request of every row."""
    gaps = np.diff(arrivals, axis=1)
    responses = np.empty(arrivals.shape)
    wait = np.zeros(len(arrivals))
    for request in range(arrivals.shape[1]):
        responses[:, request] = wait + services[:, request]
        if request < gaps.shape[1]:
            wait = np.maximum(0.0, responses[:, request] - gaps[:, request])
    return responses
