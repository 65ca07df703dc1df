# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole without ROS: configuration in, frames in, ended jobs out."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import numpy as np
import pytest
from children import TIMEOUT_S
from images import frame
from networks import write_embedding
from networks import write_network
from networks import write_onnx

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.health.trace_health import trace_health
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.tracing import recorder
from edge_sched_ros.tracing.ring import RingFile
from edge_sched_ros.tracing.run import read_run


class Ends:
    """Collects ended jobs."""

    def __init__(self):
        self.all = []
        self._changed = threading.Condition()

    def __call__(self, end):
        with self._changed:
            self.all.append(end)
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.all) >= count, TIMEOUT_S), self.all


def _parameters(tmp_path, **more):
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])
    boxes = write_network(tmp_path, 'boxes', engine='auto', decoder_options={})
    looks = write_embedding(tmp_path)
    return {
        'tasks': ['detector', 'tracker'],
        'detector.network': str(boxes),
        'detector.topic': 'camera',
        'detector.deadline_ms': 600_000,
        'tracker.network': str(looks),
        'tracker.after': 'detector',
        'tracker.deadline_ms': 600_000,
        'tracker.min_hits': 1,
        **more,
    }


@pytest.fixture
def ends():
    return Ends()


@pytest.fixture
def pipeline(tmp_path, ends):
    pipeline = Pipeline(from_parameters(_parameters(tmp_path)), on_end=ends)
    pipeline.load()
    pipeline.start()
    yield pipeline
    pipeline.stop()
    summary(pipeline.status())
    pipeline.unload()


def test_boxes_are_found_in_source_pixels_and_tracked(pipeline, ends):
    for seq in (1, 2):
        pipeline.submit(frame(seq=seq, width=64, height=64))
        ends.wait_for(2 * seq)
    _, before, detector, tracker = ends.all
    assert isinstance(detector.result, Detections)
    assert np.allclose(detector.result.boxes_xyxy, [[22, 22, 42, 42]])
    assert tracker.task == 'tracker'
    assert len(tracker.result) == 1
    assert tracker.result.track_ids.tolist() == before.result.track_ids.tolist()
    assert [stage.stage for stage in tracker.stages] == ['preprocess', 'infer', 'postprocess']


def test_what_one_core_takes_is_known_of_its_equals(tmp_path, ends):
    units = tuple(LocalUnit(Unit(f'cpu{n}', 'cpu'), 0) for n in range(3))
    pipeline = Pipeline(
        from_parameters(_parameters(tmp_path)),
        on_end=ends,
        machine=replace(discover(), units=units),
        root=tmp_path,
    )
    pipeline.load()
    pipeline.start()
    pipeline.submit(frame())
    ends.wait_for(2)
    dispatcher = pipeline._runtime.read(lambda dispatcher, _: dispatcher)
    stage = dispatcher.tasks['detector'].variants[0].stages[0].name
    costs = dispatcher.profiles.on_units('detector', 'base', stage)
    pipeline.stop()
    pipeline.unload()
    assert sorted(costs) == ['cpu0', 'cpu1', 'cpu2']
    assert len({cost.expected_ns(1) for cost in costs.values()}) == 1


def test_thresholds_change_while_running(pipeline, ends):
    pipeline.change_task('detector', {'score_threshold': 0.95})
    pipeline.submit(frame(seq=1))
    ends.wait_for(2)
    assert [len(end.result) for end in ends.all] == [0, 0]
    pipeline.change_task('detector', {'score_threshold': None, 'deadline_ns': 7_000_000_000})
    pipeline.submit(frame(seq=2))
    ends.wait_for(4)
    assert len(ends.all[2].result) == 1
    assert ends.all[2].deadline_ns - ends.all[2].release_ns == 7_000_000_000


@pytest.mark.parametrize(
    ('task', 'option', 'good', 'bad'),
    [('detector', 'score_threshold', 0.95, 1.5), ('tracker', 'min_hits', 3.0, 0.5)],
)
def test_options_of_networks_are_checked_without_being_changed(
    pipeline, ends, task, option, good, bad
):
    pipeline.check_option(task, option, good)
    pipeline.check_option(task, option, None)
    for change in (
        lambda: pipeline.check_option(task, option, bad),
        lambda: pipeline.change_task(task, {option: bad}),
    ):
        with pytest.raises(ConfigError, match=rf'^{task}\.{option}: must be from'):
            change()
    pipeline.submit(frame(seq=1))
    ends.wait_for(2)
    assert [len(end.result) for end in ends.all] == [1, 1]
    pipeline.change_task(task, {option: good})
    pipeline.submit(frame(seq=2))
    ends.wait_for(4)
    assert 0 in [len(end.result) for end in ends.all[2:]]


def test_the_policy_changes_while_running(pipeline, ends):
    pipeline.change_policy('fcfs', {})
    assert pipeline.status().policy == 'fcfs'
    with pytest.raises(ConfigError, match='unknown policy'):
        pipeline.change_policy('lifo', {})
    pipeline.submit(frame())
    ends.wait_for(2)


def test_numbers_start_anew_after_a_jump_and_are_not_used_twice(pipeline, ends):
    for seq in (1, 2, 3):
        pipeline.submit(frame(seq=seq, width=64, height=64))
        ends.wait_for(2 * seq)
        pipeline.clock_jumped(-1)
    numbers = [
        n for end in ends.all if end.task == 'tracker' for n in end.result.track_ids.tolist()
    ]
    assert len(numbers) == 3 == len(set(numbers))


def test_a_message_without_a_picture_fails_its_job_alone(pipeline, ends):
    pipeline.submit(Frame('camera', 1, 0, ''))
    ends.wait_for(2)
    assert [(e.task, e.outcome, e.reason) for e in ends.all] == [
        ('detector', 'failed', 'no_image'),
        ('tracker', 'dropped', 'upstream'),
    ]
    pipeline.submit(frame(seq=2))
    ends.wait_for(4)
    assert ends.all[2].outcome == 'on_time'


def test_rejected_messages_are_counted(pipeline):
    pipeline.reject('camera', 'bad_step')
    account = pipeline.status().inputs['camera']
    assert (account.received, account.rejected) == (1, {'bad_step': 1})


def test_it_can_be_stopped_and_started_again(pipeline, ends):
    pipeline.stop()
    pipeline.start()
    pipeline.submit(frame())
    ends.wait_for(2)
    assert ends.all[0].outcome == 'on_time'


def test_a_trigger_works_on_the_latest_image(tmp_path, ends):
    parameters = _parameters(
        tmp_path,
        **{'detector.trigger_topic': 'imu', 'detector.trigger_type': 'sensor_msgs/msg/Imu'},
    )
    pipeline = Pipeline(from_parameters(parameters), on_end=ends)
    pipeline.load()
    pipeline.start()
    pipeline.submit(Frame('imu', 1, 5, 'body'))
    ends.wait_for(2)
    pipeline.submit(frame('camera', seq=9))
    pipeline.submit(Frame('imu', 2, 6, 'body'))
    ends.wait_for(4)
    pipeline.stop()
    pipeline.unload()
    assert (ends.all[0].outcome, ends.all[0].reason) == ('failed', 'no_fresh_image')
    assert (ends.all[2].outcome, ends.all[2].frame.frame_id) == ('on_time', 'lens')


class Counts:
    """A program of one's own."""

    stages = ('count',)
    stateful = False
    output = 'none'

    def run(self, stage, context):
        context.result = context.frame.message
        return 0

    def set_option(self, name, value):
        raise AssertionError

    def reset(self):
        pass

    def close(self):
        pass


def test_a_program_of_ones_own_gets_the_message(ends, monkeypatch):
    import sys
    import types

    module = types.ModuleType('mine')
    module.Counts = Counts
    monkeypatch.setitem(sys.modules, 'mine', module)
    parameters = {
        'tasks': ['a'],
        'a.program': 'mine:Counts',
        'a.topic': 'points',
        'a.topic_type': 'sensor_msgs/msg/PointCloud2',
    }
    pipeline = Pipeline(from_parameters(parameters), on_end=ends)
    pipeline.load()
    pipeline.start()
    # it cannot be asked about its options, so it is not
    pipeline.check_option('a', 'score_threshold', 0.5)
    pipeline.submit(Frame('points', 1, 5, 'lidar', message='cloud'))
    ends.wait_for(1)
    pipeline.stop()
    assert ends.all[0].result == 'cloud'


@pytest.mark.parametrize(
    ('more', 'message'),
    [
        ({'units': ['gpo']}, r"^units: 'gpo' is not a unit; did you mean 'gpu'\?"),
        ({'detector.units': ['cpuX']}, r"^detector\.units: 'cpuX' is not a unit"),
        ({'engine': 'magic'}, r"^engine: unknown engine 'magic' \(known: .*onnxruntime"),
        ({'preprocessor': 'magic'}, "^preprocessor: unknown preprocessor 'magic'"),
        (
            {'tracker.after': '', 'tracker.topic': 'camera'},
            r'tracker\.after: an embedding network must come after a task that gives boxes$',
        ),
        (
            {
                'tracker.network': '',
                'tracker.program': 'box_track',
                'tracker.after': '',
                'tracker.topic': 'camera',
            },
            r'tracker\.after: box_track must come after a task that gives boxes$',
        ),
        (
            {'tracker.high_score': 0.05},
            r'^tracker\.low_score: must be at most high_score \(0\.05\), not 0\.1$',
        ),
        ({'tracker.max_in_flight': 2}, r'tracker\.max_in_flight: must be 1'),
    ],
)
def test_what_cannot_be_loaded_is_named(tmp_path, ends, more, message):
    config = from_parameters(_parameters(tmp_path, **more))
    with pytest.raises(ConfigError, match=message):
        Pipeline(config, on_end=ends).load()


def test_a_unit_that_units_leaves_out_is_told_from_one_that_is_not_there(tmp_path, ends):
    machine = replace(
        discover(), units=tuple(LocalUnit(Unit(name, 'cpu')) for name in ('cpu0', 'cpu1'))
    )
    more = {'units': ['cpu0'], 'detector.units': ['cpu1']}
    config = from_parameters(_parameters(tmp_path, **more))
    message = r"detector\.units: 'cpu1' is excluded by the parameter units \(allowed: cpu0\)"
    with pytest.raises(ConfigError, match=message):
        Pipeline(config, on_end=ends, machine=machine).load()


def test_what_cannot_be_loaded_is_named_with_its_file(tmp_path, ends):
    config = replace(from_parameters(_parameters(tmp_path, engine='magic')), source='mine.yaml')
    with pytest.raises(ConfigError, match=r'^mine\.yaml: engine: unknown engine'):
        Pipeline(config, on_end=ends).load()
    # what another file says is named by that file alone
    write_network(tmp_path, 'boxes', engine='magic')
    with pytest.raises(ConfigError, match=r'boxes\.yaml: engine: unknown engine') as caught:
        Pipeline(config, on_end=ends).load()
    assert 'mine.yaml' not in str(caught.value)


def test_a_tracker_needs_boxes(tmp_path, ends):
    parameters = _parameters(tmp_path)
    write_network(
        tmp_path,
        'boxes',
        decoder='depth_metric',
        labels=[],
        decoder_options={'simulate': {'outputs': [[1, 1, 8, 8]]}},
    )
    with pytest.raises(ConfigError, match=r"gives boxes, not after 'detector' \(depth\)"):
        Pipeline(from_parameters(parameters), on_end=ends).load()


@pytest.mark.parametrize(
    ('yaml', 'message'),
    [
        ({'input': {'width': 64, 'height': 32}}, r'input: boxes\.onnx takes \[1, 3, 32, 32\]'),
        ({'input': {'width': 32, 'height': 32, 'name': 'pixels'}}, r"input\.name: is 'pixels'"),
        ({'input': {'width': 32, 'height': 32, 'dtype': 'uint8'}}, r'input\.dtype: is uint8'),
        ({'max_batch': 4}, r'max_batch: is 4, boxes\.onnx takes 1'),
    ],
)
def test_a_network_that_does_not_fit_its_yaml(tmp_path, ends, yaml, message):
    parameters = _parameters(tmp_path)
    write_network(tmp_path, 'boxes', **{'engine': 'auto', 'decoder_options': {}, **yaml})
    with pytest.raises(ConfigError, match=message) as caught:
        Pipeline(from_parameters(parameters), on_end=ends).load()
    assert 'boxes.yaml' in str(caught.value)


def test_a_run_is_recorded_from_frame_to_answer(tmp_path, ends):
    file = tmp_path / 'run.trace'
    pipeline = Pipeline(
        from_parameters(_parameters(tmp_path, trace_file=str(file), trace_mb=1)), on_end=ends
    )
    pipeline.load()
    for start in (1, 3):
        pipeline.start()
        for seq in (start, start + 1):
            pipeline.submit(frame(seq=seq, width=64, height=64))
            ends.wait_for(2 * seq)
        pipeline.stop()
    pipeline.unload()
    run = read_run(file)
    assert run.ended
    assert list(run.setup.tasks) == ['detector', 'tracker']
    lives = list(run.jobs.values())
    assert [(job.task, job.seq) for job in lives] == [
        (end.task, end.frame.seq) for end in ends.all
    ]
    assert {job.outcome for job in lives} == {'on_time'}
    for job, end in zip(lives, ends.all):
        assert (job.release_ns, job.ended_ns) == (
            end.release_ns,
            end.release_ns + end.response_ns,
        )
        assert job.published_ns >= job.ended_ns
        assert job.stages


@pytest.mark.parametrize('scores', [True, False])
def test_what_the_policy_compared_is_recorded_where_it_is_asked_for(tmp_path, ends, scores):
    file = tmp_path / 'run.trace'
    pipeline = Pipeline(
        from_parameters(_parameters(tmp_path, trace_file=str(file), trace_scores=scores)),
        on_end=ends,
    )
    pipeline.load()
    pipeline.start()
    pipeline.submit(frame(seq=1, width=64, height=64))
    ends.wait_for(2)
    pipeline.stop()
    pipeline.unload()
    assert ('"scores"' in file.read_text()) == scores


def test_a_trace_that_cannot_be_written_is_told_and_answers_go_on(tmp_path, ends, monkeypatch):
    def full(_file, _lines):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(RingFile, 'write', full)
    # the end of a run waits for the disk of a busy machine
    monkeypatch.setattr(recorder, '_LAST_S', TIMEOUT_S)
    file = str(tmp_path / 'run.trace')
    pipeline = Pipeline(from_parameters(_parameters(tmp_path, trace_file=file)), on_end=ends)
    pipeline.load()
    assert trace_health(pipeline.trace_problem) == []
    pipeline.start()
    pipeline.submit(frame(seq=1, width=64, height=64))
    ends.wait_for(2)
    pipeline.stop()
    (told,) = trace_health(pipeline.trace_problem)
    pattern = r'cannot be written: No space left on device; [1-9]\d* lines lost'
    assert re.fullmatch(pattern, told.message)
    pipeline.unload()
    assert pipeline.trace_problem == ''
