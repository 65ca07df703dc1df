# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A join in the node: boxes and depth in, objects in space out."""

from __future__ import annotations

import itertools

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.parameter import Parameter
from ros import image
from sensor_msgs.msg import CameraInfo
from vision_msgs.msg import Detection3DArray

from edge_sched_ros.nodes.parameter_values import as_declared
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS

pytestmark = pytest.mark.ros

K = [100.0, 0.0, 15.5, 0.0, 100.0, 15.5, 0.0, 0.0, 1.0]


def test_boxes_and_depth_are_published_as_objects_in_space(bench, start, tmp_path, monkeypatch):
    monkeypatch.setattr('edge_sched_ros.nodes.connections._PATIENCE_S', 0.0)
    node = start(
        tasks=['detector', 'depth', 'boxes_3d'],
        depth__network=str(tmp_path / 'deep.yaml'),
        depth__topic='front/image_raw',
        depth__deadline_ms=5000.0,
        boxes_3d__program='detections_3d',
        boxes_3d__after=['detector', 'depth'],
        boxes_3d__deadline_ms=5000.0,
        boxes_3d__min_points=1,
    )
    assert node._settings.value('boxes_3d.after') == 'detector, depth'
    heard = bench.listen(Detection3DArray, 'boxes_3d/detections_3d')
    diagnostics = bench.listen(DiagnosticArray, '/diagnostics')
    stamps = itertools.count(1000, 10)
    text = "no CameraInfo on '/front/camera_info', so boxes_3d has no results"

    def told():
        bench.publish('front/image_raw', image(next(stamps)))
        return [one for array in diagnostics for one in array.status if text in one.message]

    bench.wait_for(told, 'that there is no CameraInfo')
    assert not heard

    def answered():
        bench.publish('front/camera_info', CameraInfo(width=32, height=32, k=K))
        bench.publish('front/image_raw', image(next(stamps)))
        return heard

    found = bench.wait_for(answered, 'the objects')[0]
    (one,) = found.detections
    assert found.header.frame_id == one.header.frame_id != ''
    assert one.bbox.center.position.z == pytest.approx(2.0)
    assert one.bbox.center.position.x == pytest.approx((16 - 0.5 - 15.5) / 100 * 2)
    assert one.bbox.size.x == pytest.approx(10 / 100 * 2)
    assert one.results[0].hypothesis.score == pytest.approx(0.9)


def test_a_list_set_at_run_time_becomes_the_declared_text():
    spec = next(one for one in TASK_PARAMETERS if one.name == 'after')
    present = Parameter('c.after', Parameter.Type.STRING, 'a')
    given = Parameter('c.after', Parameter.Type.STRING_ARRAY, ['a', 'b'])
    assert as_declared(given, present, spec).value == 'a, b'
    numbers = Parameter('c.after', Parameter.Type.INTEGER_ARRAY, [1, 2])
    assert as_declared(numbers, present, spec) is numbers
