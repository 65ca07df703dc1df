# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Log records of the package go to the nodes there are, and nowhere else after the last."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from edge_sched_ros.nodes.logging_bridge import forward_logging


@pytest.mark.parametrize('first', [0, 1])
def test_logging_is_as_before_whichever_node_ends_first(first):
    root = logging.getLogger('edge_sched_ros')
    before = root.level, root.propagate, list(root.handlers)
    said = []
    node = SimpleNamespace(error=said.append, warning=said.append, info=said.append)
    stops = [forward_logging(node), forward_logging(node)]
    root.warning('both')
    stops.pop(first)()
    root.warning('one')
    assert said == ['both', 'both', 'one']
    for stop in (*stops, *stops):
        stop()
    assert (root.level, root.propagate, list(root.handlers)) == before
