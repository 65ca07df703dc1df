# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors, pictures and answers on their way, and what is not believed of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fleets import detections
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.results import unpack
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
from edge_sched_ros.fleet.wire.tensors import decode
from edge_sched_ros.fleet.wire.tensors import DTYPES
from edge_sched_ros.fleet.wire.tensors import encode
from edge_sched_ros.fleet.wire.tensors import Expected
from edge_sched_ros.fleet.wire.tensors import TensorError
from edge_sched_ros.perception.results import DepthMap


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
