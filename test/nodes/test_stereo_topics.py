# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stereo over two topics and their CameraInfos, in the node (issue 18)."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from ros import image
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from edge_sched_ros.msg import SchedulerStatus

pytestmark = pytest.mark.ros

WIDTH, HEIGHT, SHIFT = 64, 48, 4


def _pictures():
    """Return a picture and the same some pixels to the left."""
    whole = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH + SHIFT, 3), dtype=np.uint8)
    return [whole[:, at : at + WIDTH].tobytes() for at in (0, SHIFT)]


def _info(tx):
    p = [50.0, 0.0, 32.0, tx, 0.0, 50.0, 24.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    return CameraInfo(width=WIDTH, height=HEIGHT, p=p)


def test_depth_of_two_topics_needs_no_numbers(bench, start):
    sides = ('left', 'right')
    topics = [f'{side}/{name}' for side in sides for name in ('image_rect', 'camera_info')]
    start(
        tasks=['depth'],
        detector__network=None,
        detector__topic=None,
        detector__deadline_ms=None,
        depth__program='stereo',
        depth__topic='left/image_rect',
        depth__second_topic='right/image_rect',
        depth__max_disparity=16,
        depth__deadline_ms=5000.0,
        **{f'qos_overrides./{topic}.subscription.reliability': 'reliable' for topic in topics},
    )
    depths = bench.listen(Image, 'depth/image')
    status = bench.listen(SchedulerStatus, 'scheduler/status')
    for side, tx in zip(sides, (0.0, -5.0)):
        bench.publish(f'{side}/camera_info', _info(tx))
    stamps = iter(range(1000, 900_000, 10))

    def both():
        stamp = next(stamps)
        for side, data in zip(sides, _pictures()):
            sent = image(stamp, width=WIDTH, height=HEIGHT, data=array('B', data))
            bench.publish(f'{side}/image_rect', sent)
        return depths

    bench.wait_for(both, 'depth')
    depth = np.frombuffer(depths[0].data, np.float32)
    # 50 px * 0.1 m / 4 px
    assert np.nanmedian(depth) == 1.25
    assert depths[0].header.frame_id == 'lens'

    def dropped():
        bench.publish('left/image_rect', image(next(stamps), width=WIDTH, height=HEIGHT))
        tasks = [task for one in status[-1:] for task in one.tasks]
        return any('unpaired' in task.reasons for task in tasks)

    bench.wait_for(dropped, 'the reason')
