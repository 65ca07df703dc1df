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
    yield from _from(network, units, (), (), limit)


def _from(
    network: Network, units: tuple[str, ...], done: Mapped, counts: tuple[int, ...], most: int
) -> Iterator[Mapped]:
    if len(done) == network.groups:
        yield done
        return
    for unit in units:
        if network.time_ms(len(done), unit) is None:
            continue
        changes = _changes(network, counts, (*done, unit))
        if changes <= most:
            yield from _from(network, units, (*done, unit), (*counts, changes), most)


def _changes(network: Network, counts: tuple[int, ...], done: Mapped) -> int:
    """Return the changes of unit up to the last of these groups."""
    group = len(done) - 1
    before = network.before[group] if network.before else range(max(group - 1, 0), group)
    return max((counts[one] + (done[one] != done[-1]) for one in before), default=0)
