# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node sets up in its process, and what its publishers leave out."""

from __future__ import annotations

import sys

import pytest
from children import finished

rclpy = pytest.importorskip('rclpy')

_TUNED = """
import sys
from edge_sched_ros.nodes.process_tuning import tune_process
tune_process()
print(sys.getswitchinterval())
"""


def test_python_turns_are_shortened():
    done = finished([sys.executable, '-c', _TUNED])
    assert float(done.stdout) < 0.005


def test_a_quiet_publisher_brings_nothing_into_the_wait_set():
    from std_msgs.msg import Empty

    from edge_sched_ros.nodes.eventless_publishers import create_publisher

    rclpy.init()
    try:
        node = rclpy.create_node('quiet')
        before = len(list(node.waitables))
        create_publisher(node, Empty, 'quiet', rclpy.qos.QoSProfile(depth=1))
        assert len(list(node.waitables)) == before
        node.create_publisher(Empty, 'loud', 1)
        assert len(list(node.waitables)) > before
        node.destroy_node()
    finally:
        rclpy.shutdown()
