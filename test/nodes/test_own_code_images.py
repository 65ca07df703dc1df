# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program of a user's own on a depth camera: its messages come, and its results go out."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray
from ros import image
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from edge_sched_ros.msg import JobTiming

pytestmark = pytest.mark.ros


def _depth(stamp_ms):
    depth = np.arange(8, dtype=np.float32).reshape(2, 4)
    data = array('B', depth.tobytes())
    return image(stamp_ms, width=4, height=2, encoding='32FC1', step=16, data=data), depth


@pytest.mark.parametrize('isolation', ['thread', 'process'])
def test_depth_reaches_it_and_its_answer_has_the_cameras_info(bench, start, isolation):
    program = {'detector__network': '', 'detector__program': 'own_programs:Halved'}
    start(**program, detector__isolation=isolation)
    found = bench.listen(Image, 'detector/image')
    infos = bench.listen(CameraInfo, 'detector/camera_info')
    diagnostics = bench.listen(DiagnosticArray, '/diagnostics')
    k = [40.0, 0.0, 1.5, 0.0, 40.0, 0.5, 0.0, 0.0, 1.0]
    bench.publish('front/camera_info', CameraInfo(width=4, height=2, k=k))
    message, depth = _depth(1500)
    bench.publish('front/image_raw', message)
    answer = bench.wait_for(lambda: found and found[0], 'the answer')
    assert (answer.width, answer.height, answer.header.stamp.sec) == (4, 2, 1)
    halved = np.frombuffer(answer.data, np.float32).reshape(2, 4)
    assert halved.tolist() == (depth / 2).tolist()
    info = bench.wait_for(lambda: infos and infos[0], 'its CameraInfo')
    assert (info.width, info.height, info.k.tolist()) == (4, 2, k)
    diagnostics.clear()
    bench.wait_for(lambda: len(diagnostics) > 3, 'diagnostics')
    assert not [s.message for a in diagnostics for s in a.status if 'depth_image' in str(s)]


@pytest.mark.parametrize('isolation', ['thread', 'process'])
def test_one_that_wants_the_picture_is_told_why_there_is_none(bench, start, capfd, isolation):
    program = {'detector__network': '', 'detector__program': 'own_programs:Seen'}
    start(**program, detector__isolation=isolation)
    timings = bench.listen(JobTiming, 'scheduler/timing')
    bench.publish('front/image_raw', _depth(1500)[0])
    timing = bench.wait_for(lambda: timings and timings[0], 'the end of the job')
    assert timing.reason == 'depth_image'
    assert "'32FC1' is depth in metres, not a picture" in capfd.readouterr().err
