# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What class ids stand for: latched, with stamp, frame and the threshold in force."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from networks import write_network
from networks import write_onnx
from rclpy.parameter import Parameter
from ros import image
from vision_msgs.msg import Detection2DArray
from vision_msgs.msg import LabelInfo

pytestmark = pytest.mark.ros


def _last(bench, heard, condition, what):
    bench.wait_for(lambda: heard and condition(heard[-1]), what)
    return heard[-1]


def test_class_ids_are_looked_up_there_and_a_changed_threshold_is_published(bench, start):
    node = start(detector__score_threshold=0.5)
    found = bench.listen(Detection2DArray, 'detector/detections')
    heard = bench.listen(LabelInfo, 'detector/label_info', latched=True)
    first = _last(bench, heard, lambda info: True, 'the labels')
    assert (first.threshold, first.header.frame_id) == (0.5, '')
    assert first.header.stamp.sec > 0
    bench.publish('front/image_raw', image(1500))
    detection = bench.wait_for(lambda: found and found[0], 'the detections').detections[0]
    info = _last(bench, heard, lambda info: info.header.frame_id, 'labels with a frame')
    assert info.header.frame_id == detection.header.frame_id == 'lens'
    names = {str(entry.class_id): entry.class_name for entry in info.class_map}
    assert names[detection.results[0].hypothesis.class_id] == 'b'
    node.set_parameters([Parameter('detector.score_threshold', value=0.25)])
    _last(bench, heard, lambda info: info.threshold == 0.25, 'the new threshold')
    # whoever comes late hears of it too
    late = bench.listen(LabelInfo, 'detector/label_info', latched=True)
    assert _last(bench, late, lambda info: True, 'latched labels').threshold == 0.25


def test_tracks_have_the_labels_of_what_finds_their_boxes(bench, start, tmp_path):
    write_onnx(
        tmp_path / 'looks.onnx',
        outputs={'out': np.ones((1, 4), np.float32)},
        input_shape=[1, 3, 32, 32],
    )
    write_network(
        tmp_path, 'looks', engine='auto', decoder='embedding', decoder_options={}, labels=[]
    )
    start(
        tasks=['detector', 'tracker'],
        detector__score_threshold=0.5,
        tracker__network=str(tmp_path / 'looks.yaml'),
        tracker__after='detector',
    )
    heard = bench.listen(LabelInfo, 'tracker/label_info', latched=True)
    info = _last(bench, heard, lambda info: True, 'the labels')
    assert [entry.class_name for entry in info.class_map] == ['a', 'b']
    assert info.threshold == 0.5
