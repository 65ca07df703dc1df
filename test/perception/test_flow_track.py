# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes of a slow detector go with their things from frame to frame."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from pictures import grey
from pictures import shifted
from pictures import textured

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.preprocess.opencv_ops import OpenCvOps
from edge_sched_ros.perception.flow.follower import Follower
from edge_sched_ros.perception.flow.motion import move_boxes
from edge_sched_ros.perception.programs.flow_track import FlowTrackProgram
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import no_detections
from edge_sched_ros.reporting.accuracy import Boxes
from edge_sched_ros.reporting.accuracy import iou
from edge_sched_ros.reporting.accuracy import tracking_idf1
from edge_sched_ros.scenes.scene import Scene

GROUND = textured(320, 240, seed=4) // 3
PATCH = textured(60, 48, seed=9)


def _frame(seq, picture):
    height, width = picture.shape[:2]
    image = SourceImage.from_raw(
        np.ascontiguousarray(picture).reshape(-1),
        width=width,
        height=height,
        encoding='bgr8',
        step=3 * width,
    )
    return Frame('camera', seq, seq, 'lens', image)


def _scene(*places):
    """Return a picture with the patch at some places (left, top), and a still background."""
    picture = GROUND.copy()
    for left, top in places:
        picture[top : top + 48, left : left + 60] = PATCH
    return picture


def _found(*places, classes=None, ids=None, score=0.9):
    boxes = [(x, y, x + 60, y + 48) for x, y in places]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(places), score, np.float32),
        np.array(classes or [0] * len(places), np.int64),
        ('thing', 'other'),
        None if ids is None else np.array(ids, np.int64),
    )


def _step(program, seq, picture):
    context = JobContext(seq, 'flow', _frame(seq, picture))
    items = [program.run(stage, context) for stage in program.stages]
    assert items[-1] == len(context.result)
    return context.result


def _near(box, place, within=2.0):
    return np.abs(box - [place[0], place[1], place[0] + 60, place[1] + 48]).max() <= within


def test_nothing_is_shown_before_anything_is_found():
    program = FlowTrackProgram()
    found = _step(program, 1, _scene((50, 50)))
    assert len(found) == 0 and found.track_ids.shape == (0,)


def test_a_box_goes_with_its_thing_between_detections():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene((50, 50))), _found((50, 50)))
    _step(program, 0, _scene((50, 50)))
    for seq in range(1, 12):
        place = (50 + 4 * seq, 50 + 3 * seq)
        tracks = _step(program, seq, _scene(place))
        assert len(tracks) == 1 and _near(tracks.boxes_xyxy[0], place)
        assert tracks.track_ids.tolist() == [1] and tracks.label(0) == 'thing'


def test_a_late_answer_is_brought_up_to_now():
    program = FlowTrackProgram()
    for seq in range(7):
        _step(program, seq, _scene((50 + 5 * seq, 50)))
    program.observe(_frame(1, _scene()), _found((55, 50)))
    tracks = _step(program, 7, _scene((85, 50)))
    assert len(tracks) == 1 and _near(tracks.boxes_xyxy[0], (85, 50))


def test_an_answer_too_late_or_of_a_frame_never_seen_is_counted_and_not_used():
    follower = Follower(OpenCvOps())
    for seq in range(10, 40):
        follower.advance(seq, grey(_scene((50, 50))))
    follower.correct(11, _found((50, 50)))
    follower.correct(99, _found((50, 50)))
    assert follower.stale == 2 and len(follower.shown()) == 0
    assert len(follower.history) == 16


def test_a_detection_corrects_the_box_and_keeps_the_number():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene((50, 50))), _found((62, 44)))
    _step(program, 0, _scene((50, 50)))
    program.observe(_frame(0, _scene((50, 50))), _found((50, 50)))
    tracks = _step(program, 1, _scene((53, 50)))
    assert tracks.track_ids.tolist() == [1] and _near(tracks.boxes_xyxy[0], (53, 50))


def test_a_thing_mostly_covered_is_followed_by_the_part_that_shows():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene()), _found((50, 50)))
    _step(program, 0, _scene((50, 50)))
    covered = _scene((56, 53))
    covered[50:110, 50:96] = textured(46, 60, seed=30)
    tracks = _step(program, 1, covered)
    assert _near(tracks.boxes_xyxy[0], (56, 53), within=3)


def test_things_that_pass_keep_their_numbers():
    program = FlowTrackProgram()
    numbers = []
    for seq in range(15):
        places = (20 + 10 * seq, 30), (220 - 10 * seq, 150)
        if seq % 5 == 0:
            # the detector names them in another order each time
            seen = places if seq % 2 else places[::-1]
            program.observe(_frame(seq, _scene(*places)), _found(*seen))
        tracks = _step(program, seq, _scene(*places))
        by_row = {int(b[1]) > 90: n for b, n in zip(tracks.boxes_xyxy, tracks.track_ids)}
        numbers.append(by_row)
    assert all(by_row == numbers[0] and len(by_row) == 2 for by_row in numbers)


def test_things_of_two_classes_are_never_one():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene()), _found((50, 50)))
    before = _step(program, 0, _scene((50, 50)))
    program.observe(_frame(0, _scene()), _found((50, 50), classes=[1]))
    after = _step(program, 1, _scene((50, 50)))
    others = after.track_ids[after.class_ids == 1]
    assert len(others) == 1 and set(others).isdisjoint(before.track_ids)


def test_numbers_of_a_tracker_that_is_followed_are_kept():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene()), _found((20, 30), (200, 150), ids=[41, 7]))
    _step(program, 0, _scene((20, 30), (200, 150)))
    # far from where it was, but the tracker knows it
    program.observe(_frame(0, _scene()), _found((120, 30), (200, 150), ids=[41, 7]))
    tracks = _step(program, 1, _scene((120, 30), (200, 150)))
    assert sorted(tracks.track_ids.tolist()) == [7, 41]


def test_what_the_detector_no_more_sees_fades():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene()), _found((50, 50)))
    scores = []
    for seq in range(6):
        tracks = _step(program, seq, _scene((50, 50)))
        scores.append(float(tracks.scores.max(initial=0)))
        program.observe(_frame(seq, _scene()), no_detections())
    assert scores[0] == pytest.approx(0.9) and scores == sorted(scores, reverse=True)
    assert scores[-1] == 0


def test_what_is_covered_fades():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene()), _found((50, 50)))
    first = _step(program, 0, _scene((50, 50)))
    for seq in range(1, 12):
        tracks = _step(program, seq, np.full_like(GROUND, 60))
    assert len(first) == 1 and len(tracks) == 0


def test_what_leaves_the_picture_is_forgotten():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene()), _found((20, 50)))
    picture = _scene((20, 50))
    for seq in range(12):
        tracks = _step(program, seq, shifted(picture, -8.0 * seq, 0))
        assert (tracks.boxes_xyxy >= 0).all()
    assert len(tracks) == 0


def test_a_thing_is_shown_after_as_many_detections_as_asked():
    program = FlowTrackProgram(min_hits=2)
    program.observe(_frame(0, _scene()), _found((50, 50)))
    assert len(_step(program, 0, _scene((50, 50)))) == 0
    program.observe(_frame(0, _scene()), _found((50, 50)))
    assert len(_step(program, 1, _scene((50, 50)))) == 1


def test_a_thing_not_confirmed_for_long_is_forgotten():
    program = FlowTrackProgram(max_age_frames=3)
    program.observe(_frame(0, _scene()), _found((50, 50)))
    counts = [len(_step(program, seq, _scene((50, 50)))) for seq in range(6)]
    assert counts == [1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize('age', [1, 3, 20])
@pytest.mark.parametrize('late', [0, 4])
def test_a_number_survives_the_age_however_late_the_detector(age, late):
    """The detector answers ``late`` frames late; its answers up to then show nothing."""

    def number_after(misses):
        program = FlowTrackProgram(max_age_frames=age)
        again = misses + 1
        for seq in range(again + late + 1):
            if seq == late:
                program.observe(_frame(0, _scene()), _found((50, 50)))
            elif late < seq < again + late:
                program.observe(_frame(seq - late, _scene()), no_detections())
            elif seq == again + late:
                program.observe(_frame(again, _scene()), _found((50, 50)))
            tracks = _step(program, seq, _scene((50, 50)))
        return tracks.track_ids.tolist()

    assert number_after(age) == [1]
    assert number_after(age + 1) == [2]


def test_a_reset_or_another_size_forgets_all_but_the_numbers():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene()), _found((50, 50)))
    _step(program, 0, _scene((50, 50)))
    program.reset()
    program.observe(_frame(1, _scene()), _found((50, 50)))
    assert _step(program, 1, _scene((50, 50))).track_ids.tolist() == [2]
    assert len(_step(program, 2, _scene((50, 50))[:200])) == 0


def test_what_is_no_boxes_is_not_observed():
    program = FlowTrackProgram()
    program.observe(_frame(0, _scene()), DepthMap(np.zeros((2, 2), np.float32), 1, 1))
    program.observe(_frame(0, _scene()), None)
    assert len(_step(program, 0, _scene())) == 0


def test_a_message_without_an_image_says_so():
    with pytest.raises(FrameError, match='flow: the message has no image'):
        FlowTrackProgram().run('preprocess', JobContext(0, 'flow', Frame('camera', 0, 0, '')))


@pytest.mark.parametrize(
    ('name', 'value', 'message'),
    [
        ('appearance_weight', 1, 'no such option .it has: max_age_frames'),
        ('min_hits', 0, 'must be from'),
        ('max_distance', float('nan'), 'must be from'),
    ],
)
def test_settings_that_cannot_be(name, value, message):
    with pytest.raises(ConfigError, match=message):
        FlowTrackProgram().set_option(name, value)


@settings(deadline=None, max_examples=40)
@given(
    right=st.floats(-10, 10),
    down=st.floats(-10, 10),
    boxes=st.lists(
        st.tuples(st.integers(30, 180), st.integers(30, 120), st.integers(20, 90)),
        min_size=1,
        max_size=6,
    ),
)
def test_when_the_whole_picture_moves_every_box_moves_as_far(right, down, boxes):
    before = grey(textured(320, 240))
    corners = np.array([(x, y, x + side, y + side) for x, y, side in boxes], np.float32)
    moved = move_boxes(
        before, shifted(before, right, down), corners, OpenCvOps(), _unknown(corners)
    )
    wanted = corners + np.tile([right, down], 2)
    assert np.abs(moved.boxes - wanted).max() < 2.5
    assert ((moved.shares >= 0) & (moved.shares <= 1)).all()


@pytest.mark.parametrize('growth', [0.92, 1.08])
def test_a_box_grows_and_shrinks_with_its_thing(growth):
    before = grey(textured(320, 240))
    centre = np.array([160, 120])
    matrix = np.array([[growth, 0, 160 * (1 - growth)], [0, growth, 120 * (1 - growth)]])
    after = cv2.warpAffine(before, matrix, (320, 240), borderMode=cv2.BORDER_REPLICATE)
    box = np.array([[100, 80, 220, 160]], np.float32)
    moved = move_boxes(before, after, box, OpenCvOps(), _unknown(box))
    wanted = (box.reshape(2, 2) - centre) * growth + centre
    assert np.abs(moved.boxes[0] - wanted.reshape(4)).max() < 1.5


def _unknown(boxes):
    return np.full((len(boxes), 2), np.nan, np.float32)


def test_a_box_without_texture_moves_as_it_did_last():
    plain = np.full((240, 320), 80, np.uint8)
    box = np.array([[40, 40, 90, 90]], np.float32)
    moved = move_boxes(plain, plain, box, OpenCvOps(), np.array([[3, -2]], np.float32))
    assert moved.boxes.tolist() == [[43, 38, 93, 88]] and moved.shares[0] == 0


def test_a_box_without_texture_or_past_moves_as_the_others_do():
    before = textured(320, 240)
    before[100:160, 200:280] = 80
    boxes = np.array([[40, 40, 90, 90], [210, 110, 270, 150]], np.float32)
    moved = move_boxes(
        grey(before), shifted(grey(before), 6, -3), boxes, OpenCvOps(), _unknown(boxes)
    )
    assert moved.shares[1] == 0 and moved.shares[0] > 0.5
    assert np.abs(moved.boxes[1] - boxes[1] - [6, -3, 6, -3]).max() < 0.5


def test_no_boxes_and_boxes_outside():
    picture = grey(textured(320, 240))
    none = np.zeros((0, 4), np.float32)
    assert len(move_boxes(picture, picture, none, OpenCvOps(), _unknown(none)).boxes) == 0
    outside = np.array([[400, 300, 420, 320], [-50, -50, -20, -20]], np.float32)
    moved = move_boxes(picture, picture, outside, OpenCvOps(), _unknown(outside))
    assert (moved.boxes == outside).all()


@pytest.mark.parametrize('late', [0, 3])
def test_on_rendered_scenes_it_is_much_better_than_holding_the_last_boxes(late):
    """The true boxes of every 5th frame stand for a detector's; the truth of all judges."""
    scene, program = Scene(seed=21), FlowTrackProgram()
    true, followed, held = {}, {}, {}
    answers = []
    last = _boxes(no_detections())
    for index in range(45):
        shown = scene.frame(index)
        seen = [thing for thing in shown.objects if thing.visible]
        frame = _frame(index, shown.image_bgr)
        if index % 5 == 0:
            answers.append((index + late, frame, seen))
        while answers and answers[0][0] <= index:
            _, source, things = answers.pop(0)
            found = Detections(
                np.array([t.box_xyxy for t in things], np.float32).reshape(-1, 4),
                np.full(len(things), 0.9, np.float32),
                np.array([t.class_id for t in things], np.int64),
            )
            program.observe(source, found)
            last = _boxes(found, ids=[t.identity for t in things])
        followed[index] = _boxes(_step(program, index, shown.image_bgr))
        held[index] = last
        true[index] = Boxes(
            np.array([t.box_xyxy for t in shown.objects], float).reshape(-1, 4),
            tuple(t.label for t in shown.objects),
            (1.0,) * len(shown.objects),
            tuple(str(t.identity) for t in shown.objects),
            tuple(not t.visible for t in shown.objects),
        )
    flow_iou, held_iou = (_mean_iou(way, true, since=late) for way in (followed, held))
    assert flow_iou > held_iou + (0.05 if late == 0 else 0.12), (flow_iou, held_iou)
    # even against boxes that are told who is who
    assert tracking_idf1(followed, true) > tracking_idf1(held, true) + 0.04


def _boxes(found, ids=None):
    count = len(found)
    ids = found.track_ids.tolist() if ids is None and count else ids or []
    return Boxes(
        found.boxes_xyxy.astype(float),
        ('',) * count,
        tuple(found.scores.tolist()),
        tuple(map(str, ids)),
        (False,) * count,
    )


def _mean_iou(found, true, since):
    overlaps = []
    for index in range(since, len(true)):
        counted = true[index].xyxy[[not ignored for ignored in true[index].ignored]]
        if len(found[index].xyxy):
            overlaps += iou(counted, found[index].xyxy).max(axis=1, initial=0).tolist()
        else:
            overlaps += [0.0] * len(counted)
    return np.mean(overlaps)
