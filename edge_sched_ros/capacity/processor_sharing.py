# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""M/G/1-PS: one unit shared equally by all requests, like a shared GPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from edge_sched_ros.capacity.fcfs import waiting_law
from edge_sched_ros.capacity.load import Array
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import stable
from edge_sched_ros.capacity.load import total_rate
from edge_sched_ros.capacity.response import Delay
from edge_sched_ros.capacity.response import GammaResponse
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.waiting_law import WaitingLaw
from edge_sched_ros.core.errors import ConfigError

#: ``textbook``: every class waits in proportion to its service; ``authors``: equally
PsForm = Literal['authors', 'textbook']
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)  # type: ignore[no-untyped-call]


def utilisation(loads: Sequence[Load]) -> float:
    """Return the share of time that the unit is busy: the sum of rate times service."""
    return sum(load.rate_per_ms * load.service.mean_ms for load in loads)


def mg1_ps(loads: Sequence[Load], form: PsForm = 'textbook') -> list[Response]:
    """
    Return the response of each class.

    ``textbook`` stretches every request: ``S_i / (1 - rho)`` (Kleinrock 1967; confirmed).
    ``authors`` adds the mean queueing part ``S_bar * rho / (1 - rho)`` to every class (equations
    6 and 7 of the Ibis paper according to the comments of its code; confirmed from that code).
    Both have the same mean over all requests, but where services differ the authors' form is too
    long for short requests and too short for long ones. The mean does not depend on the shape of
    the service.

    Tail: variance of the textbook form by Yashkov (1983), for a request that needs x: ``2 / (1 -
    rho)^2 * integral from 0 to x of (x - t) * P(W > t) dt`` with W the waiting time of M/G/1-FCFS;
    shape by approximation. The authors give no tail: here it is that of the textbook, scaled to
    their mean.

    :raises Overload: at utilisation 1 or more
    :raises ConfigError: for no load, or an unknown form
    """
    if form not in ('authors', 'textbook'):
        raise ConfigError('form', f"must be authors or textbook, not '{form}'")
    rate = total_rate(loads)
    rho = stable(utilisation(loads))
    wait = waiting_law(loads)
    common = rho / rate * rho / (1 - rho)
    found: list[Response] = []
    for load in loads:
        points = load.service.points()
        mean = load.service.mean_ms
        own = mean * rho / (1 - rho)
        # one scale per class keeps the shape of the textbook and gives the authors' mean
        scale = common / own if form == 'authors' else 1.0
        delays = _delays(points, rho, rate, wait, scale)
        spread = load.service.moment(2) - mean**2
        found.append(
            _exact(GammaResponse(points, delays, service_variance_ms2=spread), mean + own * scale)
        )
    return found


def _exact(response: GammaResponse, mean_ms: float) -> GammaResponse:
    """Points of a variable service have its mean only approximately; this makes it exact."""
    response.mean_ms = mean_ms
    return response


def _delays(points: Array, rho: float, rate: float, wait: WaitingLaw, scale: float) -> list[Delay]:
    variances = ps_variances(points, rho, wait) * scale**2
    means = points * rho / (1 - rho) * scale
    alone = (1 - rho) * np.exp(-rate * points)
    return [Delay(*parts) for parts in zip(means.tolist(), variances.tolist(), alone.tolist())]


def ps_variances(points: Array, rho: float, wait: WaitingLaw) -> Array:
    """
    Return the variance of the response of requests that need ``points`` ms, in ms^2.

    :param wait: waiting time of M/G/1-FCFS with the same requests
    """
    times = points[:, None] * (_NODES + 1) / 2
    later = 1 - wait.share_within(times)
    left = points[:, None] - times
    integral: Array = np.sum(_WEIGHTS * left * later, axis=1) * points / 2
    return 2 * integral / (1 - rho) ** 2
