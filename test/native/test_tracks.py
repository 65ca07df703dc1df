# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The native tracker gives the numbers that the one in Python gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from native_forms import assert_same
from native_forms import in_python

from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers import bytetrack
from edge_sched_ros.perception.trackers.bytetrack import ByteTracker
from edge_sched_ros.perception.tracking.matching import assign

native = pytest.importorskip('edge_sched_ros._native')

_DISTANCES = st.sampled_from([0.0, 0.25, 0.5, 0.6, 0.75, np.inf, np.nan])


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(0, 6), st.integers(0, 6))
def test_pairs_are_those_of_scipy_also_where_several_are_as_good(data, rows, columns):
    values = data.draw(st.lists(_DISTANCES, min_size=rows * columns, max_size=rows * columns))
    distance = np.array(values).reshape(rows, columns)
    for mine, theirs in zip(native.assign(distance, 0.6), assign(distance, 0.6)):
        np.testing.assert_array_equal(mine, theirs)


def _frames(rng, objects, frames, *, looks):
    """Yield detections of moving objects that are not always seen, and their appearances."""
    place, speed = rng.uniform(0, 300, (objects, 2)), rng.normal(0, 5, (objects, 2))
    size, class_ids = rng.uniform(5, 80, (objects, 2)), rng.integers(0, 2, objects)
    look = rng.normal(size=(objects, 8))
    for _ in range(frames):
        place = place + speed
        seen = np.flatnonzero(rng.random(objects) > 0.2)
        corner = place[seen] + rng.normal(0, 2, (len(seen), 2))
        boxes = np.concatenate([corner, corner + size[seen]], axis=1).astype(np.float32)
        boxes[rng.random(len(seen)) < 0.02, 1] = rng.choice([np.nan, np.inf, -1e30])
        scores = rng.choice(np.array([0.05, 0.1, 0.3, 0.5, 0.6, 0.9], np.float32), len(seen))
        vectors = look[seen] + rng.normal(0, 0.3, (len(seen), 8))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        found = Detections(boxes, scores, class_ids[seen])
        yield found, vectors.astype(np.float32) if looks else None


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    objects=st.integers(0, 25),
    looks=st.booleans(),
    high_score=st.sampled_from([0.5, 0.6, 0.7]),
    min_hits=st.integers(1, 3),
    max_age_frames=st.integers(1, 8),
)
def test_numbers_of_tracks_are_those_of_the_form_in_python(seed, objects, looks, **options):
    rng = np.random.default_rng(seed)
    tracker = ByteTracker()
    with in_python():
        reference = ByteTracker()
    assert tracker._native is not None and reference._native is None
    for name, value in options.items():
        tracker.set_option(name, value)
        reference.set_option(name, value)
    for index, (found, vectors) in enumerate(_frames(rng, objects, 20, looks=looks)):
        frames = float(rng.choice([1, 1, 2, 40]))
        if index == 15:
            tracker.reset()
            reference.reset()
        with np.errstate(invalid='ignore', over='ignore'):
            wanted = reference.update(found, vectors, frames)
        assert_same(tracker.update(found, vectors, frames), wanted)


def test_a_crowd_is_forgotten_as_in_python(monkeypatch):
    monkeypatch.setattr(bytetrack, '_MOST_TRACKS', 10)
    tracker = ByteTracker()
    with in_python():
        reference = ByteTracker()
    rng = np.random.default_rng(3)
    for found, _ in _frames(rng, 60, 12, looks=False):
        assert_same(tracker.update(found, None), reference.update(found, None))


def test_starting_over_begins_with_the_first_number():
    tracker = ByteTracker()
    found = Detections(
        np.array([[0, 0, 9, 9]], np.float32), np.ones(1, np.float32), np.zeros(1, np.int64)
    )
    for begin, number in ((lambda: None, 1), (tracker.reset, 2), (tracker.start_over, 1)):
        begin()
        for _ in range(2):
            known = tracker.update(found, None).track_ids.tolist()
        assert known == [number]


def test_arrays_that_do_not_belong_together_are_refused():
    tracks, options = native.Tracks(), (45, 2, 0.6, 0.55, 0.5, 0.1, 0.6, 1000)
    boxes, scores, classes = np.zeros((2, 4)), np.ones(2), np.zeros(2, np.int64)
    with pytest.raises(ValueError, match='differ in their number'):
        tracks.update(boxes[:1], scores, classes, None, 1.0, options)
    with pytest.raises(ValueError, match='differ in their number'):
        tracks.update(boxes, scores, classes, np.zeros((1, 8), np.float32), 1.0, options)


def test_classes_derived_from_the_tracker_match_as_they_say():
    class Own(ByteTracker):
        pass

    assert Own()._native is None
