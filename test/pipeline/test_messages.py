# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results become messages, made here for bags; the node's are made by the same code."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import no_detections
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.inputs.camera_infos import picture_camera_info
from edge_sched_ros.pipeline.inputs.camera_window import fit_info
from edge_sched_ros.pipeline.result_messages import messages_beside_boxes

FRAME = Frame('camera', 1, 12_000_000_034, 'lens')
HEADER = messages.header(make, FRAME)
MS = 1_000_000


def _there_and_back(message, kind):
    store = typestore()
    return store.deserialize_cdr(store.serialize_cdr(message, kind), kind)


def test_boxes_in_source_pixels_with_the_header_of_the_frame():
    found = Detections(
        np.array([[10, 20, 30, 60]], np.float32),
        np.array([0.75], np.float32),
        np.array([1]),
        ('cat', 'dog'),
        np.array([42]),
    )
    message = _there_and_back(
        messages.detections(make, found, HEADER), 'vision_msgs/msg/Detection2DArray'
    )
    one = message.detections[0]
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (12, 34)
    assert one.header == message.header and message.header.frame_id == 'lens'
    position = one.bbox.center.position
    assert (position.x, position.y, one.bbox.size_x, one.bbox.size_y) == (20, 40, 20, 40)
    hypothesis = one.results[0].hypothesis
    assert (one.id, hypothesis.class_id, hypothesis.score) == ('42', '1', 0.75)


def test_nothing_found_is_an_empty_array():
    message = messages.detections(make, no_detections(), HEADER)
    assert list(message.detections) == []


def test_an_untracked_detection_has_no_id():
    found = Detections(np.zeros((1, 4), np.float32), np.ones(1, np.float32), np.array([7]))
    one = messages.detections(make, found, HEADER).detections[0]
    assert (one.id, one.results[0].hypothesis.class_id) == ('', '7')


def test_class_ids_are_looked_up_in_the_label_info():
    labels = ('cat', 'dog')
    found = Detections(
        np.zeros((2, 4), np.float32), np.ones(2, np.float32), np.array([1, 0]), labels
    )
    ids = [
        one.results[0].hypothesis.class_id
        for one in messages.detections(make, found, HEADER).detections
    ]
    info = _there_and_back(
        messages.label_info(make, labels, 0.25, HEADER), 'vision_msgs/msg/LabelInfo'
    )
    names = {str(entry.class_id): entry.class_name for entry in info.class_map}
    assert [names[one] for one in ids] == ['dog', 'cat']
    assert (info.header, info.threshold) == (HEADER, 0.25)


def _image(result):
    return messages_beside_boxes(make, result, lambda: HEADER)['image']()


def test_depth_is_32fc1_metres():
    depth = DepthMap(np.array([[1.5, np.nan], [2, 3]], np.float32), 0.5, 0.5)
    message = _there_and_back(_image(depth), 'sensor_msgs/msg/Image')
    assert (message.encoding, message.step, message.height) == ('32FC1', 8, 2)
    pixels = np.frombuffer(message.data, np.float32)
    assert pixels[0] == 1.5 and math.isnan(pixels[1])


def test_a_picture_is_bgr8_with_the_camera_of_the_source():
    pixels = np.random.default_rng(3).integers(0, 255, (4, 6, 3), np.uint8)
    picture = SourceImage.from_raw(
        pixels[..., ::-1].tobytes(), width=6, height=4, encoding='rgb8', step=18
    )
    message = _there_and_back(_image(picture), 'sensor_msgs/msg/Image')
    assert (message.encoding, message.width, message.height, message.step) == ('bgr8', 6, 4, 18)
    assert (message.data.reshape(4, 6, 3) == pixels).all()
    info = make(
        'sensor_msgs/msg/CameraInfo',
        header=messages.header(make, None),
        width=16,
        height=8,
        distortion_model='plumb_bob',
        d=[0.1, 0.2],
        k=range(1, 10),
        r=range(9, 18),
        p=range(1, 13),
        binning_x=2,
        roi=make(
            'sensor_msgs/msg/RegionOfInterest',
            x_offset=3,
            y_offset=4,
            width=12,
            height=4,
            do_rectify=True,
        ),
    )
    kind = 'sensor_msgs/msg/CameraInfo'
    same = _there_and_back(picture_camera_info(make, fit_info(info, (6, 4)), HEADER), kind)
    assert same.header == message.header
    info.header = HEADER
    assert vars(same).keys() == vars(info).keys()
    for name, value in vars(_there_and_back(info, kind)).items():
        assert np.array_equal(getattr(same, name), value), name


@pytest.mark.parametrize(
    ('outcome', 'code', 'response'),
    [('on_time', 0, 30 * MS), ('late', 1, 70 * MS), ('dropped', 2, None), ('failed', 3, None)],
)
def test_the_timing_of_a_job(outcome, code, response):
    end = JobEnd(
        task='detector',
        job=5,
        outcome=outcome,
        reason='why' if code > 1 else '',
        frame=FRAME,
        result=None,
        stages=(StageTiming('infer', 'cpu0', 12 * MS, 15 * MS, 25 * MS),),
        release_ns=10 * MS,
        deadline_ns=60 * MS,
        response_ns=response,
        age_ns=4 * MS,
        items=1,
        variant='base',
    )
    message = _there_and_back(
        messages.job_timing(make, end, network='net'), 'edge_sched_ros/msg/JobTiming'
    )
    assert (message.outcome, message.deadline_ms, message.age_ms) == (code, 50, 4)
    assert math.isnan(message.response_ms) if response is None else message.response_ms > 0
    stage = message.stages[0]
    assert (stage.queued_ms, stage.start_ms, stage.end_ms) == (3, 5, 15)
