# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether pods, reservations and the cluster's state agree, for tests."""

from __future__ import annotations

from edge_sched_ros.cluster.allocations import Allocations
from edge_sched_ros.core.errors import InvariantError


def check(allocations: Allocations) -> None:
    """
    Check that all hosted applications are bound to their node, or have a firm reservation on it.

    :raises InvariantError: when one does not
    """
    hosts, reservations = allocations.hosts, allocations.reservations
    hosts.validate()
    expected = {pod.app.name: pod.node for pod in allocations.pods.values() if pod.app is not None}
    firm = {one.app.name: next(iter(one.places)) for one in reservations if one.firm}
    expected |= firm
    if any(expected.get(app) != node for app, node in hosts.where.items()):
        raise InvariantError(f'hosted: {hosts.where}, expected: {expected}')
    if not firm.keys() <= hosts.where.keys():
        raise InvariantError(f'reserved but not hosted: {firm.keys() - hosts.where.keys()}')
    for one in reservations:
        demands = [demand for option in one.places.values() for demand in option]
        if any(demand.app != one.app.name for demand in demands):
            raise InvariantError(f'{one.app.name} has the reservation of another application')
    if list(hosts.nodes) != sorted(hosts.nodes):
        raise InvariantError(f'nodes are out of order: {list(hosts.nodes)}')
