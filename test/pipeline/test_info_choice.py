# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The CameraInfo of a frame is the one that belongs to it, never one of an older resolution."""

from __future__ import annotations

import numpy as np
import pytest

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.execution.encodings import ENCODINGS
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.inputs.info_choice import CameraInfos

S = 1_000_000_000


def _info(at_s, width, height, focal=100.0):
    stamp = messages.time_message(make, round(at_s * S))
    header = make('std_msgs/msg/Header', stamp=stamp)
    return make(
        'sensor_msgs/msg/CameraInfo',
        header=header,
        width=width,
        height=height,
        k=[focal, 0, width / 2, 0, focal, height / 2, 0, 0, 1],
    )


def _frame(at_s, width, height):
    pixels = np.zeros((height, width, 3), np.uint8)
    image = SourceImage(pixels, encoding=ENCODINGS['bgr8'], name='bgr8')
    return Frame('camera', 1, round(at_s * S), 'lens', image)


@pytest.fixture
def said():
    return []


@pytest.fixture
def infos(said):
    return CameraInfos(said.append)


def _focal(infos, frame):
    fitted = infos.for_frame(frame)
    return None if fitted is None else fitted.info.k[0]


def test_without_any_there_is_none_and_nothing_is_wrong(infos, said):
    assert infos.for_frame(_frame(1, 8, 6)) is None and infos.for_frame(None) is None
    assert infos.last is None and infos.problem == '' and said == []


def test_the_one_with_the_frames_stamp_comes_first_then_the_last_before_it(infos):
    for at_s in (1, 2, 3, 4):
        infos.add(_info(at_s, 8, 6, focal=at_s))
    assert _focal(infos, _frame(2, 8, 6)) == 2
    assert _focal(infos, _frame(3.5, 8, 6)) == 3
    assert _focal(infos, _frame(9, 8, 6)) == 4
    # of a source that is late with its first one
    assert _focal(infos, _frame(0.5, 8, 6)) == 1
    # without a stamp the last one that came
    assert _focal(infos, _frame(0, 8, 6)) == 4


def test_one_published_once_long_ago_serves_all_frames(infos, said):
    infos.add(_info(1, 16, 12))
    frames = [_frame(at_s, 8, 6) for at_s in (2, 3000, 90_000)]
    assert all(infos.for_frame(frame) for frame in frames)
    assert infos.for_frame(frames[0]) is infos.for_frame(frames[0])
    assert said == []


@pytest.mark.parametrize('stamped', [True, False])
def test_one_of_an_older_resolution_is_withheld_and_that_is_said_once(infos, said, stamped):
    def at(seconds):
        return seconds if stamped else 0

    infos.add(_info(at(1), 16, 12, focal=1))
    assert _focal(infos, _frame(at(1), 16, 12)) == 1
    for seconds in (2, 3):
        assert infos.for_frame(_frame(at(seconds), 8, 6)) is None
        assert infos.problem == 'CameraInfo withheld: it is from before the image had 8x6 pixels'
    assert said == [infos.problem]
    infos.add(_info(at(4), 8, 6, focal=4))
    assert _focal(infos, _frame(at(4), 8, 6)) == 4 and infos.problem == ''


def test_a_new_one_that_describes_more_than_the_image_shows_is_scaled(infos):
    infos.add(_info(1, 16, 12))
    assert infos.for_frame(_frame(1, 16, 12)).exact
    infos.add(_info(2, 16, 12))
    fitted = infos.for_frame(_frame(2, 8, 6))
    assert not fitted.exact and fitted.scale_x == 0.5


def test_an_answer_that_comes_late_changes_nothing(infos):
    infos.add(_info(1, 16, 12, focal=1))
    infos.add(_info(2, 8, 6, focal=2))
    assert _focal(infos, _frame(1, 16, 12)) == 1
    assert _focal(infos, _frame(2, 8, 6)) == 2
    assert _focal(infos, _frame(1, 16, 12)) == 1
    assert _focal(infos, _frame(3, 8, 6)) == 2


def test_one_that_cannot_be_the_images_is_withheld(infos, said):
    infos.add(_info(1, 16, 9))
    for at_s in (1, 2, 3):
        assert infos.for_frame(_frame(at_s, 8, 6)) is None
    (line,) = said
    assert line == ('CameraInfo withheld: it describes images of 16x9 pixels, the image has 8x6')


def test_after_a_restart_stamps_and_sizes_begin_anew(infos):
    infos.add(_info(100, 16, 12))
    infos.for_frame(_frame(100, 16, 12))
    infos.forget()
    infos.add(_info(1, 16, 12))
    assert not infos.for_frame(_frame(1, 8, 6)).exact


@pytest.mark.parametrize('back_s', [0.5, 1, 3, 9])
def test_one_of_an_older_resolution_stays_withheld_when_stamps_begin_anew(infos, said, back_s):
    infos.add(_info(1, 16, 12, focal=1))
    assert _focal(infos, _frame(1, 16, 12)) == 1
    assert infos.for_frame(_frame(5, 8, 6)) is None
    infos.forget()
    for seconds in (back_s, back_s + 1, back_s + 9):
        assert infos.for_frame(_frame(seconds, 8, 6)) is None
    assert said == [infos.problem]
    infos.add(_info(back_s + 10, 16, 12, focal=2))
    assert _focal(infos, _frame(back_s + 11, 8, 6)) == 2 and infos.problem == ''


def test_a_size_that_changes_as_stamps_begin_anew_makes_those_before_older(infos):
    infos.add(_info(1, 16, 12, focal=1))
    assert _focal(infos, _frame(1, 16, 12)) == 1
    infos.forget()
    assert infos.for_frame(_frame(1, 8, 6)) is None


def test_a_loop_takes_the_infos_of_its_own_round(infos):
    for round_ in (1, 2, 3):
        for at_s in (1, 2):
            infos.add(_info(at_s, 16, 12, focal=10 * round_ + at_s))
            assert _focal(infos, _frame(at_s, 16, 12)) == 10 * round_ + at_s
        for at_s in (3, 4):
            assert infos.for_frame(_frame(at_s, 8, 6)) is None
        infos.forget()


def test_one_published_once_serves_after_stamps_began_anew(infos):
    infos.add(_info(100, 16, 12, focal=1))
    assert _focal(infos, _frame(100, 16, 12)) == 1
    infos.forget()
    assert _focal(infos, _frame(1, 16, 12)) == 1
