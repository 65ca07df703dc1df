# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All mappings of one network within its number of changes of unit."""

from __future__ import annotations

from collections.abc import Iterator

from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Network


def splits(network: Network, units: tuple[str, ...], most: int | None = None) -> Iterator[Mapped]:
    """
    Return every mapping with at most this many changes of unit, in a fixed order.

    :param most: maximum number of changes of unit; by default that of the network
    """
    limit = network.max_switches if most is None else most
    yield from _from(network, units, (), limit)


def _from(network: Network, units: tuple[str, ...], done: Mapped, left: int) -> Iterator[Mapped]:
    if len(done) == network.groups:
        yield done
        return
    for unit in units:
        change = bool(done) and unit != done[-1]
        if network.time_ms(len(done), unit) is not None and (left > 0 or not change):
            yield from _from(network, units, (*done, unit), left - change)
