# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A task that follows the boxes of another, by configuration."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from children import TIMEOUT_S
from networks import write_network
from networks import write_onnx
from pictures import textured

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline.assemble import assemble
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters


def _parameters(tmp_path, **more):
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])
    boxes = write_network(tmp_path, 'boxes', engine='auto', decoder_options={})
    return {
        'tasks': ['detector', 'follower'],
        'detector.network': str(boxes),
        'detector.topic': 'camera',
        'detector.every_n': 4,
        'detector.deadline_ms': 600_000,
        'follower.program': 'flow_track',
        'follower.topic': 'camera',
        'follower.detections_from': 'detector',
        'follower.deadline_ms': 600_000,
        **more,
    }


def _frame(seq):
    picture = textured(64, 64)
    image = SourceImage.from_raw(
        picture.reshape(-1), width=64, height=64, encoding='bgr8', step=192
    )
    return Frame('camera', seq, seq, 'lens', image)


def _run(config, count):
    """Return the ends of all jobs by task, each frame sent when the one before is answered."""
    ends, changed = [], threading.Condition()

    def on_end(end):
        with changed:
            ends.append(end)
            changed.notify_all()

    machine = discover()
    pipeline = Pipeline(config, on_end=on_end, machine=replace(machine, units=machine.units[:1]))
    pipeline.load()
    pipeline.start()
    try:
        wanted = 0
        for seq in range(1, count + 1):
            pipeline.submit(_frame(seq))
            # the detector works on frames 1, 5, 9 ...
            wanted += 1 + (seq % 4 == 1)
            with changed:
                assert changed.wait_for(lambda w=wanted: len(ends) >= w, TIMEOUT_S), ends
    finally:
        pipeline.stop()
        labels = pipeline.labels_of('follower')
        pipeline.unload()
    return ends, labels


def test_every_frame_has_tracks_though_the_detector_works_on_some(tmp_path):
    ends, labels = _run(from_parameters(_parameters(tmp_path)), 10)
    detected = [end for end in ends if end.task == 'detector']
    followed = [end for end in ends if end.task == 'follower']
    assert labels == ('a', 'b')
    assert len(detected) == 3 and len(followed) == 10
    assert [end.outcome for end in followed] == ['on_time'] * 10
    assert all(isinstance(end.result, Detections) for end in followed)
    counts = [len(end.result) for end in followed]
    # of the first frame the detector's answer may come after the follower's
    assert set(counts[1:]) == {1}
    # the boxes are the detector's
    assert np.abs(followed[-1].result.boxes_xyxy - detected[0].result.boxes_xyxy).max() < 3
    assert len({int(end.result.track_ids[0]) for end in followed[1:]}) == 1


def test_keypoints_that_are_not_followed_are_told(tmp_path, caplog):
    of_boxes = _parameters(tmp_path)
    assemble(from_parameters(of_boxes), discover()).close()
    assert 'without their' not in caplog.text
    poses = np.zeros((1, 56, 21), np.float32)
    write_onnx(tmp_path / 'poses.onnx', outputs={'out': poses}, input_shape=[1, 3, 32, 32])
    network = write_network(
        tmp_path,
        'poses',
        engine='auto',
        decoder='yolo_pose',
        labels=['person'],
        decoder_options={},
    )
    of_poses = _parameters(tmp_path, **{'detector.network': str(network)})
    assemble(from_parameters(of_poses), discover()).close()
    assert 'follower: follows only the boxes of detector, without their keypoints' in caplog.text


def test_its_options_are_parameters_of_the_task(tmp_path):
    config = from_parameters(_parameters(tmp_path, **{'follower.max_age_frames': 1.0}))
    ends, _ = _run(config, 8)
    counts = [len(end.result) for end in ends if end.task == 'follower']
    # seen in frames 1 and 5, used at the latest a frame later, and forgotten before the next
    assert counts[3] == 0 and counts[7] == 0 and sum(counts) > 0


@pytest.mark.parametrize(
    ('more', 'message'),
    [
        ({'follower.detections_from': ''}, 'follower.detections_from: needs the task whose boxes'),
        ({'follower.detections_from': 'depth'}, "there is no task named 'depth'"),
        ({'follower.detections_from': 'follower'}, 'cannot follow its own boxes'),
        ({'follower.topic': 'rear'}, "'detector' works on 'camera', this task on 'rear'"),
        ({'detector.detections_from': 'follower'}, "detector.*: 'follower' follows boxes itself"),
        ({'follower.program': 'flow_trak'}, "follower.program: .*did you mean 'flow_track'"),
        ({'follower.nms_iou': 0.5}, 'follower.nms_iou: .*unknown parameter'),
        (
            {
                'tasks': ['detector', 'follower', 'second'],
                'second.program': 'flow_track',
                'second.topic': 'camera',
                'second.detections_from': 'follower',
                'second.deadline_ms': 600_000,
            },
            "second.detections_from: 'follower' follows boxes itself",
        ),
        (
            {
                'tasks': ['detector', 'cleaner', 'follower'],
                'cleaner.program': 'denoise',
                'cleaner.topic': 'camera',
                'cleaner.deadline_ms': 600_000,
                'follower.detections_from': 'cleaner',
            },
            "follower.detections_from: 'cleaner' gives picture, not boxes",
        ),
        (
            {'follower.topic_type': 'sensor_msgs/msg/Imu', 'detector.topic_type': ''},
            'topic_type: .*',
        ),
    ],
)
def test_what_cannot_be_is_one_clear_line(more, message, tmp_path):
    with pytest.raises(ConfigError, match=message) as caught:
        assemble(from_parameters(_parameters(tmp_path, **more)), discover())
    assert '\n' not in str(caught.value)
