# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the books add up, for tests."""

from __future__ import annotations

from edge_sched_ros.cluster.books import Books
from edge_sched_ros.core.errors import InvariantError


def check(books: Books) -> None:
    """
    Check that the books add up: all who are hosted are bound there, or held there for sure.

    :raises InvariantError: when they do not
    """
    books.hosts.validate()
    expected = {pod.app.name: pod.node for pod in books.pods.values() if pod.app is not None}
    for hold in books.holds.values():
        if hold.firm:
            expected[hold.app.name] = next(iter(hold.places))
    if any(expected.get(app) != node for app, node in books.hosts.where.items()):
        raise InvariantError(f'hosted are {books.hosts.where}, expected {expected}')
    firm = {hold.app.name for hold in books.holds.values() if hold.firm}
    if not firm <= books.hosts.where.keys():
        raise InvariantError(f'held, but not hosted: {firm - books.hosts.where.keys()}')
    for hold in books.holds.values():
        demands = [demand for option in hold.places.values() for demand in option]
        if any(demand.app != hold.app.name for demand in demands):
            raise InvariantError(f'{hold.app.name} holds what is of another')
    if list(books.hosts.nodes) != sorted(books.hosts.nodes):
        raise InvariantError(f'nodes are out of order: {list(books.hosts.nodes)}')
