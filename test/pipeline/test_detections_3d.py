# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes and depth joined to objects in space, by configuration."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from children import TIMEOUT_S
from pictures import textured

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.assemble import assemble
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status_messages import scheduler_status
from edge_sched_ros.pipeline.inputs.camera_infos import camera_model
from edge_sched_ros.pipeline.inputs.camera_window import fit_info
from edge_sched_ros.pipeline.inputs.topics import result_topics
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.result_messages import messages_beside_boxes
from edge_sched_ros.pipeline.settings.config import from_parameters

WIDTH, HEIGHT = 64, 48
JOINED = {'boxes_3d.after': ['finder', 'depth']}
MORE = {
    'tasks': ['finder', 'depth', 'more', 'boxes_3d'],
    'more.program': 'corners',
    'more.topic': 'camera',
}
CAMERA = {'boxes_3d.after': 'finder', 'boxes_3d.depth_topic': 'depth/image', 'tasks': None}


def _parameters(**more):
    given = {
        'tasks': ['finder', 'depth', 'boxes_3d'],
        'finder.program': 'own_programs:OneBox',
        'finder.topic': 'camera',
        'depth.program': 'own_programs:TwoMetres',
        'depth.topic': 'camera',
        'boxes_3d.program': 'detections_3d',
    }
    given |= {f'{task}.deadline_ms': 600_000 for task in given['tasks']}
    if more.get('tasks', ()) is None:
        given = {name: value for name, value in given.items() if not name.startswith('depth.')}
        more = {**more, 'tasks': ['finder', 'boxes_3d']}
    return {**given, **more}


def _info(calibrated=True):
    k = [100.0, 0.0, 31.5, 0.0, 50.0, 23.5, 0.0, 0.0, 1.0] if calibrated else [0.0] * 9
    p = [*k[:3], 0.0, *k[3:6], 0.0, *k[6:], 0.0]
    roi = SimpleNamespace(x_offset=0, y_offset=0, width=0, height=0)
    return SimpleNamespace(
        width=WIDTH, height=HEIGHT, k=k, p=p, d=[], roi=roi, binning_x=0, binning_y=0
    )


def _frame(seq=1, stamp_ms=1000.0):
    picture = textured(WIDTH, HEIGHT)
    image = SourceImage.from_raw(
        picture.reshape(-1), width=WIDTH, height=HEIGHT, encoding='bgr8', step=3 * WIDTH
    )
    return Frame('camera', seq, round(stamp_ms * 1e6), 'lens', image, message=picture)


def _depth_frame(seq, stamp_ms, metres):
    pixels = np.full((24, 32), round(metres * 1000), np.uint16)
    message = SimpleNamespace(
        encoding='16UC1', width=32, height=24, step=64, is_bigendian=0, data=pixels.tobytes()
    )
    return Frame('depth/image', seq, round(stamp_ms * 1e6), 'lens', None, message)


def _end_of(config, frame, *depths, info=None):
    """Return the end of the job of ``boxes_3d`` for a frame."""
    ends, done = [], threading.Event()

    def on_end(end):
        ends.append(end)
        if end.task == 'boxes_3d':
            done.set()

    fitted = info and fit_info(info, (WIDTH, HEIGHT))
    frame.camera = lambda frame: fitted and camera_model(fitted, frame.stream)
    pipeline = Pipeline(config, on_end=on_end)
    pipeline.load()
    try:
        pipeline.start()
        for depth in depths:
            pipeline.submit(depth)
        pipeline.submit(frame)
        assert done.wait(TIMEOUT_S), ends
    finally:
        pipeline.unload()
    return ends[-1]


def test_boxes_and_depth_of_one_frame_become_objects_in_space():
    end = _end_of(from_parameters(_parameters(**JOINED)), _frame(), info=_info())
    assert (end.outcome, end.frame.frame_id) == ('on_time', 'lens')
    found = end.result
    assert found.positions_m[0] == pytest.approx([0, 0, 2])
    assert found.sizes_m[0] == pytest.approx([32 / 100 * 2, 24 / 50 * 2, 0])
    assert (found.label(0), found.scores[0], found.track_ids[0]) == ('dog', 0.75, 7)


def test_a_process_of_its_own_gets_all_results_and_the_matrix():
    config = from_parameters(_parameters(**JOINED, **{'boxes_3d.isolation': 'process'}))
    end = _end_of(config, _frame(), info=_info())
    assert end.result.positions_m[0] == pytest.approx([0, 0, 2])
    assert (end.result.label(0), end.result.track_ids[0]) == ('dog', 7)


def test_a_depth_camera_gives_the_depth_nearest_in_time():
    config = from_parameters(_parameters(**CAMERA))
    assert config.topic_types()['depth/image'] == 'sensor_msgs/msg/Image'
    depths = [_depth_frame(1, 970, 1.0), _depth_frame(2, 1010, 3.0), _depth_frame(3, 1040, 5.0)]
    end = _end_of(config, _frame(), *depths, info=_info())
    assert end.result.positions_m[0] == pytest.approx([0, 0, 3])


@pytest.mark.parametrize(
    ('depths', 'info', 'reason'),
    [
        ([], _info(), 'no_depth'),
        ([_depth_frame(1, 940, 1.0)], _info(), 'no_depth'),
        ([_depth_frame(1, 1000, 1.0)], None, 'no_camera_info'),
        ([_depth_frame(1, 1000, 1.0)], _info(calibrated=False), 'no_camera_info'),
    ],
)
def test_what_is_missing_is_the_reason(depths, info, reason, caplog):
    end = _end_of(from_parameters(_parameters(**CAMERA)), _frame(), *depths, info=info)
    assert (end.outcome, end.reason) == ('failed', reason)
    (line,) = [record.message for record in caplog.records if 'boxes_3d' in record.message]
    assert reason in line


def test_options_are_parameters_of_the_task():
    config = from_parameters(_parameters(**JOINED, **{'boxes_3d.min_points': 1000}))
    assert not len(_end_of(config, _frame(), info=_info()).result)
    with pytest.raises(ConfigError, match=r'boxes_3d\.central_part: must be from'):
        from_parameters(_parameters(**JOINED, **{'boxes_3d.central_part': 2.0}))


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'boxes_3d.after': 'finder'}, r'boxes_3d\.depth_topic: needs depth'),
        ({**JOINED, 'boxes_3d.depth_topic': 'd'}, r"depth_topic: 'depth' gives the depth already"),
        (
            {'boxes_3d.after': ['depth', 'finder']},
            r'boxes_3d\.after: .* after a task that gives b',
        ),
        ({**JOINED, 'finder.depth_topic': 'd'}, r'finder\.depth_topic: is for programs that need'),
        (
            {**CAMERA, 'boxes_3d.isolation': 'process'},
            r'boxes_3d\.isolation: what takes the depth',
        ),
        (
            {'boxes_3d.after': ['finder', 'depth', 'more'], **MORE},
            r"boxes_3d\.after: detections_3d does not use the result of 'more': leave it out",
        ),
        (
            {'boxes_3d.after': ['finder', 'more'], 'boxes_3d.depth_topic': 'd', **MORE},
            r"boxes_3d\.after: detections_3d does not use the result of 'more'",
        ),
        (
            {'boxes_3d.after': ['finder', 'depth'], 'boxes_3d.program': 'box_track'},
            r"boxes_3d\.after: box_track does not use the result of 'depth'",
        ),
    ],
)
def test_what_cannot_work_is_refused(changes, message):
    config = from_parameters(_parameters(**changes))
    with pytest.raises(ConfigError, match=message):
        assemble(config, discover())


def test_a_topic_of_pictures_is_no_topic_of_depth():
    with pytest.raises(ConfigError, match=r"depth_topic: the topic 'camera' has pictures for"):
        from_parameters(
            {
                **_parameters(**{**CAMERA, 'boxes_3d.depth_topic': 'camera'}),
                'finder.program': 'corners',
            }
        )


def test_a_task_after_a_disabled_one_says_so():
    late = {'late.program': 'own_programs:OneBox', 'late.after': 'boxes_3d'}
    tasks = {'tasks': ['finder', 'depth', 'boxes_3d', 'late']}
    given = _parameters(**JOINED, **late, **tasks, **{'depth.enabled': False})
    pipeline = Pipeline(from_parameters(given), on_end=print)
    pipeline.load()
    try:
        before = pipeline.status()
        pipeline.change_task('depth', {'enabled': True})
        after = pipeline.status()
    finally:
        pipeline.unload()
    why = "after 'depth', which is disabled"
    for status, problems in ((before, ['', '', why, why]), (after, [''] * 4)):
        rates = rates_between(status, status)
        message = scheduler_status(make, status, rates, stamp=messages.time_message(make, 0))
        assert [task.problem for task in message.tasks] == problems
        lines = {one.name: one for one in examine(status, rates, Limits(10**9, 10**9))}
        for task in ('boxes_3d', 'late'):
            told = f'gets no frames: {why}' if problems[2] else '0.0 results/s on time'
            assert (lines[task].level, lines[task].message) == (WARN if problems[2] else OK, told)


WAITING = {
    **JOINED,
    'depth.program': 'depth_image',
    'depth.second_topic': 'depth/image',
    'depth.sync_tolerance_ms': 5.0,
}
STEREO = {
    'more.program': 'stereo',
    'more.second_topic': 'depth/image',
    'more.sync_tolerance_ms': 5.0,
}


def _ends_when_depth_comes_after_boxes(config, *depths):
    """Return the last end of each task; the depth images come when the boxes are there."""
    ends, boxes, done = {}, threading.Event(), threading.Event()

    def on_end(end):
        ends[end.task] = end
        {'finder': boxes, 'boxes_3d': done}.get(end.task, threading.Event()).set()

    frame = _frame()
    frame.camera = lambda frame: camera_model(fit_info(_info(), (WIDTH, HEIGHT)), frame.stream)
    pipeline = Pipeline(config, on_end=on_end)
    pipeline.load()
    try:
        pipeline.start()
        pipeline.submit(_depth_frame(1, 967, 1.0))
        pipeline.submit(frame)
        assert boxes.wait(TIMEOUT_S), ends
        for depth in depths:
            pipeline.submit(depth)
        assert done.wait(TIMEOUT_S), ends
    finally:
        pipeline.unload()
    return ends


def test_boxes_wait_for_a_depth_image_that_comes_later():
    config = from_parameters(_parameters(**WAITING))
    assert config.topic_types()['depth/image'] == 'sensor_msgs/msg/Image'
    ends = _ends_when_depth_comes_after_boxes(config, _depth_frame(2, 1002, 3.0))
    assert ends['finder'].outcome == ends['boxes_3d'].outcome == 'on_time'
    assert ends['boxes_3d'].result.positions_m[0] == pytest.approx([0, 0, 3])


def test_boxes_wait_no_longer_once_a_newer_depth_image_is_there():
    config = from_parameters(_parameters(**WAITING))
    ends = _ends_when_depth_comes_after_boxes(config, _depth_frame(2, 1033, 3.0))
    assert (ends['depth'].reason, ends['boxes_3d'].reason) == ('unpaired', 'join_incomplete')
    assert ends['finder'].outcome == 'on_time'


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'depth.second_topic': '/d/compressedDepth'}, r'depth\.second_topic: .* use ./d'),
        (
            {'depth.second_topic': '', 'depth.sync_tolerance_ms': 0.0},
            r'depth\.second_topic: must be given: the topic of the depth images',
        ),
        ({'depth.isolation': 'process'}, r'depth\.isolation: what takes the depth'),
        (
            {**MORE, **STEREO},
            r"depth\.second_topic: the topic 'depth/image' has pictures for another task",
        ),
    ],
)
def test_a_topic_that_cannot_be_of_depth_images_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        from_parameters(_parameters(**{**WAITING, **changes}))


@pytest.mark.parametrize('transport', ['compressedDepth', 'compressed', 'zstd'])
def test_a_compressed_transport_of_depth_is_refused(transport):
    topic = f'/depth/image/{transport}'
    with pytest.raises(ConfigError, match=r"_3d\.depth_topic: '.*' carries .* use '/depth/image'"):
        from_parameters(_parameters(**{**CAMERA, 'boxes_3d.depth_topic': topic}))


def test_the_message_is_a_detection_3d_array_in_the_optical_frame():
    end = _end_of(from_parameters(_parameters(**JOINED)), _frame(), info=_info())
    source = messages.header(make, end.frame)
    ((name, made),) = messages_beside_boxes(make, end.result, lambda: source).items()
    kind = result_topics('detections_3d')[name]
    store = typestore()
    read = store.deserialize_cdr(store.serialize_cdr(made(), kind), kind)
    assert (kind, read.header.frame_id) == ('vision_msgs/msg/Detection3DArray', 'lens')
    (one,) = read.detections
    assert (one.id, one.results[0].hypothesis.class_id) == ('7', '1')
    pose = one.results[0].pose.pose
    assert (one.bbox.center.position.z, pose.position.z, pose.orientation.w) == (2.0, 2.0, 1.0)
    assert (one.bbox.size.x, one.bbox.size.y) == pytest.approx((0.64, 0.96))
