# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages become frames; stamps in every state."""

from __future__ import annotations

from array import array
from types import SimpleNamespace

import pytest

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.pipeline.config import COMPRESSED_TYPE
from edge_sched_ros.pipeline.config import IMAGE_TYPE
from edge_sched_ros.pipeline.inputs import age_ns
from edge_sched_ros.pipeline.inputs import Input

S = 1_000_000_000


def _message(stamp_ns, **fields):
    stamp = SimpleNamespace(sec=stamp_ns // S, nanosec=stamp_ns % S)
    header = SimpleNamespace(stamp=stamp, frame_id='lens')
    image = {
        'width': 4,
        'height': 2,
        'encoding': 'mono8',
        'step': 4,
        'is_bigendian': 0,
        'data': array('B', range(8)),
    }
    return SimpleNamespace(header=header, **{**image, **fields})


def test_a_frame_keeps_stamp_and_frame_id_and_counts_up():
    source = Input('camera', IMAGE_TYPE)
    first, second = (source.accept(_message(n * S + 5), 0).frame for n in (1, 2))
    assert (first.stamp_ns, first.frame_id, first.stream) == (S + 5, 'lens', 'camera')
    assert second.seq == first.seq + 1
    assert first.image.bgr()[1, 3].tolist() == [7, 7, 7]


def test_the_age_is_what_the_clock_says_unless_that_makes_no_sense():
    assert age_ns(5 * S, 5 * S + 30) == 30
    assert age_ns(5 * S, 5 * S - 30) == 0
    assert age_ns(0, 5 * S) == 0
    assert age_ns(5 * S, 0) == 0
    assert age_ns(5 * S, 8000 * S) == 0
    assert age_ns(None, 5) == 0


def test_a_stamp_that_does_not_follow_is_refused_and_the_next_is_fine():
    source = Input('camera', IMAGE_TYPE)
    source.accept(_message(10 * S), 0)
    for stamp in (10 * S, 10 * S - 1000):
        with pytest.raises(FrameError) as caught:
            source.accept(_message(stamp), 0)
        assert caught.value.reason == 'backward_stamp'
    assert not source.accept(_message(10 * S + 1), 0).restarted


def _stamps_taken(source, *stamps):
    taken = []
    for stamp in stamps:
        try:
            taken.append((stamp, source.accept(_message(stamp * S), 0).restarted))
        except FrameError as error:
            assert error.reason == 'backward_stamp'
    return taken


def test_a_source_that_starts_again_is_taken_at_the_third_frame():
    source = Input('camera', IMAGE_TYPE)
    assert _stamps_taken(source, 10, 2, 3, 4, 5) == [(10, False), (4, True), (5, False)]
    source.forget()
    assert _stamps_taken(source, 1) == [(1, False)]


def test_two_publishers_on_one_topic_do_not_look_like_a_restart():
    source = Input('camera', IMAGE_TYPE)
    taken = _stamps_taken(source, 10, 2, 11, 3, 12, 4, 13)
    assert taken == [(stamp, False) for stamp in (10, 11, 12, 13)]


def test_zero_stamps_are_taken_and_noted():
    source = Input('camera', IMAGE_TYPE)
    source.accept(_message(10 * S), 0)
    arrival = source.accept(_message(0), 20 * S)
    assert (arrival.age_ns, arrival.frame.stamp_ns, source.zero_stamps) == (0, 0, 1)
    assert source.accept(_message(11 * S), 0).frame.seq == 3


@pytest.mark.parametrize(
    ('fields', 'reason'),
    [
        ({'encoding': 'bayer'}, 'unknown_encoding'),
        ({'width': 0}, 'zero_size'),
        ({'data': b'abc'}, 'short_data'),
        ({'step': 2}, 'bad_step'),
    ],
)
def test_a_bad_picture_is_refused_and_does_not_disturb_the_order(fields, reason):
    source = Input('camera', IMAGE_TYPE)
    with pytest.raises(FrameError) as caught:
        source.accept(_message(9 * S, **fields), 0)
    assert caught.value.reason == reason
    assert source.accept(_message(S), 0).frame.seq == 1


def test_other_types_are_frames_without_a_picture():
    frame = Input('imu', 'sensor_msgs/msg/Imu').accept(_message(S), 0).frame
    assert frame.image is None and frame.message.header.frame_id == 'lens'
    bare = Input('clock', 'std_msgs/msg/String').accept(SimpleNamespace(data='x'), 0)
    assert (bare.frame.stamp_ns, bare.frame.frame_id) == (0, '')


def test_compressed_pictures_wait_to_be_decoded():
    frame = Input('c', COMPRESSED_TYPE).accept(_message(S, data=b'junk'), 0).frame
    with pytest.raises(FrameError):
        frame.image.bgr()
