# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Debug pictures of a node: published while somebody subscribes, and only then."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from ros import image
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

pytestmark = pytest.mark.ros


def _wanted(node):
    return node._debug._painter.wanted


def test_pictures_come_while_somebody_subscribes(bench, start):
    node = start(debug_image_width=64, debug_image_hz=1000.0)
    answers = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(1000, width=128, height=96))
    bench.wait_for(lambda: answers, 'an answer')
    assert not _wanted(node)
    assert not node._debug._painter._latest
    pictures = bench.listen(Image, 'detector/debug_image')
    jpegs = bench.listen(CompressedImage, 'detector/debug_image/compressed')
    bench.wait_for(lambda: _wanted(node) == {'detector'}, 'the node to see the subscriber')
    bench.publish('front/image_raw', image(2000, width=128, height=96))
    bench.wait_for(lambda: pictures and jpegs, 'the pictures')
    shown = pictures[0]
    assert (shown.header.stamp.sec, shown.header.frame_id) == (2, 'lens')
    assert (shown.width, shown.height, shown.encoding) == (64, 48, 'bgr8')
    pixels = np.frombuffer(bytes(shown.data), np.uint8).reshape(48, 64, 3)
    assert pixels[0, 0].any(), 'a border in a colour'
    decoded = cv2.imdecode(np.frombuffer(bytes(jpegs[0].data), np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == pixels.shape and 'jpeg' in jpegs[0].format


def test_the_thread_is_there_while_the_node_is_active(bench, start):
    node = start()
    thread = node._debug._painter._thread
    assert thread.is_alive()
    node.trigger_deactivate()
    assert not thread.is_alive()
    node.trigger_activate()
    pictures = bench.listen(Image, 'detector/debug_image')
    bench.wait_for(lambda: _wanted(node) == {'detector'}, 'the node to see the subscriber')
    bench.publish('front/image_raw', image(1000))
    bench.wait_for(lambda: pictures, 'a picture')
    node.trigger_deactivate()
    node.trigger_cleanup()
    assert node._debug is None
    made = dict(node.get_publisher_names_and_types_by_node('scheduler', '/'))
    assert '/detector/debug_image' not in made
