# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Topics are known by the names they have after namespace and remapping."""

from __future__ import annotations

import itertools
from array import array

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.qos import ReliabilityPolicy
from ros import image
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

pytestmark = pytest.mark.ros


def _answered(bench, heard, topic, make=image, more=lambda: None):
    """Publish frame after frame, as a best-effort one may be lost, until something is heard."""
    stamps = itertools.count(1000, 10)

    def sent():
        more()
        bench.publish(topic, make(next(stamps)))
        return heard

    return bench.wait_for(sent, f'an answer to {topic}')[0]


def _jpeg(stamp_ms):
    _, data = cv2.imencode('.jpg', np.zeros((32, 32, 3), np.uint8))
    message = CompressedImage(format='jpeg', data=array('B', data.tobytes()))
    message.header.stamp.sec, rest = divmod(stamp_ms, 1000)
    message.header.stamp.nanosec = rest * 1_000_000
    return message


def test_a_topic_remapped_to_a_compressed_one_is_subscribed_as_such(bench, start, capfd):
    start('-r', 'front/image_raw:=/cam/image_raw/compressed')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    _answered(bench, heard, '/cam/image_raw/compressed', _jpeg)
    out = ''.join(capfd.readouterr())
    assert 'listening to /cam/image_raw/compressed (sensor_msgs/msg/CompressedImage)' in out


@pytest.mark.parametrize(
    ('rules', 'info_topic'),
    [
        (('-r', 'front/image_raw:=/rear/image'), '/rear/camera_info'),
        (
            ('-r', 'front/image_raw:=/rear/image', '-r', 'front/camera_info:=/calibration'),
            '/calibration',
        ),
        (
            ('-r', 'front/image_raw:=/rear/image', '-r', '/rear/camera_info:=/calibration'),
            '/calibration',
        ),
    ],
)
def test_the_camera_info_of_a_remapped_image(bench, start, tmp_path, rules, info_topic):
    start(*rules, detector__network=str(tmp_path / 'deep.yaml'))
    infos = bench.listen(CameraInfo, 'detector/camera_info')
    bench.listen(Image, 'detector/image')
    k = [40.0, 0.0, 15.5, 0.0, 40.0, 15.5, 0.0, 0.0, 1.0]

    def calibrate():
        bench.publish(info_topic, CameraInfo(width=32, height=32, k=k))

    info = _answered(bench, infos, '/rear/image', more=calibrate)
    assert (info.width, info.k[0]) == (8, 10.0)


def test_a_namespace_goes_before_relative_names(bench, start):
    start('-r', '__ns:=/robot')
    heard = bench.listen(Detection2DArray, '/robot/detector/detections')
    _answered(bench, heard, '/robot/front/image_raw')


def test_names_are_not_remapped_twice(bench, start):
    start('-r', 'front/image_raw:=/b', '-r', '/b:=/front/image_raw')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    assert bench.watcher.count_subscribers('/front/image_raw') == 0
    _answered(bench, heard, '/b')


def test_tasks_that_write_one_topic_differently_share_a_subscription(bench, start, tmp_path):
    start(
        tasks=['detector', 'rear', 'third'],
        rear__network=str(tmp_path / 'boxes.yaml'),
        rear__topic='/front/image_raw',
        third__network=str(tmp_path / 'boxes.yaml'),
        third__topic='~/image_raw',
    )
    bench.wait_for(lambda: bench.watcher.count_subscribers('/front/image_raw'), 'the subscription')
    assert bench.watcher.count_subscribers('/front/image_raw') == 1
    assert bench.watcher.count_subscribers('/scheduler/image_raw') == 1


def test_depth_images_of_another_transport_are_named(start, capfd):
    start('-r', 'front/image_raw:=/front/depth/compressedDepth')
    assert (
        "cannot be configured: detector.topic: '/front/depth/compressedDepth' carries "
        'compressedDepth of image_transport'
    ) in ''.join(capfd.readouterr())


def test_depth_without_a_camera_info_is_said(bench, start, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr('edge_sched_ros.nodes.connections._PATIENCE_S', 0.0)
    start(detector__network=str(tmp_path / 'deep.yaml'))
    diagnostics = bench.listen(DiagnosticArray, '/diagnostics')
    stamps = itertools.count(1000, 10)
    text = "no CameraInfo on '/front/camera_info', so none is published either"

    def said():
        bench.publish('front/image_raw', image(next(stamps)))
        return [s for a in diagnostics for s in a.status if text in s.message]

    assert bench.wait_for(said, 'that there is no CameraInfo')[0].level == b'\1'
    assert ''.join(capfd.readouterr()).count(text) == 1
    bench.publish('front/camera_info', CameraInfo(width=32, height=32))
    diagnostics.clear()
    bench.wait_for(lambda: len(diagnostics) > 8, 'diagnostics after the CameraInfo')
    assert text not in str(diagnostics[-1])


def test_qos_overrides_go_by_the_name_in_the_end(start):
    override = 'qos_overrides./cam.subscription.reliability'
    node = start('-r', 'front/image_raw:=/cam', **{override: 'reliable'})
    (qos,) = [s.qos_profile for s in node.subscriptions if s.topic_name == '/cam']
    assert qos.reliability == ReliabilityPolicy.RELIABLE


def _topic_lines(diagnostics, topic):
    """Return node -> names of the statuses of a topic, as said last."""
    found = {}
    for array_ in diagnostics:
        for status in array_.status:
            if status.name.endswith(topic) and ': ' not in status.name:
                found[status.hardware_id] = status.name
    return found


def test_two_nodes_on_one_topic_are_told_apart(bench, start):
    for namespace in ('b', 'a'):
        start('-r', f'__ns:=/{namespace}', detector__topic='/cam/image_raw')
    diagnostics = bench.listen(DiagnosticArray, '/diagnostics')
    wanted = {'/a/scheduler': '/cam/image_raw', '/b/scheduler': 'b.scheduler/cam/image_raw'}
    bench.wait_for(
        lambda: _topic_lines(diagnostics, '/cam/image_raw') == wanted, 'names of their own'
    )
    # the one that is left takes the bare name
    bench.nodes[-1].trigger_deactivate()
    diagnostics.clear()
    bench.wait_for(
        lambda: (
            _topic_lines(diagnostics, '/cam/image_raw').get('/b/scheduler') == '/cam/image_raw'
        ),
        'the bare name',
    )


@pytest.mark.parametrize(
    ('rule', 'more', 'problem'),
    [
        (
            'rear/detections:=detector/detections',
            {},
            'rear/detections: goes to /detector/detections, and so does detector/detections: ',
        ),
        (
            'detector/detections:=/front/image_raw',
            {'tasks': ['detector']},
            'detector.topic: is /front/image_raw, to which the results detector/detections of ',
        ),
    ],
)
def test_results_on_a_topic_that_is_not_their_own_are_refused(
    start, tmp_path, capfd, rule, more, problem
):
    rear = {'rear__network': str(tmp_path / 'boxes.yaml'), 'rear__topic': 'rear/image_raw'}
    start('-r', rule, **{'tasks': ['detector', 'rear'], **rear, **more})
    assert f'cannot be configured: {problem}' in ''.join(capfd.readouterr())
