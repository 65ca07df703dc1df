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


def test_what_is_loaded_is_left_out_of_collections():
    import gc

    from edge_sched_ros.nodes.process_tuning import freeze_garbage
    from edge_sched_ros.nodes.process_tuning import unfreeze_garbage

    assert gc.get_freeze_count() == 0
    try:
        freeze_garbage()
        assert gc.get_freeze_count() > 0
    finally:
        unfreeze_garbage()
    assert gc.get_freeze_count() == 0


def test_a_node_freezes_when_it_is_configured_and_tells_of_real_time(bench, start, monkeypatch):
    import gc

    from diagnostic_msgs.msg import DiagnosticArray

    from edge_sched_ros.execution.realtime import Measure
    from edge_sched_ros.nodes import realtime_settings

    asked = []

    def apply(**values):
        asked.append(values)
        # both severities: rclpy takes one for each place of a call
        done = Measure('realtime_priority', True, 'SCHED_FIFO')
        return (done, Measure('lock_memory', False, 'not permitted'))

    monkeypatch.setattr(realtime_settings, 'apply_realtime', apply)
    undone = []
    monkeypatch.setattr(
        'edge_sched_ros.nodes.scheduler_node.undo_realtime',
        lambda _before, measures: undone.extend(measures),
    )
    node = start(lock_memory=True)
    heard = bench.listen(DiagnosticArray, '/diagnostics')
    assert asked == [{'priority': 0, 'lock_memory': True, 'isolated_cores': False}]
    assert gc.get_freeze_count() > 0
    lines = bench.wait_for(
        lambda: [one for array in heard for one in array.status if one.name.endswith('real time')],
        'the line',
    )
    assert lines[0].message == 'lock_memory: not permitted'
    node.trigger_deactivate()
    node.trigger_cleanup()
    assert gc.get_freeze_count() == 0
    assert [one.name for one in undone] == ['realtime_priority', 'lock_memory']
