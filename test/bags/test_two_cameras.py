# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags of two cameras and of calibrated ones, replayed (issue 18)."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from raw_outputs import FLOAT
from raw_outputs import write_echo

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.cli.commands.replay import replay

IMAGE, INFO = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CameraInfo'
MS = 1_000_000
BEGIN = 1_700_000_000_000 * MS
WIDTH, HEIGHT = 64, 48


def _header(at_ms):
    stamp = BEGIN + round(at_ms * MS)
    of_ros = make(
        'builtin_interfaces/msg/Time', sec=stamp // 1_000_000_000, nanosec=stamp % 1_000_000_000
    )
    return stamp, make('std_msgs/msg/Header', stamp=of_ros, frame_id='lens')


def _image(at_ms):
    stamp, header = _header(at_ms)
    data = np.full(HEIGHT * WIDTH * 3, 90, np.uint8)
    values = {'width': WIDTH, 'height': HEIGHT, 'encoding': 'bgr8', 'step': 3 * WIDTH}
    return stamp, make(IMAGE, header=header, data=data, **values)


def _info(at_ms, shift=0.0):
    stamp, header = _header(at_ms)
    k = [50.0, 0, 32, 0, 50, 24, 0, 0, 1]
    p = [50.0, 0, 32, shift, 0, 50, 24, 0, 0, 0, 1, 0]
    values = {'width': WIDTH, 'height': HEIGHT, 'k': k, 'p': p, 'd': [0.0] * 5}
    return stamp, make(INFO, header=header, distortion_model='plumb_bob', **values)


def _write(path, topics):
    """Write topic -> (type, messages with their times)."""
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer

    store = typestore()
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        every = []
        for topic, (kind, messages) in topics.items():
            connection = writer.add_connection(topic, kind, typestore=store)
            every += [(at, topic, connection, store.serialize_cdr(m, kind)) for at, m in messages]
        for at, _, connection, data in sorted(every, key=lambda one: one[:2]):
            writer.write(connection, at, data)
    return path


def _account(tmp_path, bag, **task):
    """Return the account of the one task."""
    parameters = {'tasks': ['depth'], 'units': ['cpu'], 'depth': {'deadline_ms': 60e4, **task}}
    # none is superseded or overtaken
    parameters['depth'] |= {'queue_depth': 100, 'max_in_flight': 1}
    file = tmp_path / 'parameters.yaml'
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}))
    outcome = CliRunner().invoke(replay, [str(bag), '--params', str(file), '--json'])
    assert outcome.exit_code in (0, 1), outcome.output
    return json.loads(outcome.stdout)['tasks']['depth']


@pytest.mark.parametrize(
    ('tolerance_ms', 'calibrated', 'on_time', 'dropped', 'failed'),
    [
        (0.0, True, 0, {'unpaired': 10}, {}),
        (3.0, True, 8, {'unpaired': 2}, {}),
        (3.0, False, 0, {'unpaired': 2}, {'no_camera_info': 8}),
    ],
)
def test_stereo_over_two_topics_of_a_bag(
    tmp_path, tolerance_ms, calibrated, on_time, dropped, failed
):
    times = [10 * number for number in range(1, 11)]
    # the right camera is 2 ms late, and two of its images are missing
    late = [_image(at + 2) for at in times if at not in (30, 100)]
    topics = {'/left/image': (IMAGE, list(map(_image, times))), '/right/image': (IMAGE, late)}
    if calibrated:
        topics['/left/camera_info'] = (INFO, [_info(0)])
        topics['/right/camera_info'] = (INFO, [_info(0, shift=-5.0)])
    bag = _write(tmp_path / 'bag', topics)
    account = _account(
        tmp_path,
        bag,
        program='stereo',
        topic='left/image',
        second_topic='right/image',
        sync_tolerance_ms=tolerance_ms,
        max_disparity=16,
    )
    assert (account['released'], account['on_time']) == (10, on_time)
    assert (account['dropped'], account['failed']) == (dropped, failed)


@pytest.mark.parametrize('calibrated', [True, False])
def test_the_intrinsics_of_a_bag(tmp_path, calibrated):
    pytest.importorskip('onnxruntime')
    network = write_echo(
        tmp_path,
        {'x': ([1, 3, 6, 8], FLOAT), 'k': ([3, 3], FLOAT)},
        inputs={'k': {'from': 'camera_info'}},
    )
    topics = {'/cam/image_raw': (IMAGE, [_image(at) for at in (10, 20, 30)])}
    if calibrated:
        topics['/cam/camera_info'] = (INFO, [_info(0)])
    bag = _write(tmp_path / 'bag', topics)
    account = _account(tmp_path, bag, network=str(network), topic='cam/image_raw')
    if calibrated:
        assert (account['on_time'], account['failed']) == (3, {})
    else:
        assert (account['on_time'], account['failed']) == (0, {'no_camera_info': 3})
