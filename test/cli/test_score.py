# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched score``: results of every kind against the truth in a bag."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from images import frame

from edge_sched_ros.bags.results_writer import ResultsWriter
from edge_sched_ros.cli.commands.score import score
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.perception.masks import Masks
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections

MASKS = Masks(
    np.array([[0, 0, 4, 4], [4, 4, 8, 8]], np.int32), np.ones(32, bool), 8, 8, 1.0, 1.0, 0.0, 0.0
)
BOXES = Detections(
    np.array([[0, 0, 4, 4], [4, 4, 8, 8]], np.float32),
    np.array([0.9, 0.8], np.float32),
    np.array([0, 1]),
    keypoints=np.array([[[1, 1, 1], [3, 3, 1]], [[5, 5, 1], [7, 7, 1]]], np.float32),
    masks=MASKS,
)
#: task -> kind of its results, and what is there
TRUTH = {
    'objects': ('detections', BOXES),
    'tracks': ('tracks', replace(BOXES, track_ids=np.array([1, 2]), masks=None, keypoints=None)),
    'turned': (
        'detections',
        replace(BOXES, angles_rad=np.array([0.5, 0.7], np.float32), masks=None, keypoints=None),
    ),
    'areas': ('segmentation', ClassMap(np.array([[0, 1], [1, 1]], np.uint8), 1, 1)),
    'depth': ('depth', DepthMap(np.full((4, 4), 2.0, np.float32), 1, 1)),
    'kind': ('classification', Classes(np.array([3, 1]), np.array([0.7, 0.2], np.float32))),
}


def _write(path, tasks, frames=2):
    """Write a bag with the same results for every frame."""
    extras = {'objects': ('keypoints', 'masks')}
    with ResultsWriter(
        path,
        outputs={task: kind for task, (kind, _) in tasks.items()},
        extras={task: extras.get(task, ()) for task in tasks},
        network_of=lambda task: task,
        labels={},
        info_of=lambda topic, frame: None,
    ) as writer:
        for seq in range(frames):
            frame = Frame('camera', seq, 10**9 + seq, 'lens')
            for job, (task, (_, result)) in enumerate(tasks.items()):
                writer.write(_end(task, job, frame, result))
    return path


def _end(task, job, frame, result):
    return JobEnd(
        task=task, job=job, outcome=ON_TIME, reason='', frame=frame, result=result, stages=(),
        release_ns=0, deadline_ns=1, response_ns=1, age_ns=0, items=1, variant='',
    )  # fmt: skip


def _run(*arguments):
    outcome = CliRunner().invoke(score, [str(one) for one in arguments], catch_exceptions=False)
    assert outcome.exit_code == 0
    return outcome.output


@pytest.fixture(scope='module')
def truth(tmp_path_factory):
    return _write(tmp_path_factory.mktemp('truth') / 'bag', TRUTH)


def test_what_agrees_is_perfect_in_every_kind(truth):
    found = json.loads(_run(truth, truth, '--json'))
    assert {topic: one['measures'] for topic, one in found.items()} == {
        '/objects/detections': {'map50': 1, 'map50_95': 1},
        '/objects/keypoints': {'map50': 1, 'map50_95': 1},
        '/objects/masks': {'map50': 1, 'map50_95': 1},
        '/tracks/tracks': {'map50': 1, 'map50_95': 1, 'idf1': 1, 'mota': 1, 'hota': 1},
        '/turned/detections': {'map50': 1, 'map50_95': 1},
        '/areas/image': {'miou': 1, 'pixel_accuracy': 1},
        '/depth/image': {'abs_rel': 0},
        '/kind/classification': {'top1': 1, 'top5': 1},
    }
    assert found['/depth/image']['frames'] == found['/depth/image']['true_frames'] == 2


def test_each_measure_sees_what_is_wrong(truth, tmp_path):
    half = np.array([[0, 0, 4, 4], [4, 4, 8, 8]], np.int32)
    pixels = np.ones(32, bool)
    pixels[16:] = False  # the second object has no pixel
    wrong = {
        'objects': ('detections', replace(
            BOXES,
            class_ids=np.array([0, 0]),  # the second has another class
            keypoints=BOXES.keypoints + np.array([0, 50, 0], np.float32),
            masks=replace(MASKS, windows=half, pixels=pixels),
        )),
        'turned': ('detections', replace(
            TRUTH['turned'][1], angles_rad=np.array([0.5, 0.7 + np.pi / 4], np.float32)
        )),
        'areas': ('segmentation', ClassMap(np.array([[0, 0], [1, 1]], np.uint8), 1, 1)),
        'depth': ('depth', DepthMap(np.full((4, 4), 2.5, np.float32), 1, 1)),
        'kind': ('classification', Classes(np.array([1, 3]), np.array([0.7, 0.2], np.float32))),
    }  # fmt: skip
    results = _write(tmp_path / 'bag', wrong, frames=1)
    found = json.loads(_run(results, truth, '--json'))
    measures = {topic: one['measures'] for topic, one in found.items()}
    assert measures['/objects/detections']['map50'] == pytest.approx(0.5, abs=0.01)
    assert measures['/objects/masks']['map50'] == pytest.approx(0.5, abs=0.01)
    assert measures['/objects/keypoints']['map50'] == 0
    # the same square turned by 45 degrees: an overlap of 0.71
    assert measures['/turned/detections']['map50'] == 1
    assert measures['/turned/detections']['map50_95'] == pytest.approx((1 + 0.5) / 2, abs=0.06)
    assert measures['/areas/image'] == {'miou': pytest.approx(7 / 12, abs=1e-5),
                                        'pixel_accuracy': 0.75}  # fmt: skip
    assert measures['/depth/image']['abs_rel'] == pytest.approx(0.25)
    assert measures['/kind/classification'] == {'top1': 0, 'top5': 1}
    assert found['/areas/image']['frames'] == 1 and found['/areas/image']['true_frames'] == 2
    table = _run(results, truth, '--topic', '/depth/image=/depth/image')
    assert '/depth/image  1 of 2  abs_rel' in table and '0.2500' in table


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['--topic', '/depth/image'], "--topic: '/depth/image' is not of the form RESULT=TRUTH"),
        (['--topic', '/a=/b', '--topic', '/a=/c'], "--topic: '/a' is given twice"),
        (['--topic', '/dept/image=/depth/image'], 'bag: /dept/image: is not there; did you mean'),
        (
            ['--topic', '/depth/image=/kind/classification'],
            r'classification: has vision_msgs/msg/',
        ),
        (['--topic', '/scheduler/timing=/scheduler/timing'], 'scored are vision_msgs/msg/Det'),
    ],
)
def test_a_wrong_pair_is_one_line(truth, arguments, problem):
    with pytest.raises(ConfigError) as told:
        _run(truth, truth, *arguments)
    assert problem in str(told.value) and '\n' not in str(told.value)


def test_bags_with_nothing_in_common_say_so(truth, tmp_path):
    other = _write(tmp_path / 'bag', {'far': TRUTH['depth']}, frames=1)
    with pytest.raises(ConfigError, match=r'has no topic with results .* name pairs with --topic'):
        _run(other, truth)


def test_images_that_cannot_be_compared_are_refused(truth, tmp_path):
    with pytest.raises(ConfigError, match=rf'^{truth}: /depth/image: .32FC1. is no image of numb'):
        _run(truth, truth, '--topic', '/depth/image=/areas/image')
    with pytest.raises(ConfigError, match=rf'^{truth}: /areas/image: .mono8. is no image of'):
        _run(truth, truth, '--topic', '/areas/image=/depth/image')
    # the same masks without the boxes that have their classes
    bag = _write(tmp_path / 'bag', {'objects': ('masks', BOXES)}, frames=1)
    for ours, theirs in ((bag, truth), (truth, bag)):
        told = rf'{bag}: /objects/detections: is not there: the masks beside it need the classes'
        with pytest.raises(ConfigError, match=told):
            _run(ours, theirs, '--topic', '/objects/masks=/objects/masks')


def test_pictures_of_cameras_are_left_out_and_named_where_they_are_meant(truth, tmp_path):
    camera = ('picture', frame(width=8, height=8).image)
    bag = _write(tmp_path / 'bag', {'camera': camera, 'depth': TRUTH['depth']})
    assert list(json.loads(_run(bag, bag, '--json'))) == ['/depth/image']
    for ours, theirs, pair in (
        (bag, truth, '/camera/image=/depth/image'),
        (truth, bag, '/depth/image=/camera/image'),
    ):
        told = rf'^{bag}: /camera/image: .bgr8. is no image of numbers or depth$'
        with pytest.raises(ConfigError, match=told):
            _run(ours, theirs, '--topic', pair)
    only = _write(tmp_path / 'only', {'camera': camera})
    with pytest.raises(ConfigError, match='name pairs with --topic'):
        _run(only, only)


def test_a_least_score_must_be_a_number(truth):
    outcome = CliRunner().invoke(score, [str(truth), str(truth), '--ignore-below', 'nan'])
    assert outcome.exit_code == 2
    assert 'nan is not a finite number' in outcome.output
