# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Trackers of the user: named in the configuration, with numbers, refused or failing in a line."""

from __future__ import annotations

import queue
from dataclasses import replace

import numpy as np
import pytest
from children import TIMEOUT_S
from images import frame
from networks import write_embedding
from networks import write_network
from networks import write_onnx

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import no_detections
from edge_sched_ros.perception.trackers.bytetrack import TRACKER
from edge_sched_ros.perception.tracking.answers import tracked
from edge_sched_ros.pipeline.assemble import assemble
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

SOURCE = """
import numpy as np
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.trackers.base import Tracker

class FromLeft(Tracker):
    numbers = {'first': Number(1.0, 0.0, 1000.0, whole=True)}
    def update(self, found, vectors, frames=1.0):
        first = int(self.options['first'])
        order = np.argsort(found.boxes_xyxy[:, 0])
        return found.take(order, np.arange(first, first + len(order)))
    def reset(self): ...
    def start_over(self): ...

class Nothing(FromLeft):
    def update(self, found, vectors, frames=1.0): return None

class Unnumbered(FromLeft):
    def update(self, found, vectors, frames=1.0): return found

class Broken(FromLeft):
    def __init__(self): raise OSError('no camera here')

class NoReset(Tracker):
    def update(self, found, vectors, frames=1.0): ...
"""


def _answer(**changed):
    """Return what a tracker of one's own makes of two boxes, with arrays changed."""
    boxes = np.array([[0, 0, 4, 4], [4, 4, 8, 8]], np.float32)
    found = Detections(boxes, np.array([0.9, 0.8], np.float32), np.array([0, 1]))

    class Own(TRACKER):
        def update(self, found, vectors, frames=1.0):
            return replace(found, **{'track_ids': np.array([1, 2]), **changed})

    return tracked(Own(), found, None, 1)


@pytest.fixture
def parameters(tmp_path, monkeypatch):
    """Return a function of settings of the task with the tracker; its module can be imported."""
    (tmp_path / 'own_trackers.py').write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, :2] = [[24, 16, 6, 6, 1, 0.1, 0.9], [8, 16, 6, 6, 1, 0.1, 0.8]]
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])
    boxes = write_network(tmp_path, 'boxes', engine='auto', decoder_options={})

    looks = write_embedding(tmp_path)

    def of(*, network=False, **more):
        by = {'network': str(looks)} if network else {'program': 'box_track'}
        return {
            'tasks': ['detector', 'tracker'],
            'detector.network': str(boxes),
            'detector.topic': 'camera',
            'detector.deadline_ms': 600_000,
            'tracker.after': 'detector',
            'tracker.deadline_ms': 600_000,
            **{f'tracker.{key}': value for key, value in {**by, **more}.items()},
        }

    return of


def _end_of_tracker(parameters):
    """Return how the tracker's job of one frame ends."""
    ended = queue.Queue()
    runs = Pipeline(from_parameters(parameters), on_end=ended.put)
    runs.load()
    try:
        runs.start()
        runs.submit(frame(seq=1, width=32, height=32))
        ends = {end.task: end for end in (ended.get(timeout=TIMEOUT_S) for _ in range(2))}
        runs.stop()
    finally:
        runs.unload()
    return ends['tracker']


@pytest.mark.parametrize(
    'more', [{}, {'isolation': 'process'}, {'network': True}], ids=['thread', 'process', 'network']
)
def test_a_tracker_of_ones_own_with_its_number(parameters, more):
    own = parameters(tracker='own_trackers:FromLeft', first=7, **more)
    end = _end_of_tracker(own)
    assert end.result.track_ids.tolist() == [7, 8]
    assert np.all(np.diff(end.result.boxes_xyxy[:, 0]) > 0)


@pytest.mark.parametrize('name', ['Nothing', 'Unnumbered'])
def test_a_tracker_that_gives_no_tracks_fails_the_job(parameters, name):
    assert _end_of_tracker(parameters(tracker=f'own_trackers:{name}')).reason == 'no_tracks'


@pytest.mark.parametrize(
    ('changed', 'message'),
    [
        ({'track_ids': np.array([0.5, 1])}, 'track_ids that are no whole numbers'),
        ({'track_ids': np.array([np.nan, 1])}, 'track_ids that are no whole numbers'),
        ({'track_ids': np.array(['1', 'x'])}, 'track_ids that are no whole numbers'),
        ({'track_ids': np.array([[1, 2]])}, 'without a number for each'),
        ({'track_ids': np.array([3, 3])}, 'the track id 3 twice in one frame'),
        ({'track_ids': np.array([1, -2])}, 'a negative track id, -2'),
        ({'boxes_xyxy': np.full((2, 4), np.nan, np.float32)}, 'boxes_xyxy are not all finite'),
        ({'boxes_xyxy': np.zeros((2, 2), np.float32)}, 'boxes_xyxy are no array of 2x4'),
        ({'class_ids': np.array([0])}, 'class_ids are no array of 2'),
        ({'keypoints': np.zeros((1, 2, 3), np.float32)}, 'keypoints are not those of 2 objects'),
    ],
)
def test_wrong_answers_of_a_tracker_fail_the_job_with_a_line(changed, message):
    with pytest.raises(FrameError, match=message) as failed:
        _answer(**changed)
    assert failed.value.reason == 'no_tracks'


@pytest.mark.parametrize('ids', [[0, 7], np.array([1.0, 2.0]), np.array([1, 2], np.uint8)])
def test_whole_numbers_of_any_type_are_track_ids(ids):
    numbers = _answer(track_ids=ids).track_ids
    assert numbers.dtype == np.int64
    assert numbers.tolist() == list(ids)


def test_a_tracker_may_know_no_tracks():
    nothing = no_detections()
    arrays = {name: getattr(nothing, name) for name in ('boxes_xyxy', 'scores', 'class_ids')}
    assert len(_answer(**arrays, track_ids=[])) == 0


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('own_trackers:Broken', r"^tracker\.tracker: 'own_trackers:Broken' cannot be made: .*no"),
        ('own_trackers:NoReset', r'^tracker\.tracker: own_trackers:NoReset has no reset, start_o'),
        ('own_trackers:FromRight', r"^tracker\.tracker: own_trackers: has no 'FromRight'"),
        ('byte', r"^tracker\.tracker: unknown tracker 'byte'; did you mean 'bytetrack'"),
    ],
)
def test_trackers_that_cannot_be_are_named(parameters, name, message):
    for network in (False, True):
        with pytest.raises(ConfigError, match=message):
            config = from_parameters(parameters(network=network, tracker=name))
            assemble(config, discover())


@pytest.mark.parametrize('network', [False, True])
def test_a_task_whose_tracker_cannot_be_made_is_out_alone(parameters, network, caplog):
    config = from_parameters(parameters(network=network, tracker='own_trackers:Broken'))
    pipeline = Pipeline(config, on_end=print)
    pipeline.load()
    pipeline.unload()
    assert 'tracker: out, the other tasks run: tracker.tracker: ' in caplog.text
