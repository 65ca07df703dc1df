# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results of every kind become messages, and come back from them."""

from __future__ import annotations

import numpy as np
import pytest

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.perception.masks import masks_of
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.inputs.camera_infos import map_camera_info
from edge_sched_ros.pipeline.inputs.camera_window import fit_info
from edge_sched_ros.pipeline.inputs.topics import result_topics
from edge_sched_ros.pipeline.result_messages import messages_beside_boxes
from edge_sched_ros.pipeline.result_messages import placed_map

HEADER = messages.header(make, Frame('camera', 1, 12_000_000_034, 'lens'))
PARTS = [np.ones((1, 2), bool), np.ones((2, 2), bool)]
FOUND = Detections(
    np.array([[10, 20, 30, 60], [0, 0, 8, 6]], np.float32),
    np.array([0.75, 0.5], np.float32),
    np.array([1, 0]),
    ('cat', 'dog'),
    np.array([42, 7]),
    np.array([0.25, -0.5], np.float32),
    np.array([[[1, 2, 0.5]], [[3, 4, 0.25]]], np.float32),
    masks_of([(0, 0, 2, 1), (1, 0, 3, 2)], PARTS, (4, 2), (0.5, 0.5, 0, 0)),
    ('nose',),
)


def _made(result):
    """Return the messages of a result as their readers see them, by topic."""
    store, kinds = (
        typestore(),
        {**result_topics('segmentation'), **result_topics('classification')},
    )
    kinds |= result_topics('detections', ('keypoints', 'masks'))
    found = {}
    for name, message in messages_beside_boxes(make, result, lambda: HEADER).items():
        one = message()
        if one is not None:
            data = store.serialize_cdr(one, kinds[name])
            found[name] = store.deserialize_cdr(data, kinds[name])
    return found


def _pixels(image):
    kind = {'mono8': 'u1', 'mono16': '<u2', '32FC1': '<f4'}[image.encoding]
    assert image.step == image.width * np.dtype(kind).itemsize
    return np.frombuffer(bytes(image.data), kind).reshape(image.height, image.width)


def test_keypoints_are_in_the_order_of_the_detections():
    array = _made(FOUND)['keypoints']
    assert array.names == ['nose'] and array.header == HEADER
    assert [one.id for one in array.objects] == ['42', '7']
    first = array.objects[0]
    assert (first.class_id, first.score) == ('1', 0.75)
    assert [(p.x, p.y, p.score) for p in first.points] == [(1, 2, 0.5)]


def test_the_mask_image_has_the_index_of_the_detection_and_one():
    image = _made(FOUND)['masks']
    assert image.encoding == 'mono16'
    assert _pixels(image).tolist() == [[1, 1, 2, 0], [0, 2, 2, 0]]


def test_a_turned_box_has_its_angle():
    boxes = messages.detections(make, FOUND, HEADER).detections
    assert [one.bbox.center.theta for one in boxes] == [0.25, -0.5]
    assert (boxes[0].bbox.size_x, boxes[0].bbox.size_y) == (20, 40)


@pytest.mark.parametrize(('dtype', 'encoding'), [(np.uint8, 'mono8'), (np.uint16, 'mono16')])
def test_a_class_map_is_an_image_of_class_ids(dtype, encoding):
    ids = np.array([[0, 1, 2], [200, 3, 4]], dtype)
    made = _made(ClassMap(ids, 0.5, 0.5))
    assert list(made) == ['image'], 'ids alone have no confidence'
    assert made['image'].encoding == encoding
    assert np.array_equal(_pixels(made['image']), ids)


def test_confidence_is_an_image_where_it_is_known():
    values = np.array([[[0.25, 0.5]], [[0.75, 0.5]]], np.float32)
    made = _made(ClassMap(np.array([[1, 0]], np.uint8), 1, 1, values=values, logits=False))
    assert _pixels(made['confidence']).tolist() == [[0.75, 0.5]]


def test_classes_are_hypotheses_the_most_likely_first():
    found = Classes(np.array([3, 1]), np.array([0.75, 0.125], np.float32), ('a', 'b'))
    results = _made(found)['classification'].results
    assert [(one.class_id, one.score) for one in results] == [('3', 0.75), ('1', 0.125)]


def test_maps_of_every_kind_have_a_camera_info():
    info = make(
        'sensor_msgs/msg/CameraInfo', width=8, height=4, k=np.diag([10.0, 10.0, 1.0]).reshape(-1)
    )
    fitted = fit_info(info, (8, 4))
    ids, depth = np.zeros((2, 4), np.uint8), np.ones((2, 4), np.float32)
    for result in (FOUND, ClassMap(ids, 0.5, 0.5), DepthMap(depth, 0.5, 0.5)):
        small = map_camera_info(make, fitted, placed_map(result), HEADER)
        assert (small.width, small.height, small.k[0]) == (4, 2, 5.0)
    assert placed_map(Classes(np.zeros(0, int), np.zeros(0, np.float32))) is None


def test_topics_of_extras_are_added():
    assert set(result_topics('tracks', ('keypoints',))) == {'tracks', 'keypoints'}
    assert set(result_topics('detections', ('masks',))) == {'detections', 'masks', 'camera_info'}
    assert result_topics('none', ('unknown',)) == {}
