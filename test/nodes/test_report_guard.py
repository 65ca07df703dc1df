# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A report that fails does not end the node."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from ros import state_of

from edge_sched_ros.msg import SchedulerStatus

pytestmark = pytest.mark.ros


@pytest.mark.parametrize('error', [KeyError('lost'), SystemExit(3)])
def test_a_failing_report_is_logged_once_and_the_next_one_comes(
    bench, start, monkeypatch, capfd, error
):
    node = start()
    heard = bench.listen(SchedulerStatus, 'scheduler/status')
    guard = node._reporter._guard

    def fail():
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(node._pipeline, 'look_at_machine', fail)
        bench.wait_for(lambda: guard.errors >= 3, 'three failed reports')
    heard.clear()
    bench.wait_for(lambda: heard, 'a report')
    assert state_of(node) == 'active'
    said = capfd.readouterr()
    assert (said.out + said.err).count('a report failed, the node goes on: ') == 1


def test_a_status_that_fails_at_the_end_does_not_keep_the_node_active(start, monkeypatch, capfd):
    node = start()
    monkeypatch.setattr(node._pipeline, 'status', lambda: {}['lost'])
    node.trigger_deactivate()
    assert state_of(node) == 'inactive'
    said = capfd.readouterr()
    assert 'a report failed' in said.out + said.err
    assert "a file is not written: KeyError: 'lost'" in said.out + said.err
