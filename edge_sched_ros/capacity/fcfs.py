# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""M/G/1-FCFS: one request after the other, with a swap when the network changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from edge_sched_ros.capacity.load import Array
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import stable
from edge_sched_ros.capacity.load import total_rate
from edge_sched_ros.capacity.response import Delay
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.waiting_law import Part
from edge_sched_ros.capacity.waiting_law import WaitedResponse
from edge_sched_ros.capacity.waiting_law import WaitingLaw
from edge_sched_ros.core.errors import ConfigError

#: ``mean``: every request of a class has its mean swap; ``random``: the whole swap or none
SwapForm = Literal['mean', 'random']


def swap_chance(load: Load, loads: Sequence[Load]) -> float:
    """Return the probability of another class before a request: ``1 - rate_i / rate``."""
    return max(0.0, 1 - load.rate_per_ms / total_rate(loads))


def utilisation(loads: Sequence[Load]) -> float:
    """Return the share of time that the unit is busy, swaps included."""
    return sum(load.rate_per_ms * _moment(load, loads, 1, 'mean') for load in loads)


def waiting(loads: Sequence[Load], swap: SwapForm = 'mean') -> Delay:
    """
    Return the waiting time, the same for all classes.

    Mean by Pollaczek and Khinchine, ``rate * E[S^2] / (2 * (1 - rho))``; second moment
    ``2 * E[W]^2 + rate * E[S^3] / (3 * (1 - rho))`` (Takacs 1962; confirmed); a share
    ``1 - rho`` does not wait.

    :raises Overload: at utilisation 1 or more
    """
    rate = total_rate(loads)
    rho = stable(utilisation(loads))
    second, third = (
        sum(load.rate_per_ms * _moment(load, loads, order, swap) for load in loads) / rate
        for order in (2, 3)
    )
    mean = rate * second / (2 * (1 - rho))
    square = 2 * mean**2 + rate * third / (3 * (1 - rho))
    return Delay(mean, square - mean**2, 1 - rho)


def waiting_law(loads: Sequence[Load], swap: SwapForm = 'mean') -> WaitingLaw:
    """
    Return the distribution of the waiting time, the same for all classes.

    :raises Overload: at utilisation 1 or more
    """
    rate = total_rate(loads)
    parts = []
    for load in loads:
        share, chance = load.rate_per_ms / rate, swap_chance(load, loads)
        if swap == 'mean' or load.swap_ms == 0:
            parts.append(Part(share, load.service, chance * load.swap_ms))
        else:
            parts.append(Part(share * (1 - chance), load.service))
            parts.append(Part(share * chance, load.service, load.swap_ms))
    return WaitingLaw(parts, utilisation(loads), waiting(loads, swap))


def mg1_fcfs(loads: Sequence[Load], swap: SwapForm = 'mean') -> list[Response]:
    """
    Return the response of each class: its service, its part of swaps, and the common wait.

    ``S'_i = S_i + (1 - rate_i / rate) * swap_i`` and Pollaczek and Khinchine over the classes
    (confirmed from the code of the Ibis authors). Their form, ``mean``, has fixed times within a
    class; here the spread of the service adds to it. With ``random`` a request has the whole swap
    or none, which gives the same mean service and slightly more waiting; independent swaps of
    consecutive requests are an approximation.

    Tail: the distribution of the wait (:class:`WaitingLaw`) and, independent of it, the service of
    the class.

    Assumes Poisson arrivals, one queue and independent classes.

    :raises Overload: at utilisation 1 or more
    :raises ConfigError: for no load, or an unknown form
    """
    if swap not in ('mean', 'random'):
        raise ConfigError('swap', f"must be mean or random, not '{swap}'")
    wait, law = waiting(loads, swap), waiting_law(loads, swap)
    found: list[Response] = []
    for load in loads:
        mean = _moment(load, loads, 1, swap)
        variance = _moment(load, loads, 2, swap) - mean**2
        found.append(
            WaitedResponse(
                _points(load, loads, swap),
                law,
                mean_ms=mean + wait.mean_ms,
                variance_ms2=variance + wait.variance_ms2,
            )
        )
    return found


def _moment(load: Load, loads: Sequence[Load], order: int, swap: SwapForm) -> float:
    """Return E[S'^order] of a class."""
    chance = swap_chance(load, loads)
    if swap == 'mean':
        return _shifted(load, chance * load.swap_ms, order)
    stays, changes = _shifted(load, 0.0, order), _shifted(load, load.swap_ms, order)
    return (1 - chance) * stays + chance * changes


def _shifted(load: Load, shift_ms: float, order: int) -> float:
    first = load.service.mean_ms + shift_ms
    if order == 1:
        return first
    second = load.service.moment(2) + 2 * shift_ms * load.service.mean_ms + shift_ms**2
    if order == 2:
        return second
    service = load.service
    return (
        service.moment(3)
        + 3 * shift_ms * service.moment(2)
        + 3 * shift_ms**2 * service.mean_ms
        + shift_ms**3
    )


def _points(load: Load, loads: Sequence[Load], swap: SwapForm) -> Array:
    points, chance = load.service.points(), swap_chance(load, loads)
    if swap == 'mean' or load.swap_ms == 0:
        return points + chance * load.swap_ms
    # of twenty equally likely points, a number with the swap in proportion to its probability
    swapped = round(20 * chance)
    parts = [points] * (20 - swapped) + [points + load.swap_ms] * swapped
    return np.concatenate(parts)
