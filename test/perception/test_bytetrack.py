# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Two stages by score, motion over dropped frames, and the filter against its matrices."""

from __future__ import annotations

import numpy as np
import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.native.loading import VARIABLE
from edge_sched_ros.perception.masks import Masks
from edge_sched_ros.perception.programs.registry import make_own_program
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import no_detections
from edge_sched_ros.perception.trackers import bytetrack
from edge_sched_ros.perception.trackers.bytetrack import ByteTracker
from edge_sched_ros.perception.trackers.registry import tracker_class
from edge_sched_ros.perception.tracking.box_filter import BoxFilter
from edge_sched_ros.perception.tracking.matching import assign


def _found(*boxes_and_scores, **more):
    boxes = [box for box, _ in boxes_and_scores]
    scores = [score for _, score in boxes_and_scores]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.zeros(len(scores), np.int64),
        ('thing',),
        **more,
    )


def _box(left, size=20):
    return (left, 50, left + size, 50 + size)


def _ids(tracker, found, frames=1.0):
    return tracker.update(found, None, frames).track_ids.tolist()


def test_a_low_score_keeps_a_track_but_begins_none():
    tracker = ByteTracker()
    for _ in range(3):
        assert _ids(tracker, _found((_box(10), 0.3))) == []
    for _ in range(2):
        known = _ids(tracker, _found((_box(10), 0.9)))
    for _ in range(100):
        assert _ids(tracker, _found((_box(10), 0.3), (_box(200), 0.3))) == known
    assert _ids(tracker, _found((_box(10), 0.05))) == []


def test_a_low_score_does_not_keep_a_track_that_was_lost_before():
    tracker = ByteTracker()
    for _ in range(2):
        known = _ids(tracker, _found((_box(10), 0.9)))
    assert _ids(tracker, no_detections()) == []
    assert _ids(tracker, _found((_box(10), 0.3))) == []
    assert _ids(tracker, _found((_box(10), 0.9))) == known


def test_a_score_between_high_and_new_keeps_a_track_but_begins_none():
    tracker = ByteTracker()
    for _ in range(3):
        assert _ids(tracker, _found((_box(10), 0.55))) == []
    tracker.set_option('new_score', 0.5)
    for _ in range(2):
        known = _ids(tracker, _found((_box(10), 0.55)))
    assert len(known) == 1


def test_a_good_pair_is_not_given_up_for_two_poor_ones():
    rows, columns = assign(np.array([[0.1, 0.5], [0.5, np.inf]]), 0.55)
    assert (rows.tolist(), columns.tolist()) == ([0], [0])
    rows, columns = assign(np.array([[0.1, 0.2], [0.2, np.inf]]), 0.55)
    assert sorted(zip(rows.tolist(), columns.tolist())) == [(0, 1), (1, 0)]


@pytest.mark.parametrize('distance', [np.inf, np.nan, 0.6])
def test_what_is_too_far_is_not_matched(distance):
    assert not len(assign(np.array([[distance]]), 0.55)[0])
    assert len(assign(np.array([[0.55]]), 0.55)[0]) == 1


def test_a_track_moves_by_the_frames_of_the_camera():
    def known_after(frames):
        tracker = ByteTracker()
        for step in range(10):
            known = _ids(tracker, _found((_box(10 + 8 * step), 0.9)))
        return _ids(tracker, _found((_box(82 + 8 * 8), 0.9)), frames) == known

    assert known_after(8)
    assert not known_after(1)


def test_the_program_counts_the_frames_that_it_did_not_get():
    program = make_own_program('box_track', 'tracker', {})
    seqs = [*range(10), 17, 18]
    for seq in seqs:
        found = _found((_box(10 + 8 * seq), 0.9))
        context = JobContext(seq, 'tracker', Frame('camera', seq, seq, 'lens'), parent=found)
        count = program.run('track', context)
        assert count == len(context.result) == (0 if seq == 0 else 1)
    assert context.result.track_ids.tolist() == [1]


def test_the_filter_gives_what_its_matrices_give():
    draws = np.random.default_rng(5)
    boxes = np.cumsum(draws.uniform(1, 30, (7, 3, 4)), axis=2)[:, :, [0, 1, 2, 3]]
    filters = BoxFilter()
    filters.add(boxes[0])
    wanted = [_Matrices(box) for box in boxes[0]]
    for step, frames in enumerate([1, 2, 5, 1, 1, 3], start=1):
        filters.predict(frames)
        rows = np.array([0, 2]) if step % 2 else np.array([1])
        filters.correct(rows, boxes[step][rows])
        for row, each in enumerate(wanted):
            each.predict(frames)
            if row in rows:
                each.correct(boxes[step][row])
            np.testing.assert_allclose(filters.place[row], each.state[:4], rtol=1e-9)
            np.testing.assert_allclose(filters.speed[row], each.state[4:], rtol=1e-9, atol=1e-12)
            variances = [*filters.place_var[row], *filters.speed_var[row]]
            np.testing.assert_allclose(variances, np.diag(each.cov), rtol=1e-9)


class _Matrices:
    """The filter of one box by 8x8 matrices, as in the papers."""

    def __init__(self, box):
        place = _place(box)
        size = np.maximum(np.tile(place[2:], 2), 1)
        self.state = np.concatenate([place, np.zeros(4)])
        self.cov = np.diag(np.concatenate([2 * size / 20, 10 * size / 160]) ** 2)

    def predict(self, frames):
        size = np.maximum(np.tile(self.state[2:4], 2), 1)
        move = np.eye(8)
        move[:4, 4:] = frames * np.eye(4)
        noise = np.diag(np.concatenate([size / 20, size / 160]) ** 2)
        self.state = move @ self.state
        self.cov = move @ self.cov @ move.T + frames * noise

    def correct(self, box):
        size = np.maximum(np.tile(self.state[2:4], 2), 1)
        seen = np.eye(4, 8)
        whole = seen @ self.cov @ seen.T + np.diag((size / 20) ** 2)
        gain = self.cov @ seen.T @ np.linalg.inv(whole)
        self.state = self.state + gain @ (_place(box) - seen @ self.state)
        self.cov = self.cov - gain @ seen @ self.cov


def _place(box):
    left, top, right, bottom = box
    return np.array([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top])


def test_a_crowd_without_end_is_forgotten(monkeypatch):
    # test/native/test_tracks.py compares the native form with this one
    monkeypatch.setenv(VARIABLE, 'off')
    monkeypatch.setattr(bytetrack, '_MOST_TRACKS', 50)
    tracker = ByteTracker()
    tracker.set_option('min_hits', 1)
    for frame in range(10):
        lefts = 100 * np.arange(20) + 20_000 * frame
        _ids(tracker, _found(*((_box(left), 0.9) for left in lefts)))
    assert len(tracker._tracks) == 50
    # the newest are kept
    assert tracker._tracks.misses.max() == 2


def test_boxes_without_area_and_that_are_no_numbers_are_no_fault():
    tracker = ByteTracker()
    for _ in range(3):
        ids = _ids(
            tracker, _found(((5, 5, 5, 5), 0.9), ((np.nan,) * 4, 0.9), ((0, 0, np.inf, 9), 0.9))
        )
    assert ids[:1] == [1]


def test_keypoints_masks_and_angles_stay_with_their_detections():
    tracker = ByteTracker()
    for turn in range(4):
        lefts = [10, 100, 300]
        order = np.roll(np.arange(3), turn)
        found = _found(
            *((_box(lefts[i]), 0.9) for i in order),
            angles_rad=np.array([0.01 * i for i in order], np.float32),
            keypoints=np.array([[[lefts[i], 0, 1]] for i in order], np.float32),
            masks=_masks(order),
        )
        tracks = tracker.update(found, None)
    assert tracks.track_ids.tolist() == (order + 1).tolist()
    assert tracks.keypoints[:, 0, 0].tolist() == [lefts[i] for i in order]
    assert tracks.angles_rad.tolist() == pytest.approx([0.01 * i for i in order])
    assert [int(tracks.masks.whole(row).sum()) for row in range(3)] == [i + 1 for i in order]


def _masks(order):
    """Return masks of one row, of the object's number + 1 pixels."""
    windows = np.array([[0, i, i + 1, i + 1] for i in order], np.int32)
    return Masks(windows, np.ones(sum(i + 1 for i in order), bool), 8, 8, 1.0, 1.0)


def test_the_program_without_boxes_before_it():
    program = make_own_program('box_track', 'tracker', {})
    with pytest.raises(FrameError, match='gave no boxes'):
        program.run('track', JobContext(0, 'tracker', None, parent=None))


@pytest.mark.parametrize(
    ('program', 'options', 'tracker', 'message'),
    [
        (
            'box_track',
            {},
            'byte',
            r'^t\.tracker: unknown tracker .byte.; did you mean .bytetrack.',
        ),
        ('box_track', {'speed': 1.0}, '', r'^t\.speed: the tracker has no such option'),
        (
            'box_track',
            {'high_score': 0.05},
            'bytetrack',
            r'^t\.low_score: must be at most high_score \(0\.05\), not 0\.1$',
        ),
        ('corners', {}, 'bytetrack', r'^t\.tracker: the program .corners. takes no tracker'),
    ],
)
def test_trackers_that_cannot_be(program, options, tracker, message):
    with pytest.raises(ConfigError, match=message):
        make_own_program(program, 't', options, tracker=tracker)


def test_every_tracker_takes_the_common_options():
    for name in ('bytetrack', 'norfair'):
        assert {'max_age_frames', 'min_hits', 'max_distance'} <= set(tracker_class(name).numbers)


def test_a_score_of_new_tracks_below_the_high_one_counts():
    tracker = ByteTracker()
    tracker.set_option('new_score', 0.3)
    for left in range(3):
        found = tracker.update(_found((_box(10 + left), 0.4)), None)
    assert found.track_ids.tolist() == [1]


def test_the_low_score_is_not_above_the_high_one_after_a_batch_of_changes():
    program = make_own_program('box_track', 'tracker', {'low_score': 0.3, 'high_score': 0.3})
    program.check_together({'low_score': 0.8, 'high_score': 0.9})
    both = {'low_score': 0.8, 'high_score': 0.7}
    for changes in ({'low_score': 0.4}, {'high_score': 0.2}, both):
        with pytest.raises(ConfigError, match=r'^low_score: must be at most high_score'):
            program.check_together(changes)
    # defaults: 0.1 and 0.5
    program.check_together({'low_score': 0.5, 'high_score': None})
