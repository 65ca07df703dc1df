# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""M/G/1 with non-preemptive priorities: a unit finishes a request, then takes the most urgent."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import stable
from edge_sched_ros.capacity.load import total_rate
from edge_sched_ros.capacity.processor_sharing import utilisation
from edge_sched_ros.capacity.response import Delay
from edge_sched_ros.capacity.response import GammaResponse
from edge_sched_ros.capacity.response import Response


def priority_waiting(loads: Sequence[Load], priority: int) -> Delay:
    """
    Return the waiting time of requests of a priority.

    With ``above`` the load of higher priorities and ``upto`` that of this one as well, the mean is
    ``rate * E[S^2] / (2 * (1 - above) * (1 - upto))`` (Cobham 1954; confirmed) and the second
    moment that of Kesten and Runnenburg (1957; confirmed). Requests that find the unit idle do not
    wait.

    :raises Overload: at utilisation 1 or more, where the lowest priority waits without limit
    """
    total_rate(loads)
    higher = [load for load in loads if load.priority > priority]
    urgent = [load for load in loads if load.priority >= priority]
    above, upto = utilisation(higher), stable(utilisation(urgent))
    rho = stable(utilisation(loads))
    second, third = (_weighted(loads, order) for order in (2, 3))
    free, left = 1 - above, 1 - upto
    mean = second / (2 * free * left)
    square = (
        third / (3 * free**2 * left)
        + second * _weighted(urgent, 2) / (2 * free**2 * left**2)
        + second * _weighted(higher, 2) / (2 * free**3 * left)
    )
    return Delay(mean, square - mean**2, 1 - rho)


def mg1_priority(loads: Sequence[Load]) -> list[Response]:
    """
    Return the response of each class; classes of equal priority are served in order of arrival.

    Assumes Poisson arrivals and no swaps.

    :raises Overload: at utilisation 1 or more
    :raises ConfigError: for no load
    """
    found: list[Response] = []
    for load in loads:
        service = load.service
        found.append(
            GammaResponse(
                service.points(),
                [priority_waiting(loads, load.priority)],
                service_mean_ms=service.mean_ms,
                service_variance_ms2=service.moment(2) - service.mean_ms**2,
            )
        )
    return found


def _weighted(loads: Sequence[Load], order: int) -> float:
    """Return the sum of rate times E[S^order]."""
    return sum(load.rate_per_ms * load.service.moment(order) for load in loads)
