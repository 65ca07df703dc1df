# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Two nodes of one name are reported as long as both are there."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node

pytestmark = pytest.mark.ros


def test_a_second_node_of_the_same_name_is_reported_and_forgotten(bench, start, capfd):
    # a name of its own: other work on this machine may have a scheduler in the same domain
    start('-r', '__node:=twice_here')
    heard = bench.listen(DiagnosticArray, '/diagnostics')

    def line():
        names = {one.name: one for one in heard[-1].status} if heard else {}
        return names.get('/twice_here: name')

    bench.wait_for(lambda: heard, 'diagnostics')
    assert line() is None
    twin = Node('twice_here', context=bench.context, start_parameter_services=False)
    found = bench.wait_for(line, 'the warning')
    assert found.level == b'\x01' and found.message.startswith('2 nodes are named /twice_here')
    twin.destroy_node()
    # listeners keep the last state of a line
    gone = bench.wait_for(
        lambda: next(
            (
                one
                for array in heard
                for one in array.status
                if one.name == '/twice_here: name' and one.level == b'\x00'
            ),
            None,
        ),
        'the line as OK',
    )
    assert gone.message.startswith('no longer reported; before: 2 nodes are named /twice_here')
    bench.wait_for(lambda: line() is None, 'diagnostics without it')
    assert capfd.readouterr().err.count('2 nodes are named /twice_here') == 1
