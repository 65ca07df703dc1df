# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A publisher of another type on an input's topic is named."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray
from ros import Bench
from std_msgs.msg import String

pytestmark = pytest.mark.ros

TEXT = (
    'no messages can be received from /watcher: it publishes std_msgs/msg/String, but '
    'sensor_msgs/msg/Image is expected'
)


@pytest.fixture
def elsewhere(bench):
    """Return another process, as far as DDS is concerned: one allows a topic a single type."""
    other = Bench(bench.domain_id)
    yield other
    other.close()


def test_it_is_named_in_the_log_once_and_in_diagnostics(bench, elsewhere, start, capfd):
    start()
    publisher = elsewhere.watcher.create_publisher(String, 'front/image_raw', 1)
    diagnostics = bench.listen(DiagnosticArray, '/diagnostics')

    def said():
        return [s for a in diagnostics for s in a.status if TEXT in s.message]

    status = bench.wait_for(said, 'that the type is another')[0]
    assert status.level >= b'\1' and '/front/image_raw' in status.name
    diagnostics.clear()
    bench.wait_for(lambda: len(diagnostics) > 10, 'some more diagnostics')
    assert ''.join(capfd.readouterr()).count(f'/front/image_raw: {TEXT}') == 1
    # gone, it is no problem any more
    elsewhere.watcher.destroy_publisher(publisher)

    def silent():
        return diagnostics and not [s for s in diagnostics[-1].status if TEXT in s.message]

    bench.wait_for(silent, 'that it is gone')
