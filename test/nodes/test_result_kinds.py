# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results of every kind arrive on their topics, with what belongs to them."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from networks import write_network
from networks import write_onnx
from result_kinds import write_kinds
from ros import image
from sensor_msgs.msg import Image
from vision_msgs.msg import Classification
from vision_msgs.msg import Detection2DArray

from edge_sched_ros.msg import Keypoints2DArray

pytestmark = pytest.mark.ros


def _pixels(message):
    kind = {'mono8': 'u1', 'mono16': '<u2', '32FC1': '<f4'}[message.encoding]
    return np.frombuffer(bytes(message.data), kind).reshape(message.height, message.width)


def test_every_kind_of_result_is_published(bench, start, tmp_path):
    files = write_kinds(tmp_path)
    write_onnx(
        tmp_path / 'looks.onnx',
        outputs={'out': np.ones((1, 4), np.float32)},
        input_shape=[1, 3, 32, 32],
    )
    write_network(
        tmp_path, 'looks', engine='auto', decoder='embedding', decoder_options={}, labels=[]
    )
    values = {'tasks': [*files, 'tracker']}
    for task, file in files.items():
        values |= {f'{task}__network': file, f'{task}__topic': 'front/image_raw'}
        values[f'{task}__deadline_ms'] = 60_000.0
    start(
        **values,
        tracker__network=str(tmp_path / 'looks.yaml'),
        tracker__after='yolo_pose',
        tracker__min_hits=1,
        tracker__deadline_ms=60_000.0,
    )
    topics = {
        'yolo_seg/masks': Image,
        'yolo_pose/keypoints': Keypoints2DArray,
        'tracker/keypoints': Keypoints2DArray,
        'tracker/tracks': Detection2DArray,
        'yolo_obb/detections': Detection2DArray,
        'segmentation/image': Image,
        'segmentation/confidence': Image,
        'classification/classification': Classification,
    }
    heard = {topic: bench.listen(kind, topic) for topic, kind in topics.items()}
    bench.publish('front/image_raw', image(1500))
    bench.wait_for(lambda: all(heard.values()), 'a result of every kind')
    found = {topic: messages[0] for topic, messages in heard.items()}
    assert {message.header.frame_id for message in found.values()} == {'lens'}

    masks = _pixels(found['yolo_seg/masks'])
    assert set(np.unique(masks)) == {0, 1}, 'prototypes leave the second object no pixel'
    names = found['yolo_pose/keypoints'].names
    assert list(names) == list(found['tracker/keypoints'].names) == ['nose', 'tail']
    boxes, points = found['tracker/tracks'].detections, found['tracker/keypoints'].objects
    assert [one.id for one in boxes] == [one.id for one in points] != ['', '']
    for box, keypoints in zip(boxes, points):
        nose = keypoints.points[0]
        assert (nose.x, nose.y) == pytest.approx(
            (box.bbox.center.position.x, box.bbox.center.position.y)
        )
    turned = [one.bbox.center.theta for one in found['yolo_obb/detections'].detections]
    assert turned == pytest.approx([math.pi / 4, 0])
    classes = _pixels(found['segmentation/image'])
    half = classes.shape[1] // 2
    assert (classes[:, :half] == 1).all() and (classes[:, half:] == 2).all()
    confidence = _pixels(found['segmentation/confidence'])
    powers = np.exp([0, 2, 0])
    assert confidence[0, 0] == pytest.approx(powers[1] / powers.sum(), abs=1e-5)
    results = found['classification/classification'].results
    assert [one.class_id for one in results] == ['1', '2']
