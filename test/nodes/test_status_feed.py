# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The process that tells ``edge-sched top`` of running schedulers, and changes them."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

import rclpy
from ros import image

from edge_sched_ros.cli.status_feed import StatusFeed

pytestmark = [pytest.mark.ros, pytest.mark.dds]


def _newest(bench, feed, condition):
    """Spin the node until a snapshot meets a condition, and return it."""

    def look():
        return next((one for one in reversed(feed.poll()) if condition(one)), None)

    return bench.wait_for(look, 'a snapshot')


def test_a_scheduler_is_shown_and_changed(bench, start, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(bench.domain_id))
    node = start()
    stamp_ns = node.get_clock().now().nanoseconds
    bench.publish('front/image_raw', image(stamp_ns // 1_000_000))
    with StatusFeed() as feed:
        found = _newest(bench, feed, lambda one: one.tasks[0].on_time)
        assert (found.source, found.policy, found.live) == ('/scheduler', 'edf+drop', True)
        assert found.tasks[0].name == 'detector' and found.tasks[0].deadline_ms == 5000.0
        _newest(bench, feed, lambda one: {unit.waiting for unit in one.units} == {0})
        feed.set('/scheduler', 'detector.enabled', False)
        _newest(bench, feed, lambda one: not one.tasks[0].enabled)
        feed.set('/scheduler', 'policy', 'fcfs')
        _newest(bench, feed, lambda one: one.policy == 'fcfs')
        feed.set('/scheduler', 'detector.deadline_ms', -1.0)
        said = []
        bench.wait_for(lambda: said.extend(feed.messages()) or len(said) == 3, 'three answers')
        assert said[:2] == ['detector.enabled is false', 'policy is fcfs']
        assert 'detector.deadline_ms' in said[2] and '-1.0' in said[2]
        feed.set('/nobody', 'policy', 'fcfs')
        said = bench.wait_for(lambda: list(feed.messages()), 'an answer')
        assert said == ['policy: /nobody does not answer']
    assert feed._process.returncode == 0


def test_another_scheduler_is_left_out(bench, start, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(bench.domain_id))
    start('-r', '__ns:=/robot')
    with StatusFeed('robot/scheduler') as feed, StatusFeed('/scheduler') as other:
        for _ in range(3):
            assert _newest(bench, feed, lambda one: True).source == '/robot/scheduler'
        assert not other.poll()


def test_a_node_that_never_answers_is_told(bench, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(bench.domain_id))
    # its service is there, but nobody spins it
    deaf = rclpy.create_node('deaf', context=bench.context)
    try:
        with StatusFeed() as feed:
            unseen = said = ['policy: /deaf does not answer']
            while said == unseen:
                # on a busy machine it may take long until the service is seen
                feed.set('/deaf', 'policy', 'fcfs')
                said = bench.wait_for(lambda: list(feed.messages()), 'an answer')
            assert said == ['policy: /deaf has not answered for 5 s']
        assert feed._process.returncode == 0
    finally:
        deaf.destroy_node()
