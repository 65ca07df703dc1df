# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Moves an application whose answers are seen to come late."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.problem import options
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Migration:
    """
    What became of an attempt.

    :param target: the node it went to; ``None`` where it stayed, for ``reason``
    """

    app: str
    source: str
    target: str | None
    reason: str


def migrate(state: ClusterState, algorithm: Algorithm, name: str, rate_per_s: float) -> Migration:
    """
    Move an application to another node that can serve it at the rate that was observed.

    Where there is none it stays, with that rate in the books, so that its node takes nothing
    more; it is never nowhere. The steps are those of the Ibis authors' code, whose prototype
    moves to idle nodes alone; here any node will do that can take it.

    :param rate_per_s: observed, above 0
    :raises ConfigError: for an application that is nowhere, or a rate that is none
    """
    if not 0 < rate_per_s < float('inf'):
        raise ConfigError(f'apps.{name}.rate_per_s', f'must be above 0, not {rate_per_s:g}')
    source = state.where.get(name, '')
    old = state.remove(name)
    app = old.app.at_rate(rate_per_s)
    found = algorithm.choose(state, app, without=(source,))
    if isinstance(found, Choice):
        state.host(app, found.node, found.option)
        return Migration(name, source, found.node, '')
    units = [demand.unit for demand in old.option]
    ways = options(state.networks, state.nodes[source].spec, app)
    same = next(way for way in ways if [demand.unit for demand in way] == units)
    state.host(app, source, same)
    return Migration(name, source, None, found.reason)
