# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Values between the node and the process of a task, pauses, and lines of its output."""

from __future__ import annotations

import array
import fcntl
import json
import logging
import math
import os
from dataclasses import dataclass
from dataclasses import replace

import cv2
import numpy as np
import pytest
from images import frame

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.encodings import ENCODINGS
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import NoPictureError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.isolation.back_off import BackOff
from edge_sched_ros.execution.isolation.codec import Message
from edge_sched_ros.execution.isolation.codec import Reader
from edge_sched_ros.execution.isolation.codec import Writer
from edge_sched_ros.execution.isolation.errors import TooLargeError
from edge_sched_ros.execution.isolation.errors import UnsendableError
from edge_sched_ros.execution.isolation.frames import frame_of
from edge_sched_ros.execution.isolation.frames import frame_value
from edge_sched_ros.execution.isolation.frames import image_of_value
from edge_sched_ros.execution.isolation.frames import image_value
from edge_sched_ros.execution.isolation.output import MOST_LINES
from edge_sched_ros.execution.isolation.output import OutputLines
from edge_sched_ros.execution.isolation.output import PERIOD_S
from edge_sched_ros.execution.isolation.process import end_code
from edge_sched_ros.execution.isolation.process import end_text
from edge_sched_ros.execution.isolation.server import error_value
from edge_sched_ros.perception.masks import masks_of
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import SENT_RESULTS

SIZE = 1 << 16


def _sent(value, size=SIZE, copied=True):
    memory = bytearray(size)
    place = Writer(memoryview(memory), SENT_RESULTS).write(value)
    return Reader(np.frombuffer(memory, np.uint8), SENT_RESULTS, copied=copied).read(*place)


class Stamp:
    """A message as rclpy has it."""

    def __init__(self, sec, data):
        self._sec, self.data = sec, data

    @classmethod
    def get_fields_and_field_types(cls):
        return {'sec': 'int32', 'data': 'sequence<uint8>'}

    @property
    def sec(self):
        return self._sec


@dataclass
class OfABag:
    """A message as a bag has it, or as the node reads it."""

    x: float


@pytest.mark.parametrize(
    'value',
    [
        None,
        True,
        -(2**63),
        0.1,
        math.inf,
        'text \ud800 \n',
        b'\x00\xff',
        (1, [2, (3,)], {'a': {'b': ()}}),
        {},
        [],
    ],
)
def test_a_plain_value_arrives_as_it_is(value):
    got = _sent(value)
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize(
    'value',
    [
        np.arange(12, dtype='>u2').reshape(3, 4)[:, ::2],
        np.zeros((0, 4), np.float32),
        np.array(3.5),
        np.array(['a', 'bc']),
        np.array([True, False]),
    ],
)
@pytest.mark.parametrize('copied', [True, False])
def test_an_array_keeps_type_and_shape(value, copied):
    got = _sent(value, copied=copied)
    assert got.dtype == value.dtype and got.shape == value.shape
    np.testing.assert_array_equal(got, value)


def _one_box():
    return Detections(
        np.ones((1, 4), np.float32), np.ones(1, np.float32), np.zeros(1, np.int64), ('crate',)
    )


def test_results_and_messages_are_sent_by_their_fields():
    found = _one_box()
    got = _sent([found, np.float32(2.0), Stamp(7, array.array('B', b'ab')), OfABag(1.5)])
    assert type(got[0]) is Detections and got[0].labels == ('crate',) and got[1] == 2.0
    assert got[2].sec == 7 and got[2].data.tobytes() == b'ab' and got[3] == Message(x=1.5)


def test_masks_are_sent_with_their_detections_and_maps_with_their_values():
    masks = masks_of([(1, 0, 3, 2)], [np.eye(2, dtype=bool)], (4, 4), (0.5, 0.5, 0.0, 1.0))
    points = np.ones((1, 2, 3), np.float32)
    found = replace(_one_box(), keypoints=points, masks=masks, keypoint_names=('a', 'b'))
    classes = ClassMap(np.ones((2, 2), np.uint8), 1.0, 1.0, values=np.ones((3, 2, 2), np.float32))
    got, got_map, best = _sent([found, classes, Classes(np.array([3]), np.ones(1, np.float32))])
    assert got.keypoint_names == ('a', 'b') and got.keypoints.shape == (1, 2, 3)
    assert np.array_equal(got.masks.whole(0), masks.whole(0)) and got.masks.offset_y == 1.0
    assert got_map.values.shape == (3, 2, 2) and got_map.logits is True
    assert best.label(0) == '3'


def test_the_pixels_of_a_picture_and_of_its_message_are_sent_once():
    picture = np.zeros(SIZE // 2, np.uint8)
    one, other = _sent([picture, Stamp(0, memoryview(picture))], copied=False)
    assert one.size == picture.size and type(other.data) is memoryview
    assert np.shares_memory(one, np.frombuffer(other.data, np.uint8))


def test_a_frame_arrives_whole():
    sent = frame(seq=3)
    got = frame_of(_sent(frame_value(sent, message=False), size=1 << 22))
    assert (got.stream, got.seq, got.stamp_ns) == (sent.stream, sent.seq, sent.stamp_ns)
    assert got.image.size == sent.image.size
    np.testing.assert_array_equal(got.image.bgr(), sent.image.bgr())


def test_a_compressed_picture_is_decoded_on_the_other_side():
    picture = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    data = cv2.imencode('.png', picture)[1].reshape(-1)
    got = image_of_value(_sent(image_value(SourceImage.from_compressed(data, 'png'))))
    np.testing.assert_array_equal(got.bgr(), picture)
    # what could not be used here cannot be used there
    for sent in (
        SourceImage.from_compressed(data[:500], 'png'),
        SourceImage.refused(NoPictureError('depth_image', 'is depth'), size=(4, 3)),
    ):
        with pytest.raises(FrameError) as here:
            sent.bgr()
        with pytest.raises(FrameError) as there:
            image_of_value(_sent(image_value(sent))).bgr()
        assert there.value.reason == here.value.reason


def test_every_encoding_arrives():
    for name in ENCODINGS:
        kind = ENCODINGS[name]
        step = 64 * kind.channels * kind.dtype.itemsize + 8
        data = np.random.default_rng(0).integers(0, 255, 3 * 64 * step, np.uint8)
        sent = SourceImage.from_raw(data, width=64, height=48, encoding=name, step=step)
        got = image_of_value(_sent(image_value(sent), size=1 << 20))
        np.testing.assert_array_equal(got.bgr(), sent.bgr())
        assert got.size == (64, 48)


@pytest.mark.parametrize(
    'value',
    [object(), {1: 2}, np.array([object()]), lambda: 0, np.zeros(1, 'i4,f4')],
)
def test_what_cannot_be_sent_is_refused(value):
    with pytest.raises(UnsendableError):
        _sent([value])


def test_a_number_of_thousands_of_digits_is_refused():
    with pytest.raises(UnsendableError):
        _sent(10**5000)


def test_a_value_without_end_and_one_too_large_are_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(UnsendableError, match='nested'):
        _sent(endless)
    with pytest.raises(TooLargeError):
        _sent(np.zeros(SIZE + 1, np.uint8))


@pytest.mark.parametrize(
    'text',
    [
        '',
        'nonsense',
        '{"a": [0, "O", [1]]}',
        '{"a": [-1, "|u1", [4]]}',
        '{"a": [0, "|u1", [99999999999]]}',
        '{"a": [0, "|u1", [-1, -1]]}',
        '{"a": [0, "|u1", [true]]}',
        '{"a": 1}',
        '{"b": [0, 99999999999]}',
        '{"r": ["os.system", {}]}',
        '{"r": ["Detections", {"boxes": 1}]}',
        '{"m": [1]}',
        '{"v": [0]}',
        '{"v": [4, 99999999999]}',
        '{"x": 1}',
        '{}',
        '{"a": [], "b": []}',
        '[' * 100_000,
    ],
)
def test_a_hostile_text_is_an_error_and_runs_nothing(text):
    memory = np.zeros(SIZE * 4, np.uint8)
    data = text.encode()
    memory[: len(data)] = np.frombuffer(data, np.uint8)
    with pytest.raises(ValueError):
        Reader(memory, SENT_RESULTS, copied=True).read(0, len(data))
    with pytest.raises(ValueError, match='not in the shared memory'):
        Reader(memory, SENT_RESULTS, copied=True).read(SIZE * 4, 1)


def test_an_error_of_own_code_becomes_short_texts():
    class Broken(Exception):
        def __str__(self):
            raise SystemExit

    told = error_value(Broken('x' * 10**6))
    assert (told['reason'], told['text']) == ('Broken', 'Broken: Broken') and told['own_code']
    assert not told['of_frame'] and json.dumps(told)
    assert error_value(FrameError('corrupt_image', 'why'))['of_frame']
    wrong = error_value(ConfigError('t.gain', 'is wrong'))
    assert (wrong['where'], wrong['text'], wrong['own_code']) == ('t.gain', 'is wrong', False)


def test_pauses_grow_and_begin_again_after_a_long_run():
    back_off = BackOff(0.5, 3.0)
    assert [back_off.pause_s(0.0) for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert back_off.pause_s(3.1) == 0.5 and back_off.pause_s(0.0) == 1.0


def test_output_keeps_levels_and_is_bounded(caplog):
    caplog.set_level(logging.INFO)
    now = [0.0]
    lines = OutputLines('mine', lambda: now[0])
    lines.take(b'\x0130\x01own: careful\nplain \xff')
    lines.take(b'text\n' + b'x' * 10**6)
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ('WARNING', 'mine: own: careful'),
        ('INFO', 'mine: plain \ufffdtext'),
    ]
    lines.take(b'\n' * 2 + b'more\n' * 200)
    assert max(len(r.getMessage()) for r in caplog.records) < 260
    assert len(caplog.records) == MOST_LINES - 1  # an empty line is not told, but counts
    now[0] += PERIOD_S + 1
    lines.take(b'again\n')
    assert 'more lines of its process left out' in caplog.text and 'again' in caplog.text


def test_a_flood_is_counted_in_lines_and_is_over_with_its_period(caplog):
    caplog.set_level(logging.INFO)
    now = [0.0]
    lines = OutputLines('mine', lambda: now[0])
    lines.take(b'few\n' * MOST_LINES)
    assert not lines.flooded
    lines.take(b'one more\n')
    assert lines.flooded
    lines.take(b'more\n' * 1000 + b'be')
    lines.take(b'gin\nend')
    now[0] += PERIOD_S + 1
    lines.take(b'ed\n')
    assert not lines.flooded
    told = [record.getMessage() for record in caplog.records]
    assert told[MOST_LINES:] == ['mine: 1002 more lines of its process left out', 'mine: ended']


def test_a_flood_without_lines_is_one_too():
    lines = OutputLines('mine', lambda: 0.0)
    for _ in range(17):
        lines.take(b'x' * 65536)
    assert lines.flooded


def test_who_prints_without_end_is_read_in_small_pieces():
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    try:
        fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 1 << 20)
        lines = OutputLines('own', lambda: 0.0)
        lines.take(b'spam\n' * (MOST_LINES + 1))
        os.write(theirs, b'spam\n' * 60_000)
        assert lines.read(ours)
        assert len(os.read(ours, 1 << 20)) == 300_000 - 65536
    finally:
        os.close(ours)
        os.close(theirs)


def test_an_end_is_told_in_words_and_as_a_code():
    assert end_text(-11).endswith('SIGSEGV') and end_code(-11) == 'sigsegv'
    assert end_text(3).endswith('exit code 3') and end_code(3) == 'exit_3'
    assert 'no memory' in end_text(-9)
    assert end_code(-200) == 'signal_200'


def test_who_prints_without_end_does_not_keep_the_reader():
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    try:
        fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 1 << 20)
        os.write(theirs, b'spam ' * 200_000)
        lines = OutputLines('own')
        assert lines.read(ours)
        # some is left for the next look
        assert len(os.read(ours, 1 << 20)) > 500_000
        os.close(theirs)
        assert not lines.read(ours)
    finally:
        os.close(ours)
