# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors, pictures and answers on their way, and what is not believed of them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from fleets import detections
from fleets import picture
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.result_forms import RESULT_FORMS
from edge_sched_ros.fleet.wire.results import unpack
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
from edge_sched_ros.fleet.wire.tensors import decode
from edge_sched_ros.fleet.wire.tensors import DTYPES
from edge_sched_ros.fleet.wire.tensors import encode
from edge_sched_ros.fleet.wire.tensors import Expected
from edge_sched_ros.fleet.wire.tensors import TensorError
from edge_sched_ros.perception.masks import masks_of
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D


def record_of(value, **changes):
    """Return a value as the record that carries it."""
    payload = encode(value)
    return TensorRecord(
        session=1,
        job=2,
        frame=FrameKey('camera', 3),
        of_frame=False,
        tensor='t',
        source='a',
        target='b',
        sent_ns=4,
        **{
            'kind': payload.kind,
            'dtype': payload.dtype,
            'shape': payload.shape,
            'data': bytes(payload.data),
            **changes,
        },
    )


@settings(deadline=None)
@given(
    dtype=st.sampled_from(sorted(DTYPES)),
    shape=st.lists(st.integers(0, 5), max_size=4).map(tuple),
)
def test_arrays_come_as_they_went(dtype, shape):
    value = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    found = decode(record_of(value))
    assert found.dtype == value.dtype and found.shape == value.shape
    assert np.array_equal(found, value)


def test_an_array_is_not_copied_when_it_is_read():
    data = bytearray(encode(np.ones(4, np.float32)).data)
    found = decode(record_of(np.ones(4, np.float32), data=data))
    data[:4] = np.float32(7).tobytes()
    assert found[0] == 7


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'dtype': 'object'}, 'bad_dtype'),
        ({'dtype': 'float64'}, 'bad_size'),
        ({'shape': (3,)}, 'bad_size'),
        ({'shape': (2, -2)}, 'bad_shape'),
        ({'shape': (1,) * 17}, 'bad_shape'),
        ({'data': b'\0' * 15}, 'bad_size'),
        ({'kind': 'pickle'}, 'bad_kind'),
        ({'kind': 'result'}, 'bad_result'),
        ({'kind': 'image'}, 'bad_shape'),
        ({'kind': 'image', 'dtype': 'bgr8', 'shape': (100, 100, 300, 0)}, 'bad_image'),
        ({'kind': 'compressed', 'data': b''}, 'bad_image'),
    ],
)
def test_what_is_not_what_it_says_is_refused(changes, reason):
    with pytest.raises(TensorError) as found:
        decode(record_of(np.ones(4, np.float32), **changes))
    assert found.value.reason == reason


@pytest.mark.parametrize(
    ('expected', 'reason'),
    [
        (Expected('float64', (4,)), 'bad_dtype'),
        (Expected('float32', (5,)), 'bad_shape'),
        (Expected('float32', (None, 4)), 'bad_shape'),
    ],
)
def test_what_the_network_does_not_give_is_refused(expected, reason):
    with pytest.raises(TensorError) as found:
        decode(record_of(np.ones(4, np.float32)), expected)
    assert found.value.reason == reason
    decode(record_of(np.ones(4, np.float32)), Expected('float32', (None,)))


@pytest.mark.parametrize(
    ('value', 'expected', 'reason'),
    [
        (picture(), Expected('float32', (None, 4)), 'bad_kind'),
        (detections(), Expected('float32', (None, 4)), 'bad_kind'),
        (detections(), Expected(answer=DepthMap), 'bad_result'),
        (picture(), Expected(answer=DepthMap), 'bad_result'),
        (np.ones(4, np.float32), Expected(answer=DepthMap), 'bad_result'),
    ],
)
def test_another_kind_of_value_than_the_network_gives_is_refused(value, expected, reason):
    with pytest.raises(TensorError) as found:
        decode(record_of(value), expected)
    assert found.value.reason == reason
    assert isinstance(decode(record_of(detections()), Expected(answer=Detections)), Detections)


@pytest.mark.parametrize('encoding', ['bgr8', 'mono8', 'bgra8', 'mono16'])
def test_pictures_come_as_they_went(encoding):
    channels = {'bgr8': 3, 'mono8': 1, 'bgra8': 4, 'mono16': 2}[encoding]
    data = np.arange(8 * 6 * channels, dtype=np.uint8)
    image = SourceImage.from_raw(data, width=8, height=6, encoding=encoding, step=8 * channels)
    found = decode(record_of(image))
    assert found.size == (8, 6) and np.array_equal(found.bgr(), image.bgr())


def test_padding_between_rows_is_not_sent():
    data = np.arange(6 * 40, dtype=np.uint8)
    image = SourceImage.from_raw(data, width=8, height=6, encoding='bgr8', step=40)
    record = record_of(image)
    assert record.nbytes == 8 * 6 * 3
    assert np.array_equal(decode(record).bgr(), image.bgr())


def test_a_compressed_picture_stays_compressed():
    cv2 = pytest.importorskip('cv2')
    pixels = np.full((16, 16, 3), 90, np.uint8)
    jpeg = cv2.imencode('.jpg', pixels)[1].tobytes()
    record = record_of(SourceImage.from_compressed(jpeg, 'jpeg'))
    assert record.kind == 'compressed' and bytes(record.data) == jpeg
    assert decode(record).size == (16, 16)


@pytest.mark.parametrize('count', [0, 1, 7])
@pytest.mark.parametrize('tracked', [False, True])
def test_detections_come_as_they_went(count, tracked):
    value = detections(count)
    if tracked:
        value = replace(value, track_ids=np.arange(count))
    found = decode(record_of(value))
    assert np.array_equal(found.boxes_xyxy, value.boxes_xyxy) and found.labels == value.labels
    assert (found.track_ids is None) is not tracked


def _all_kinds_of_detections():
    return replace(
        detections(2),
        angles_rad=np.array([0.5, -1.0], np.float32),
        keypoints=np.arange(12, dtype=np.float32).reshape(2, 2, 3),
        keypoint_names=('nose', 'tail'),
        masks=masks_of(
            [(0, 0, 3, 2), (1, 1, 4, 4)],
            [np.array([[1, 0, 1], [0, 1, 1]], bool), np.eye(3, dtype=bool)],
            (5, 4),
            (0.5, 0.25, 0.0, 1.5),
        ),
    )


def test_angles_keypoints_and_masks_come_as_they_went():
    value = _all_kinds_of_detections()
    found = decode(record_of(value))
    assert np.array_equal(found.angles_rad, value.angles_rad)
    assert np.array_equal(found.keypoints, value.keypoints)
    assert found.keypoint_names == ('nose', 'tail')
    masks = found.masks
    assert (masks.width, masks.height, masks.scale_y, masks.offset_y) == (5, 4, 0.25, 1.5)
    assert all(np.array_equal(masks.whole(i), value.masks.whole(i)) for i in range(2))


@pytest.mark.parametrize(
    ('part', 'value', 'why'),
    [
        ('angles_rad', np.zeros(3, np.float32), 'angles_rad'),
        ('keypoints', np.zeros((2, 4), np.float32), 'keypoints'),
        ('windows', np.array([[0, 0, 3, 2]], np.int32), 'masks and scores'),
        ('windows', np.array([[0, 0, 6, 2], [1, 1, 4, 4]], np.int32), 'outside its picture'),
        ('windows', np.array([[0, 0, 5, 4], [1, 1, 4, 4]], np.int32), 'do not fit'),
    ],
)
def test_parts_of_detections_that_do_not_fit_are_refused(part, value, why):
    form = RESULT_FORMS[Detections]
    arrays, plain = form.taken(_all_kinds_of_detections())
    with pytest.raises(ValueError, match=why):
        form.made({**arrays, 'track_ids': np.arange(2), part: value}, plain)


def test_masks_of_a_picture_too_large_are_refused():
    form = RESULT_FORMS[Detections]
    arrays, plain = form.taken(_all_kinds_of_detections())
    arrays = {name: value for name, value in arrays.items() if value is not None}
    with pytest.raises(ValueError, match='no size'):
        form.made(arrays, {**plain, 'mask_size': [1 << 14, 1 << 14]})


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_a_class_map_comes_as_it_went_without_its_values(dtype):
    ids = np.array([[0, 1], [2, 250]], dtype)
    value = ClassMap(ids, 0.5, 0.5, 1.0, 2.0, ('road', 'sky'), np.zeros((3, 2, 2), np.float32))
    found = decode(record_of(value))
    assert found.class_ids.dtype == dtype and np.array_equal(found.class_ids, ids)
    assert (found.offset_y, found.labels, found.values) == (2.0, ('road', 'sky'), None)


@pytest.mark.parametrize('logits', [True, False])
def test_the_confidence_of_a_class_map_goes_with_it_where_that_is_asked_for(logits):
    values = np.array([[[0.9, 0.1]], [[0.25, 0.7]]], np.float32)
    ids = np.array([[0, 1]], np.uint8)
    value = ClassMap(ids, 1, 1, values=values, logits=logits, sends_confidence=True)
    found = decode(record_of(value))
    assert found.values is None and found.shares.dtype == np.uint8
    assert np.allclose(found.confidence(), value.confidence(), atol=0.5 / 255 + 1e-6)
    assert decode(record_of(replace(value, sends_confidence=False))).confidence() is None
    # a network that gives ids only has none
    assert decode(record_of(replace(value, values=None))).confidence() is None
    arrays, plain = RESULT_FORMS[ClassMap].taken(value)
    with pytest.raises(ValueError, match='not equally many'):
        RESULT_FORMS[ClassMap].made({**arrays, 'shares': np.zeros((2, 2), np.uint8)}, plain)


def test_classes_come_as_they_went():
    value = Classes(np.array([7, 2]), np.array([0.9, 0.05], np.float32), ('a', 'b', 'c'))
    found = decode(record_of(value))
    assert found.class_ids.tolist() == [7, 2] and found.label(1) == 'c'


def _in_space(**more):
    values = {
        'positions_m': np.array([[1, 2, 3], [4, 5, 6]], np.float32),
        'sizes_m': np.array([[1, 1, 2], [3, 4, 5]], np.float32),
        'scores': np.array([0.5, 0.25], np.float32),
        'class_ids': np.array([1, 0]),
        'labels': ('cup', 'dog'),
        'track_ids': np.array([7, 9]),
    }
    return Detections3D(**{**values, **more})


@pytest.mark.parametrize('tracks', [None, np.array([7, 9])])
def test_objects_in_space_come_as_they_went(tracks):
    found = decode(record_of(_in_space(track_ids=tracks)))
    assert np.array_equal(found.positions_m, _in_space().positions_m)
    assert np.array_equal(found.sizes_m, _in_space().sizes_m)
    assert (found.label(0), found.scores.tolist()) == ('dog', [0.5, 0.25])
    assert found.track_ids is None if tracks is None else found.track_ids.tolist() == [7, 9]


@pytest.mark.parametrize(
    ('part', 'value'),
    [
        ('positions_m', np.zeros((2, 2), np.float32)),
        ('sizes_m', np.zeros((3, 3), np.float32)),
        ('track_ids', np.zeros(3, np.int64)),
    ],
)
def test_objects_in_space_that_do_not_fit_are_refused(part, value):
    form = RESULT_FORMS[Detections3D]
    arrays, plain = form.taken(_in_space())
    with pytest.raises(ValueError, match='not equally many'):
        form.made({**arrays, part: value}, plain)


def test_a_depth_map_comes_as_it_went():
    value = DepthMap(np.array([[1, np.nan], [3, 4]], np.float32), 0.5, 0.25, 1.0, 2.0)
    found = decode(record_of(value))
    assert np.array_equal(found.depth_m, value.depth_m, equal_nan=True)
    assert (found.scale_x, found.scale_y) == (0.5, 0.25)


def test_answers_of_own_code_stay_at_home():
    with pytest.raises(TensorError, match='cannot be sent'):
        encode({'my': 'answer'})


@settings(deadline=None)
@given(cut=st.integers(0, 200), byte=st.integers(0, 255))
def test_a_damaged_answer_is_an_error_and_nothing_else(cut, byte):
    data = bytearray(encode(detections(2)).data)
    at = cut % len(data)
    for damaged in (bytes(data[:at]), bytes(data[:at]) + bytes([byte]) + bytes(data[at + 1 :])):
        try:
            found = unpack(damaged)
        except (ValueError, KeyError, TypeError):
            continue
        assert len(found.scores) == len(found.boxes_xyxy)


def test_a_picture_of_another_device_has_the_limit_of_this_one():
    record = record_of(np.zeros(1, np.float32))
    raw = replace(record, kind='image', dtype='bgr8', shape=(4, 5, 15, 0), data=bytes(60))
    jpeg = cv2.imencode('.jpg', np.zeros((4, 5, 3), np.uint8))[1].tobytes()
    coded = replace(record, kind='compressed', dtype='jpeg', shape=(len(jpeg),), data=jpeg)
    for one in (raw, coded):
        assert decode(one, max_pixels=20).bgr().shape == (4, 5, 3)
        with pytest.raises(TensorError, match='more than max_image_pixels') as caught:
            decode(one, max_pixels=19)
        assert caught.value.reason == 'bad_image'
