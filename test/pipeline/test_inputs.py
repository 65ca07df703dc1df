# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages become frames; stamps in every state."""

from __future__ import annotations

from array import array
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.settings.config import COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE

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


def _refused(source, stamp_ns):
    with pytest.raises(FrameError) as caught:
        source.accept(_message(stamp_ns), 0)
    return caught.value.reason


def test_a_stamp_that_does_not_follow_is_refused_and_the_next_is_fine():
    source = Input('camera', IMAGE_TYPE)
    source.accept(_message(10 * S), 0)
    assert _refused(source, 10 * S) == 'equal_stamp'
    assert _refused(source, 10 * S - 1000) == 'backward_stamp'
    assert not source.accept(_message(10 * S + 1), 0).restarted


@pytest.mark.parametrize(
    ('kind', 'fields'),
    [(IMAGE_TYPE, {}), (COMPRESSED_TYPE, {'data': b'P5\n4 2\n255\n01234567', 'format': ''})],
)
@pytest.mark.parametrize('pictures', [True, False])
def test_an_image_above_the_limit_of_the_input_is_refused(kind, fields, pictures):
    accepted = Input('camera', kind, max_pixels=8).accept(_message(S, **fields), 0)
    assert accepted.frame.image.size == (4, 2)
    with pytest.raises(FrameError) as caught:
        Input('camera', kind, pictures=pictures, max_pixels=7).accept(_message(S, **fields), 0)
    assert caught.value.reason == 'image_too_large'


def test_what_can_be_no_time_is_refused():
    message = _message(5 * S)
    message.header.stamp.nanosec = S
    with pytest.raises(FrameError) as caught:
        Input('camera', IMAGE_TYPE).accept(message, 0)
    assert caught.value.reason == 'bad_stamp'


def _stamps_taken(source, *stamps):
    taken = []
    for stamp in stamps:
        try:
            taken.append((stamp, source.accept(_message(stamp * S), 0).restarted))
        except FrameError as error:
            assert error.reason in ('backward_stamp', 'equal_stamp')
    return taken


def test_a_source_that_starts_again_is_taken_at_the_third_frame():
    source = Input('camera', IMAGE_TYPE)
    assert _stamps_taken(source, 10, 2, 3, 4, 5) == [(10, False), (4, True), (5, False)]
    source.forget()
    assert _stamps_taken(source, 1) == [(1, False)]


def test_frames_of_a_frozen_stamp_are_taken_from_the_third_equal_one_with_unknown_age():
    source, doubts = Input('camera', IMAGE_TYPE), []
    for _ in range(20):
        try:
            arrival = source.accept(_message(10 * S), 11 * S)
            doubts.append((arrival.age.ns, arrival.age.doubt))
        except FrameError as error:
            doubts.append(error.reason)
    taken = [(None, 'equal_stamp')] * 17
    assert doubts == [(S, ''), 'equal_stamp', 'equal_stamp', *taken]


@pytest.mark.parametrize('per_stamp', [2, 3])
def test_of_a_source_with_several_frames_a_stamp_all_are_taken_once_that_is_seen(per_stamp):
    source = Input('camera', IMAGE_TYPE)
    stamps = [stamp for stamp in range(1, 101) for _ in range(per_stamp)]
    assert len(_stamps_taken(source, *stamps)) == len(stamps) - 2


def test_a_frame_sent_twice_now_and_then_is_taken_once():
    source = Input('camera', IMAGE_TYPE)
    stamps = [stamp for stamp in range(1, 100) for _ in range(1 + (stamp % 3 == 0))]
    assert [stamp for stamp, _ in _stamps_taken(source, *stamps)] == list(range(1, 100))


@pytest.mark.parametrize('again', [[2] * 8, [1, 1, 2, 2, 3, 3, 4, 4], [2, 3, 3, 4, 4, 5, 5, 5]])
def test_a_source_that_starts_again_with_equal_stamps_is_taken_too(again):
    source = Input('camera', IMAGE_TYPE)
    taken = _stamps_taken(source, 100, *again)
    assert [stamp for stamp, restarted in taken if restarted] == [again[2]]
    # the third begins anew; after three equal ones all are taken
    assert len(taken) >= 5


stamps_of_sources = st.lists(st.integers(1, 6), max_size=60)


@settings(deadline=None)
@given(stamps_of_sources)
def test_every_message_is_a_frame_or_has_a_reason_and_frames_are_in_order(stamps):
    source, last = Input('camera', IMAGE_TYPE), 0
    for stamp in stamps:
        try:
            arrival = source.accept(_message(stamp * S), 0)
        except FrameError as error:
            expected = 'equal_stamp' if stamp == last else 'backward_stamp'
            assert stamp <= last and error.reason == expected
            continue
        assert arrival.restarted == (stamp < last)
        assert (arrival.age.doubt == 'equal_stamp') or not arrival.age.doubt
        if stamp == last:
            assert arrival.age.doubt
        last = stamp


@settings(deadline=None)
@given(stamps_of_sources, st.integers(1, 6), st.integers(3, 30))
def test_whatever_came_before_no_source_is_refused_for_long(before, stamp, count):
    source = Input('camera', IMAGE_TYPE)
    _stamps_taken(source, *before)
    assert len(_stamps_taken(source, *[stamp] * count)) >= count - 4
    source.forget()
    rising = range(1, count)
    assert [one for one, _ in _stamps_taken(source, *rising)] == list(rising)


def test_two_publishers_on_one_topic_do_not_look_like_a_restart():
    source = Input('camera', IMAGE_TYPE)
    taken = _stamps_taken(source, 10, 2, 11, 3, 12, 4, 13)
    assert taken == [(stamp, False) for stamp in (10, 11, 12, 13)]


def test_zero_stamps_are_taken_and_noted():
    source = Input('camera', IMAGE_TYPE)
    source.accept(_message(10 * S), 0)
    arrival = source.accept(_message(0), 20 * S)
    assert (arrival.age, arrival.frame.stamp_ns) == (Age(doubt='zero_stamp'), 0)
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


def test_a_compressed_depth_image_is_no_picture():
    with pytest.raises(FrameError) as caught:
        Input('c', COMPRESSED_TYPE).accept(_message(S, format='16UC1; png compressed '), 0)
    assert caught.value.reason == 'depth_image'


def test_compressed_pictures_wait_to_be_decoded():
    frame = Input('c', COMPRESSED_TYPE).accept(_message(S, data=b'junk', format='jpeg'), 0).frame
    with pytest.raises(FrameError):
        frame.image.bgr()
