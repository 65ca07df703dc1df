# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A controller's state on two GPU and two edgeTPU nodes, with a clock that tests move."""

from __future__ import annotations

import pytest
from kube_objects import make_types
from kube_objects import node
from kube_objects import NODES

from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.cluster.migration import MoverSettings
from edge_sched_ros.cluster.service import Service


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_service(tmp_path, clock):
    """Return a function that makes a service which has seen nodes and pods."""
    made = []

    def make(*nodes, pods=(), claims=(), algorithm='ibis', moving=None, **keys):
        moving = moving or MoverSettings(violation_s=10, every_s=30, penalty_s=100)
        types = make_types(tmp_path, **keys)
        service = Service(
            types, make_algorithm(algorithm), reserve_s=60, stale_s=120, moving=moving, clock=clock
        )
        service.replace('nodes', [node(name) for name in nodes or NODES])
        service.replace('pods', pods)
        service.replace('resourceclaims', claims)
        made.append(service)
        return service

    yield make
    for service in made:
        service.validate()
