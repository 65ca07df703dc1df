# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""M/G/c-PS: several equal cores shared by all requests, each request on at most one core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from edge_sched_ros.capacity.fcfs import waiting_law
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.load import stable
from edge_sched_ros.capacity.load import total_rate
from edge_sched_ros.capacity.processor_sharing import ps_variances
from edge_sched_ros.capacity.processor_sharing import utilisation
from edge_sched_ros.capacity.response import Delay
from edge_sched_ros.capacity.response import GammaResponse
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.core.errors import ConfigError

#: ``authors``: all cores act as one; ``erlang``: a request uses one core
CoreForm = Literal['authors', 'erlang']


def erlang_c(cores: int, load: float) -> float:
    """
    Return the probability that all cores are busy, in M/M/c (Erlang 1917; confirmed).

    :param load: rate times service, below ``cores``
    """
    blocked = 1.0
    for core in range(1, cores + 1):
        blocked = load * blocked / (core + load * blocked)
    rho = load / cores
    return blocked / (1 - rho * (1 - blocked))


def mgc_ps(loads: Sequence[Load], cores: int, form: CoreForm = 'erlang') -> list[Response]:
    """
    Return the response of each class.

    ``erlang``: ``S_i * (1 + C / (c * (1 - rho)))``, exact because the number of requests in this
    queue depends on the service only by its mean (Kelly 1979; confirmed). ``authors``: ``(c /
    rate) * rho / (1 - rho)``, which is ``S / (1 - rho)`` with rho the load of a core (the Ibis
    code has it for one core; more cores are inferred): equal for one core, too long for more.

    Tail: a heuristic between the two exact limits, one core and a full queue: the variance is C /
    rho times that of one unit as fast as all cores.

    :raises Overload: at utilisation 1 or more
    :raises ConfigError: for no load, no core, or an unknown form
    """
    if form not in ('authors', 'erlang'):
        raise ConfigError('form', f"must be authors or erlang, not '{form}'")
    if cores < 1:
        raise ConfigError('cores', f'must be at least 1, not {cores}')
    rate = total_rate(loads)
    work = utilisation(loads)
    rho = stable(work / cores)
    busy = erlang_c(cores, work)
    stretch = busy / (cores * (1 - rho)) if form == 'erlang' else rho / (1 - rho)
    whole = waiting_law([_faster(load, cores) for load in loads])
    # the probability that a request which found a free core took the last one
    last = _last_core(cores, work)
    found: list[Response] = []
    for load in loads:
        points, mean = load.service.points(), load.service.mean_ms
        variances = busy / rho * ps_variances(points / cores, rho, whole)
        alone = (1 - busy) * np.exp(-rate * points * last)
        parts = zip((points * stretch).tolist(), variances.tolist(), alone.tolist())
        delays = [Delay(*part) for part in parts]
        spread = load.service.moment(2) - mean**2
        response = GammaResponse(points, delays, service_variance_ms2=spread)
        response.mean_ms = mean * (1 + stretch)
        found.append(response)
    return found


def _faster(load: Load, cores: int) -> Load:
    service = load.service
    return Load(load.rate_per_s, Service(service.mean_ms / cores, service.cv, service.shape))


def _last_core(cores: int, work: float) -> float:
    shares = [1.0]
    for number in range(1, cores):
        shares.append(shares[-1] * work / number)
    return shares[-1] / sum(shares)
