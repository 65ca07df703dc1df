# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results of every kind in the bag of a replay."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from result_kinds import write_kinds

from edge_sched_ros.bags.scene_bag import IMAGE_TOPIC
from edge_sched_ros.bags.scene_bag import TRUE_DEPTH
from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.bags.score import read_topic
from edge_sched_ros.cli.commands.replay import replay
from edge_sched_ros.scenes.scene import Scene


def test_a_replay_writes_every_kind_of_result(tmp_path):
    write_scene_bag(tmp_path / 'bag', Scene(seed=5), frames=2)
    files = write_kinds(tmp_path)
    parameters = {'tasks': list(files)}
    for task, file in files.items():
        parameters[task] = {'network': file, 'topic': IMAGE_TOPIC, 'deadline_ms': 600_000.0}
    parameters['follower'] = {
        'program': 'box_track',
        'after': 'yolo_pose',
        'min_hits': 1,
        'deadline_ms': 600_000.0,
    }
    parameters['boxes_3d'] = {
        'program': 'detections_3d',
        'after': 'yolo_seg',
        'depth_topic': TRUE_DEPTH,
        'deadline_ms': 600_000.0,
    }
    parameters['tasks'] += ['follower', 'boxes_3d']
    params, results = tmp_path / 'parameters.yaml', tmp_path / 'results'
    params.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}))
    arguments = [tmp_path / 'bag', '--params', params, '-o', results, '--json']
    outcome = CliRunner().invoke(replay, [str(argument) for argument in arguments])
    assert outcome.exit_code == 0, outcome.output

    def first(topic):
        messages = read_topic(results, topic)
        assert messages, topic
        return next(iter(messages.values()))

    # 320x240 in 32x32: 24 rows without the padding
    assert (first('/yolo_seg/masks').width, first('/yolo_seg/masks').height) == (32, 24)
    info = first('/yolo_seg/camera_info')
    assert (info.width, info.height) == (32, 24)
    objects = first('/yolo_pose/keypoints').objects
    assert [len(one.points) for one in objects] == [2, 2]
    assert [one.id for one in first('/follower/tracks').detections] == ['1', '2']
    assert [one.id for one in first('/follower/keypoints').objects] == ['1', '2']
    names = [c.class_name for c in first('/follower/label_info').class_map]
    assert names == ['a', 'b'], 'those of what finds the boxes'
    assert first('/yolo_obb/detections').detections[0].bbox.center.theta == pytest.approx(
        np.pi / 4
    )
    in_space = first('/boxes_3d/detections_3d')
    assert in_space.header.frame_id == 'camera_optical_frame'
    assert in_space.detections and all(d.bbox.center.position.z > 0 for d in in_space.detections)
    assert first('/segmentation/image').encoding == 'mono8'
    assert first('/segmentation/confidence').encoding == '32FC1'
    assert first('/segmentation/camera_info').width == 32
    assert [one.class_id for one in first('/classification/classification').results] == ['1', '2']
    labels = first('/segmentation/label_info')
    assert [one.class_name for one in labels.class_map] == ['none', 'left', 'right']
