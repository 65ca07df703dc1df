# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures seen without copying, and those that cannot be."""

from __future__ import annotations

from array import array

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.execution.encodings import ENCODINGS
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage

RANDOM = np.random.default_rng(3)


def _raw(pixels, encoding, *, width, height, step=None, **more):
    flat = np.ascontiguousarray(pixels).view(np.uint8).reshape(-1)
    return SourceImage.from_raw(
        array('B', flat.tobytes()),
        width=width,
        height=height,
        encoding=encoding,
        step=step or flat.size // (height * 3 // 2 if encoding == 'nv12' else height),
        **more,
    )


def test_bgr_is_the_source_itself():
    pixels = RANDOM.integers(0, 255, (4, 6, 3), dtype=np.uint8)
    data = array('B', pixels.tobytes())
    image = SourceImage.from_raw(data, width=6, height=4, encoding='bgr8', step=18)
    assert np.shares_memory(image.bgr(), np.frombuffer(data, np.uint8))
    assert (image.bgr() == pixels).all()


def test_a_picture_is_converted_once():
    image = _raw(RANDOM.integers(0, 255, (4, 6, 3), dtype=np.uint8), 'rgb8', width=6, height=4)
    assert image.bgr() is image.bgr()


@pytest.mark.parametrize(
    ('encoding', 'channels', 'code'),
    [
        ('rgb8', 3, cv2.COLOR_RGB2BGR),
        ('mono8', 1, cv2.COLOR_GRAY2BGR),
        ('8UC1', 1, cv2.COLOR_GRAY2BGR),
        ('rgba8', 4, cv2.COLOR_RGBA2BGR),
        ('bgra8', 4, cv2.COLOR_BGRA2BGR),
        ('yuv422', 2, cv2.COLOR_YUV2BGR_UYVY),
        ('uyvy', 2, cv2.COLOR_YUV2BGR_UYVY),
        ('yuv422_yuy2', 2, cv2.COLOR_YUV2BGR_YUY2),
        ('yuyv', 2, cv2.COLOR_YUV2BGR_YUY2),
    ],
)
@pytest.mark.parametrize('padding', [0, 5])
def test_encodings_and_row_padding(encoding, channels, code, padding):
    pixels = RANDOM.integers(0, 255, (6, 8, channels), dtype=np.uint8)
    rows = np.pad(pixels.reshape(6, -1), ((0, 0), (0, padding)), constant_values=7)
    image = _raw(rows, encoding, width=8, height=6, step=8 * channels + padding)
    assert (image.bgr() == cv2.cvtColor(pixels, code)).all()


def test_nv12_has_half_as_many_rows_again():
    pixels = RANDOM.integers(0, 255, (6 * 3 // 2, 8), dtype=np.uint8)
    image = _raw(pixels, 'nv12', width=8, height=6)
    assert (image.bgr() == cv2.cvtColor(pixels, cv2.COLOR_YUV2BGR_NV12)).all()


@pytest.mark.parametrize('big', [False, True])
def test_sixteen_bits_in_either_byte_order(big):
    values = np.array([[0x1234, 0xFF00]], '>u2' if big else '<u2')
    image = _raw(values, 'mono16', width=2, height=1, is_bigendian=big)
    assert image.bgr()[0, :, 0].tolist() == [0x12, 0xFF]


def test_the_last_rows_padding_may_be_missing():
    data = bytes(range(3 * 4 + 2 + 3 * 4))
    image = SourceImage.from_raw(data, width=4, height=2, encoding='bgr8', step=14)
    assert image.bgr()[1, 3].tolist() == [23, 24, 25]


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        ({'encoding': 'bayer_rggb8'}, 'unknown_encoding'),
        ({'width': 0}, 'zero_size'),
        ({'height': 0}, 'zero_size'),
        ({'step': 10}, 'bad_step'),
        ({'height': 5}, 'short_data'),
        ({'step': 200}, 'short_data'),
        ({'encoding': 'nv12', 'width': 3}, 'odd_size'),
        ({'encoding': 'yuyv', 'width': 3}, 'odd_size'),
    ],
)
def test_what_cannot_be_a_picture(change, reason):
    good = {'width': 4, 'height': 4, 'encoding': 'bgr8', 'step': 12}
    assert SourceImage.from_raw(bytes(48), **good)
    with pytest.raises(FrameError) as caught:
        SourceImage.from_raw(bytes(48), **{**good, **change})
    assert caught.value.reason == reason


@settings(deadline=None)
@given(
    st.sampled_from(sorted(ENCODINGS)),
    st.integers(-1, 9),
    st.integers(-1, 9),
    st.integers(-1, 60),
    st.integers(0, 300),
)
def test_whatever_comes_is_a_picture_or_is_refused(encoding, width, height, step, size):
    try:
        image = SourceImage.from_raw(
            bytes(size), width=width, height=height, encoding=encoding, step=step
        )
    except FrameError:
        return
    assert image.bgr().shape == (height, width, 3)


def test_compressed_pictures_are_decoded_when_needed():
    pixels = np.full((8, 10, 3), 77, np.uint8)
    ok, png = cv2.imencode('.png', pixels)
    assert ok
    assert (SourceImage.from_compressed(png.tobytes()).bgr() == pixels).all()


def test_corrupt_and_empty_compressed_pictures():
    with pytest.raises(FrameError) as empty:
        SourceImage.from_compressed(b'')
    assert empty.value.reason == 'short_data'
    broken = SourceImage.from_compressed(b'this is no JPEG')
    with pytest.raises(FrameError) as corrupt:
        broken.bgr()
    assert corrupt.value.reason == 'corrupt_image'


@pytest.mark.parametrize(
    ('encoding', 'rows', 'channels'), [('bgr8', 4, 3), ('nv12', 6, 1), ('mono16', 4, 1)]
)
def test_a_picture_is_had_as_it_came_without_a_copy(encoding, rows, channels):
    step = 8 * channels * (2 if encoding == 'mono16' else 1) + 6
    data = bytearray(range(step * rows))
    image = SourceImage.from_raw(data, width=8, height=4, encoding=encoding, step=step)
    native, name = image.native()
    assert (native.shape, name) == ((rows, 8, channels), encoding)
    data[step] = 99
    assert native.view(np.uint8).reshape(rows, -1)[1, 0] == 99
    assert SourceImage.from_compressed(b'jpeg').native()[1] == ''
