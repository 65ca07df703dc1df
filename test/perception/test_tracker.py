# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers stay with things."""

from __future__ import annotations

import numpy as np
import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import no_detections
from edge_sched_ros.perception.trackers.registry import tracker_class
from edge_sched_ros.perception.trackers.registry import tracker_classes
from edge_sched_ros.perception.tracking.appearances import Appearances
from edge_sched_ros.perception.tracking.distances import place_distance

RED, BLUE = np.eye(2, 8, dtype=np.float32)


@pytest.fixture(params=sorted(tracker_classes()))
def make(request):
    if request.param == 'norfair':
        pytest.importorskip('norfair', reason='norfair is not installed')
    return tracker_class(request.param)


def _found(*boxes, classes=None):
    count = len(boxes)
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, 0.9, np.float32),
        np.array(classes or [0] * count, np.int64),
        ('thing', 'other'),
    )


def _box(x, y=50, size=20):
    return (x, y, x + size, y + size)


def _ids(tracker, found, vectors=None):
    tracks = tracker.update(found, None if vectors is None else np.array(vectors))
    return dict(zip((int(box[0]) for box in tracks.boxes_xyxy), tracks.track_ids.tolist()))


def test_two_things_that_pass_each_other_keep_their_numbers_by_appearance(make):
    tracker = make()
    first = None
    for step in range(24):
        left, right = 10 + 8 * step, 194 - 8 * step
        ids = _ids(tracker, _found(_box(left), _box(right)), [RED, BLUE])
        if len(ids) == 2:
            first = first or (ids[left], ids[right])
            assert (ids[left], ids[right]) == first
    assert first is not None and first[0] != first[1]


def test_a_thing_out_of_sight_is_known_again(make):
    tracker = make()
    for step in range(5):
        ids = _ids(tracker, _found(_box(10 + 3 * step)), [RED])
    before = set(ids.values())
    for _ in range(4):
        assert _ids(tracker, no_detections()) == {}
    after = _ids(tracker, _found(_box(37)), [RED])
    assert set(after.values()) == before


def test_a_number_is_given_after_two_sightings_and_is_positive(make):
    tracker = make()
    assert _ids(tracker, _found(_box(10))) == {}
    assert min(_ids(tracker, _found(_box(10))).values()) >= 1


def test_things_of_two_classes_are_never_one(make):
    tracker = make()
    for _ in range(3):
        first = _ids(tracker, _found(_box(10), classes=[0]))
    for _ in range(3):
        second = _ids(tracker, _found(_box(10), classes=[1]))
    assert not set(first.values()) & set(second.values())


def test_numbers_are_not_used_twice_after_a_reset(make):
    tracker = make()
    for _ in range(3):
        before = _ids(tracker, _found(_box(10)))
    tracker.reset()
    for _ in range(3):
        after = _ids(tracker, _found(_box(10)))
    assert not set(before.values()) & set(after.values())


def test_boxes_scores_and_classes_are_the_detections_own(make):
    tracker = make()
    found = _found(_box(10), _box(100), classes=[1, 0])
    for _ in range(3):
        tracks = tracker.update(found, None)
    assert np.allclose(tracks.boxes_xyxy, found.boxes_xyxy)
    assert tracks.class_ids.tolist() == [1, 0]


@pytest.mark.parametrize('age', [1, 2, 3, 45])
@pytest.mark.parametrize('hits', [2, 3, 10, 100])
def test_a_track_lives_through_its_age_and_not_one_frame_more(make, age, hits):
    def known_after(misses):
        tracker = make()
        tracker.set_option('max_age_frames', age)
        for _ in range(hits):
            before = _ids(tracker, _found(_box(10)))
        for _ in range(misses):
            assert _ids(tracker, no_detections()) == {}
        return _ids(tracker, _found(_box(10))) == before

    assert known_after(age - 1) and known_after(age)
    assert not known_after(age + 1)


def test_every_match_gives_a_track_its_whole_age_again(make):
    tracker = make()
    tracker.set_option('max_age_frames', 3)
    first = [_ids(tracker, _found(_box(10))) for _ in range(2)][-1]
    for _ in range(4):
        for _ in range(3):
            assert _ids(tracker, no_detections()) == {}
        assert _ids(tracker, _found(_box(10))) == first


@pytest.mark.parametrize(
    ('min_hits', 'age', 'seen', 'numbered_at'),
    [
        (1, 1, [1], 0),
        (2, 1, [1, 1], 1),
        (3, 1, [1, 1, 1], 2),
        # sightings count, and a miss between them takes none away
        (2, 45, [1, 0, 1], 2),
        (3, 45, [1, 0, 1, 0, 1], 4),
        (3, 45, [1, 1, 0, 0, 1], 4),
        # two misses in a row after one sighting: it begins again
        (2, 45, [1, 0, 0, 1, 1], 4),
    ],
)
def test_a_number_is_given_at_the_sighting_asked_for(make, min_hits, age, seen, numbered_at):
    tracker = make()
    tracker.set_option('max_age_frames', age)
    tracker.set_option('min_hits', min_hits)
    given = [_ids(tracker, _found(_box(10)) if here else no_detections()) for here in seen]
    assert [bool(ids) for ids in given] == [frame == numbered_at for frame in range(len(seen))]


@pytest.mark.parametrize(
    ('name', 'value', 'message'),
    [
        ('max_age_frames', 2.5, 'must be a whole number'),
        ('speed', 1, 'no such option'),
        ('min_hits', 0, 'must be from'),
        ('max_distance', float('nan'), 'must be from'),
    ],
)
def test_settings_that_cannot_be(make, name, value, message):
    with pytest.raises(ConfigError, match=message):
        make().set_option(name, value)


def test_the_distance_of_places():
    boxes = np.array([[0, 0, 10, 10], [10, 0, 20, 10], [90, 90, 100, 100]])
    distance = place_distance(boxes[:1], boxes)[0]
    assert distance[0] == pytest.approx(0)
    # beside each other: no overlap, centres 10 apart in a hull with diagonal^2 500
    assert distance[1] == pytest.approx((1 + 100 / 500) / 2)
    assert distance[1] < distance[2] <= 1


def test_the_appearance_of_a_track_is_the_moving_mean_of_what_was_seen():
    looks = Appearances()
    looks.add(3)
    assert looks.distance(RED[None], np.array([0])) is None
    looks.remember(np.array([0, 2]), np.stack([RED, BLUE]))
    looks.remember(np.array([2]), RED[None])
    mixed = (0.9 * BLUE + 0.1 * RED) / np.hypot(0.9, 0.1)
    wanted = [[0.0, 1 - mixed @ RED], [1.0, 1 - mixed @ BLUE]]
    seen = np.stack([RED, BLUE])
    np.testing.assert_allclose(looks.distance(seen, np.array([0, 2])), wanted, atol=1e-6)
    # one that is not known leaves only the place
    assert looks.distance(seen, np.array([1, 2])) is None
    looks.keep(np.array([False, False, True]))
    np.testing.assert_allclose(looks.vectors, [mixed], atol=1e-6)


def test_the_appearance_of_another_network_is_not_mixed_with_the_former():
    looks = Appearances()
    looks.add(2)
    looks.remember(np.array([0, 1]), np.stack([RED, BLUE]))
    longer = np.eye(1, 16, dtype=np.float32)
    assert looks.distance(longer, np.array([1])) is None
    looks.remember(np.array([1]), longer)
    assert looks.known.tolist() == [False, True]
    assert looks.distance(longer, np.array([1])) == pytest.approx(np.zeros((1, 1)))
