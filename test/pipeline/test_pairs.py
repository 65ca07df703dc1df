# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of two cameras that belong together (issue 18)."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from raw_outputs import FLOAT
from raw_outputs import write_echo

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.isolation.frames import frame_of
from edge_sched_ros.execution.isolation.frames import frame_value
from edge_sched_ros.execution.level_depth import LevelDepth
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.perception.programs.stereo import StereoProgram
from edge_sched_ros.pipeline.inputs.paired_tasks import PairedTasks
from edge_sched_ros.pipeline.inputs.pairs import MOST_WAITING
from edge_sched_ros.pipeline.inputs.pairs import Pairs
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.pipeline_config import topics_of_pictures

MS = 1_000_000


def _image(value=0, width=64, height=48):
    picture = np.full((height, width, 3), value, np.uint8)
    return SourceImage.from_raw(
        picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
    )


IMAGE = _image()


def _frame(topic, at_ms, image=IMAGE):
    return Frame(topic, at_ms, round(at_ms * MS), 'lens', image)


def _play(order, tolerance_ms=0.0):
    """Play ``l3`` (left frame at 3 ms) and ``r3`` in order; return number -> paired or not."""
    pairs, ended = Pairs('left', 'right', round(tolerance_ms * MS)), []
    for name in order:
        side, at_ms = name[0], float(name[1:])
        if side == 'l':
            ended += pairs.add_first(_frame('left', at_ms), 0)
        else:
            ended += pairs.add_second(_frame('right', at_ms, _image(round(at_ms) % 256)))
    return [
        (one.frame.seq, one.complete and int(one.frame.second.bgr()[0, 0, 0])) for one in ended
    ]


@pytest.mark.parametrize(
    ('order', 'tolerance_ms', 'ended'),
    [
        ('l1 r1 r2 l2', 0, [(1, 1), (2, 2)]),
        # the second topic has passed it
        ('l1 r2 l2', 0, [(1, False), (2, 2)]),
        ('r2 l1', 0, [(1, False)]),
        # the first has a newer pair
        ('l1 l2 r2', 0, [(1, False), (2, 2)]),
        # it may still come
        ('l1 l2 l3', 0, []),
        ('r1 r2 r3 l2 l3', 0, [(2, 2), (3, 3)]),
        ('l10 r13', 2, [(10, False)]),
        ('l10 r13 l20 r18', 3, [(10, 13), (20, 18)]),
        # the nearest of those that are there, and each once
        ('r8 r11 r14 l12 l13', 4, [(12, 11), (13, 14)]),
        ('l10 l12 r12 r13', 4, [(10, False), (12, 12)]),
        # no stamps
        ('r0 l0', 5, [(0, False)]),
    ],
)
def test_stamps_decide_what_belongs_together(order, tolerance_ms, ended):
    assert _play(order.split(), tolerance_ms) == ended


def test_a_second_topic_without_frames_costs_bounded_memory():
    ended = _play([f'l{n}' for n in range(1, MOST_WAITING + 4)])
    assert ended == [(1, False), (2, False), (3, False)]
    pairs = Pairs('left', 'right', 0)
    for number in range(1, 100):
        pairs.add_second(_frame('right', number))
    assert len(pairs._seconds) == MOST_WAITING


@settings(deadline=None, max_examples=100)
@given(
    events=st.lists(st.tuples(st.sampled_from('lr'), st.integers(0, 9)), max_size=40),
    tolerance=st.integers(0, 3),
)
def test_every_frame_ends_once_and_in_order(events, tolerance):
    pairs, ended, at = Pairs('left', 'right', tolerance), [], {'l': 0, 'r': 0}
    seconds, sent = {}, []
    for side, step in events:
        at[side] += step
        if side == 'l':
            sent.append(len(sent))
            ended += pairs.add_first(Frame('left', sent[-1], at['l'], '', IMAGE), 0)
        else:
            image = _image(width=2, height=2)
            seconds[id(image)] = (at['r'], image)
            ended += pairs.add_second(Frame('right', 0, at['r'], '', image))
    ended += pairs.forget()
    assert [one.frame.seq for one in ended] == sent
    used = [id(one.frame.second) for one in ended if one.complete]
    assert len(set(used)) == len(used)
    for one in ended:
        if one.complete:
            assert abs(seconds[id(one.frame.second)][0] - one.frame.stamp_ns) <= tolerance


# --- tasks --------------------------------------------------------------------------------------

STEREO = {
    'tasks': ['depth'],
    'depth.program': 'stereo',
    'depth.topic': 'left',
    'depth.second_topic': 'right',
    'depth.focal_px': 50.0,
    'depth.baseline_m': 0.1,
    'depth.max_disparity': 16,
    'depth.deadline_ms': 600_000.0,
    'depth.queue_depth': 100,
    'units': ['cpu'],
}


@pytest.mark.parametrize(
    ('more', 'problem'),
    [
        ({'depth.second_topic': 'left'}, "depth.second_topic: is the topic itself, 'left'"),
        ({'depth.second_topic': 'a b'}, r"depth\.second_topic: 'a b' cannot be the name"),
        ({'depth.second_topic': '', 'depth.sync_tolerance_ms': 3.0}, 'needs a second_topic'),
        ({'depth.sync_tolerance_ms': -1.0}, r'depth\.sync_tolerance_ms: must be'),
        (
            {'depth.trigger_topic': 'go', 'depth.trigger_type': 'std_msgs/msg/Empty'},
            'cannot be paired with the latest image of a trigger',
        ),
        ({'depth.topic_type': 'std_msgs/msg/Empty'}, r'is std_msgs/msg/Empty: only images'),
        (
            {'tasks': ['depth', 'b'], 'b.program': 'corners', 'b.topic': 'left',
             'b.second_topic': 'right', 'b.sync_tolerance_ms': 2.0},
            r"b\.sync_tolerance_ms: is 2, 'depth' has 0 for the same topics",
        ),
        (
            {'tasks': ['depth', 'b'], 'b.program': 'corners', 'b.after': 'depth',
             'b.second_topic': 'right'},
            r"b\.second_topic: belongs to the task with the topic, before 'depth'",
        ),
    ],
)  # fmt: skip
def test_a_second_topic_that_is_not_possible_is_refused(more, problem):
    with pytest.raises(ConfigError, match=problem):
        from_parameters({**STEREO, **more})


def test_a_second_topic_is_an_input_of_pictures():
    config = from_parameters({**STEREO, 'depth.second_topic': 'right/compressed'})
    assert config.topics == ('left', 'right/compressed')
    assert config.topic_types()['right/compressed'].endswith('CompressedImage')
    assert topics_of_pictures(config) == {'left', 'right/compressed'}


def _machine():
    return replace(discover(), units=tuple(LocalUnit(Unit(n)) for n in ('cpu0', 'cpu1')))


class _Robot:
    """A pipeline that is given frames of two cameras."""

    def __init__(self, values=STEREO):
        self.ends, self.results = [], []
        self._changed = threading.Condition()
        config = from_parameters(values)
        self.pipeline = Pipeline(config, on_end=self._on_end, machine=_machine())

    def _on_end(self, end):
        with self._changed:
            self.results.append(end.result)
            self.ends.append((end.frame.seq, end.outcome, end.reason))
            self._changed.notify_all()

    def __enter__(self):
        self.pipeline.load()
        self.pipeline.start()
        return self

    def __exit__(self, *_):
        self.pipeline.unload()

    def send(self, *frames, ends):
        for frame in frames:
            self.pipeline.submit(frame)
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.ends) >= ends, 30), self.ends


def test_frames_without_a_pair_are_dropped_by_name_and_counted():
    with _Robot() as robot:
        robot.send(_frame('left', 1), _frame('right', 1), ends=1)
        robot.send(_frame('left', 2), _frame('left', 3), _frame('right', 3), ends=3)
        robot.send(_frame('left', 4), ends=3)
        (task,) = robot.pipeline.status().tasks
        assert (task.released, task.dropped) == (3, {'unpaired': 1})
        robot.pipeline.stop()
    assert sorted(robot.ends) == [
        (1, 'on_time', ''),
        (2, 'dropped', 'unpaired'),
        (3, 'on_time', ''),
        (4, 'dropped', 'unpaired'),
    ]


@pytest.mark.parametrize(
    ('right', 'told'),
    [
        ([], 'left: 10 frames in a row have no image of right: none with a stamp has come'),
        (range(12, 212, 10), 'the nearest stamp is 2.000 ms away (sync_tolerance_ms is 0)'),
        (range(10, 210, 10), ''),
        # all of them have their pair, and then the camera is dead
        (range(10, 110, 10), 'the nearest stamp is'),
        (range(20, 30, 10), 'the nearest stamp is'),
    ],
)
def test_stamps_that_never_meet_are_told_once(caplog, right, told):
    sent = []
    config = from_parameters(STEREO)
    paired = PairedTasks(config.tasks, lambda: 0, lambda: lambda frame, **_: sent.append(frame))
    times = [*((at, 'left') for at in range(10, 310, 10)), *((at, 'right') for at in right)]
    for at, topic in sorted(times):
        paired.take(_frame(topic, at), 0)
    paired.forget()
    assert len(sent) == 30
    for at in range(400, 800, 10):
        paired.take(_frame('left', at), 0)
        if at == 500:
            paired.take(_frame('right', at), 0)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == bool(told or len(right) < 30)
    assert told in ' '.join(lines)


def test_the_last_frames_of_a_camera_end_when_the_other_one_is_dead():
    sent, now = [], [0]
    config = from_parameters({**STEREO, f'{STEREO["tasks"][0]}.deadline_ms': 50.0})

    def submit(frame, *, age_ns, unpaired, **_):
        sent.append((frame.seq, age_ns // MS, unpaired))

    paired = PairedTasks(config.tasks, lambda: now[0], lambda: submit)
    for at in (10, 40):
        now[0] = at * MS
        paired.take(_frame('left', at), 0)
    now[0] = 60 * MS
    paired.expire()
    assert sent == []
    now[0] = 70 * MS
    paired.expire()
    assert sent == [(10, 60, True)]
    now[0] = 1000 * MS
    paired.expire()
    paired.expire()
    assert sent == [(10, 60, True), (40, 960, True)]


def _write(folder):
    return write_echo(
        folder,
        {'left': ([1, 3, 6, 8], FLOAT), 'right': ([1, 3, 6, 8], FLOAT)},
        input={'width': 8, 'height': 6, 'name': 'left'},
        inputs={'right': {'from': 'second_image'}},
    )


def test_a_network_gets_both_pictures(tmp_path):
    pytest.importorskip('onnxruntime')
    network = {'depth.program': '', 'depth.network': str(_write(tmp_path))}
    for name in ('focal_px', 'baseline_m', 'max_disparity'):
        network[f'depth.{name}'] = None
    values = {name: value for name, value in {**STEREO, **network}.items() if value is not None}
    with _Robot(values) as robot:
        left, right = _frame('left', 1, _image(7)), _frame('right', 1, _image(9))
        robot.send(right, left, ends=1)
    assert robot.ends == [(1, 'on_time', '')]
    assert (robot.results[0]['left_out'] == 7).all()
    assert (robot.results[0]['right_out'] == 9).all()
    del values['depth.second_topic']
    told = r'depth\.second_topic: must be given: .*echo\.yaml takes a second image'
    with pytest.raises(ConfigError, match=told):
        _Robot(values).pipeline.load()


def _rgbd(folder, **more):
    path = write_echo(
        folder,
        {'x': ([1, 4, 6, 8], FLOAT)},
        inputs={'x': {'from': 'stack', 'parts': ['image', 'depth_image']}},
    )
    return {
        'tasks': ['seg'],
        'seg.network': str(path),
        'seg.topic': 'colour',
        'seg.second_topic': 'depth',
        'seg.deadline_ms': 600_000.0,
        'units': ['cpu'],
        **more,
    }


def test_a_network_gets_the_picture_and_the_depth_image_of_its_stamp(tmp_path):
    pytest.importorskip('onnxruntime')
    values = _rgbd(tmp_path, **{'tasks': ['seg', 'b'], 'b.program': 'corners', 'b.after': 'seg'})
    # the depth images are no pictures, and two rooms of the node must agree on that
    assert topics_of_pictures(from_parameters(values)) == {'colour'}
    with _Robot(values) as robot:
        depth = LevelDepth(64, 48)
        robot.send(
            _frame('colour', 1, _image(7)),
            replace(_frame('depth', 1, None), message=depth),
            ends=2,
        )
    assert [end[1] for end in robot.ends] == ['on_time', 'on_time']
    found = next(one for one in robot.results if isinstance(one, dict))['x_out']
    assert (found[0, :3] == 7).all() and (found[0, 3] == 1).all()


@pytest.mark.parametrize(
    ('more', 'problem'),
    [
        ({'seg.second_topic': ''}, r'seg\.second_topic: must be given: the topic of the depth'),
        ({'seg.second_topic': 'd/compressedDepth'}, r"seg\.second_topic: 'd/compressedDepth'"),
        ({'seg.isolation': 'process'}, r'seg\.isolation: what takes the depth of a topic runs in'),
        (
            {'tasks': ['seg', 'b'], 'b.program': 'corners', 'b.topic': 'depth'},
            r"seg\.second_topic: the topic 'depth' has pictures for another task",
        ),
        (
            {'tasks': ['b', 'seg'], 'b.program': 'corners', 'b.topic': 'colour',
             'seg.topic': '', 'seg.second_topic': '', 'seg.after': 'b'},
            r"seg\.after: takes depth images, and 'b' has none as second_topic",
        ),
    ],
)  # fmt: skip
def test_depth_that_a_network_cannot_get_is_refused(tmp_path, more, problem):
    with pytest.raises(ConfigError, match=problem):
        from_parameters(_rgbd(tmp_path, **more))


def _stereo_pair():
    """Return a picture and the same five pixels to the left."""
    picture = np.random.default_rng(3).integers(0, 256, (48, 69, 3), dtype=np.uint8)
    return tuple(np.ascontiguousarray(picture[:, at : at + 64]) for at in (0, 5))


def _source(picture):
    height, width = picture.shape[:2]
    return SourceImage.from_raw(
        picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
    )


def _depth(image, second):
    program = StereoProgram(focal_px=50.0, baseline_m=0.1, max_disparity=16)
    context = JobContext(1, 'depth', Frame('left', 1, 1, '', image, second=second))
    for stage in program.stages:
        program.run(stage, context)
    return context.result.depth_m


def test_stereo_over_two_topics_is_stereo_side_by_side():
    left, right = _stereo_pair()
    found = _depth(_source(left), _source(right))
    beside = _depth(_source(np.ascontiguousarray(np.hstack([left, right]))), None)
    assert np.array_equal(found, beside, equal_nan=True)
    assert np.nanmedian(found) == 1.0


def _camera(focal, shift):
    """Return a camera with a focal length and Tx of its P."""
    projection = np.array([[focal, 0, 32, shift], [0, focal, 24, 0], [0, 0, 1, 0]], float)
    return CameraModel(projection[:, :3], projection)


@pytest.mark.parametrize(
    ('left', 'right', 'numbers', 'depth', 'reason'),
    [
        (_camera(50, 0), _camera(50, -5), {}, 1.0, ''),
        (_camera(50, 0), _camera(50, -5), {'baseline_m': 0.2}, 2.0, ''),
        (_camera(50, 0), None, {'baseline_m': 0.1}, 1.0, ''),
        (_camera(50, 0), _camera(50, -5), {'focal_px': 100.0}, 2.0, ''),
        (None, _camera(50, -5), {}, 0, 'no_camera_info'),
        (_camera(50, 0), None, {}, 0, 'no_camera_info'),
        (_camera(50, 0), _camera(50, 0), {}, 0, 'no_baseline'),
        (_camera(50, -5), _camera(50, 0), {}, 0, 'no_baseline'),
    ],
)
def test_focal_length_and_distance_come_from_the_camera_infos(left, right, numbers, depth, reason):
    pictures = [_source(one) for one in _stereo_pair()]
    program = StereoProgram(max_disparity=16, **numbers)
    assert program.needs_camera and program.needs_second
    frame = Frame(
        'left', 1, 1, '', pictures[0], second=pictures[1],
        camera=lambda _: left, second_camera=lambda: right,
    )  # fmt: skip
    context = JobContext(1, 'depth', frame)
    if reason:
        with pytest.raises(FrameError) as told:
            program.run('preprocess', context)
        assert told.value.reason == reason
        return
    for stage in program.stages:
        program.run(stage, context)
    assert np.nanmedian(context.result.depth_m) == pytest.approx(depth)


def test_side_by_side_needs_numbers():
    values = {k: v for k, v in STEREO.items() if k not in ('depth.second_topic', 'depth.focal_px')}
    told = r'depth\.second_topic: or depth\.focal_px and depth\.baseline_m must be given'
    with pytest.raises(ConfigError, match=told):
        _Robot(values).pipeline.load()


def test_pictures_of_unequal_size_are_told():
    left, right = _stereo_pair()
    with pytest.raises(FrameError, match='have 64x48 and 60x48 pixels') as told:
        _depth(_source(left), _source(np.ascontiguousarray(right[:, :60])))
    assert told.value.reason == 'unequal_sizes'


def test_a_process_gets_the_second_picture_and_the_camera():
    camera = _camera(100.0, -12.0)
    frame = Frame('l', 1, 2, '', _image(1), second=_image(2), camera=lambda _: camera)
    got = frame_of(frame_value(frame, message=False, camera=True))
    assert got.second.bgr()[0, 0, 0] == 2
    assert (got.camera_matrix() == camera.matrix).all()
    assert (got.camera_model().projection == camera.projection).all()
    assert got.second_camera_model() is None
    plain = frame_of(frame_value(Frame('l', 1, 2, '', _image(1)), message=False))
    assert (plain.second, plain.camera_matrix()) == (None, None)
