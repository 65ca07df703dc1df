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


#: the first two rows of each mosaic, as ROS names them
MOSAICS = ('rggb', 'bggr', 'gbrg', 'grbg')
#: blue, green, red: far apart, so that none can be taken for another
COLOUR = {'b': 40, 'g': 120, 'r': 220}


def _mosaic(order, height, width):
    """Return what a sensor with that filter sees of a plain colour."""
    tile = np.array([COLOUR[letter] for letter in order], np.uint8).reshape(2, 2)
    return np.tile(tile, ((height + 1) // 2, (width + 1) // 2))[:height, :width]


@pytest.mark.parametrize('order', MOSAICS)
@pytest.mark.parametrize('bits', [8, 16])
@pytest.mark.parametrize('size', [(8, 6), (7, 5), (3, 3)])
@pytest.mark.parametrize('padding', [0, 6])
def test_a_mosaics_colours_come_back(order, bits, size, padding):
    width, height = size
    pixels = _mosaic(order, height, width)
    if bits == 16:
        pixels = pixels.astype('<u2') << 8 | 0x55
    rows = np.zeros((height, width + padding), pixels.dtype)
    rows[:, :width] = pixels
    image = _raw(rows, f'bayer_{order}{bits}', width=width, height=height)
    assert (image.bgr() == [COLOUR[letter] for letter in 'bgr']).all()


def test_edges_between_colours_stay_where_they_are_in_a_mosaic():
    """The left half is red, the right one blue: a shifted name would swap or smear them."""
    for order in MOSAICS:
        red, blue = (
            np.tile(
                np.array([value if letter == mine else 0 for letter in order]).reshape(2, 2),
                (4, 4),
            )
            for mine, value in (('r', 200), ('b', 200))
        )
        mosaic = np.where(np.arange(8) < 4, red, blue).astype(np.uint8)
        bgr = _raw(mosaic, f'bayer_{order}8', width=8, height=8).bgr()
        assert bgr[4, 1].tolist() == [0, 0, 200] and bgr[4, 6].tolist() == [200, 0, 0], order


@pytest.mark.parametrize(
    ('encoding', 'order'),
    [
        ('8UC3', 'bgr'),
        ('8UC4', 'bgra'),
        ('rgb16', 'rgb'),
        ('bgr16', 'bgr'),
        ('16UC3', 'bgr'),
        ('rgba16', 'rgba'),
        ('bgra16', 'bgra'),
        ('16UC4', 'bgra'),
        ('mono16', 'g'),
    ],
)
@pytest.mark.parametrize('big', [False, True])
@pytest.mark.parametrize('padding', [0, 3])
def test_colours_in_eight_and_sixteen_bits(encoding, order, big, padding):
    pixels = np.zeros((4, 6, len(order)), np.uint8)
    for index, letter in enumerate(order):
        pixels[..., index] = {**COLOUR, 'a': 9}[letter]
    if '8' not in encoding:
        pixels = (pixels.astype(np.uint16) << 8 | 0xAA).astype('>u2' if big else '<u2')
    rows = pixels.reshape(4, -1).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, padding)))
    image = _raw(rows, encoding, width=6, height=4, is_bigendian=big)
    wanted = [COLOUR['g']] * 3 if order == 'g' else [COLOUR[letter] for letter in 'bgr']
    assert (image.bgr() == wanted).all()


def _yuv():
    """Return Y, U and V of smooth colours, each at full size, and the colours."""
    bgr = cv2.GaussianBlur(RANDOM.integers(0, 255, (16, 24, 3), dtype=np.uint8), (0, 0), 5)
    bgr = cv2.resize(bgr, (48, 32), interpolation=cv2.INTER_CUBIC)
    planar = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420)
    u, v = planar[32:].reshape(2, 16, 24)
    return planar[:32], u, v, bgr


def _padded(rows, padding):
    return np.pad(rows, ((0, 0), (0, padding)), constant_values=99)


@pytest.mark.parametrize('padding', [0, 16])
def test_colour_differences_in_all_orders_and_sizes(padding):
    y, u, v, bgr = _yuv()
    uv, vu = (np.dstack(pair).reshape(16, 48) for pair in ((u, v), (v, u)))
    full = [cv2.resize(plane, (48, 32), interpolation=cv2.INTER_LINEAR) for plane in (u, v)]
    rows_of = {
        'nv12': [_padded(y, padding), _padded(uv, padding)],
        'nv21': [_padded(y, padding), _padded(vu, padding)],
        'nv24': [_padded(y, padding), _padded(np.dstack(full).reshape(32, 96), 2 * padding)],
        'i420': [_padded(y, padding), *(_padded(plane, padding // 2) for plane in (u, v))],
    }
    rows_of['yuv420'] = rows_of['i420']
    for encoding, rows in rows_of.items():
        data = b''.join(part.tobytes() for part in rows)
        image = SourceImage.from_raw(
            data, width=48, height=32, encoding=encoding, step=48 + padding
        )
        assert np.abs(image.bgr().astype(int) - bgr).max() <= 12, encoding
        assert np.abs(image.bgr().astype(int) - bgr).mean() < 2, encoding
        # a row short
        with pytest.raises(FrameError) as caught:
            SourceImage.from_raw(
                data[: -48 - padding], width=48, height=32, encoding=encoding, step=48 + padding
            )
        assert caught.value.reason == 'short_data'


def test_depth_is_no_picture_and_other_encodings_are_named():
    for encoding, words in (
        ('16UC1', "'16UC1' is depth in millimetres, not a picture; a grey picture of 16 bits is"),
        ('32FC1', "'32FC1' is depth in metres, not a picture"),
        ('yuv411', "encoding 'yuv411' is not supported (supported: 8 and 16 bit mono, rgb(a),"),
        ('', 'an empty encoding is not supported'),
    ):
        with pytest.raises(FrameError) as caught:
            _raw(np.zeros((4, 16), np.uint8), encoding, width=4, height=4)
        assert str(caught.value).startswith(words)
        assert caught.value.about == encoding and len(str(caught.value)) <= 200
        assert caught.value.reason == ('depth_image' if 'C1' in encoding else 'unknown_encoding')


def test_the_last_rows_padding_may_be_missing():
    data = bytes(range(3 * 4 + 2 + 3 * 4))
    image = SourceImage.from_raw(data, width=4, height=2, encoding='bgr8', step=14)
    assert image.bgr()[1, 3].tolist() == [23, 24, 25]


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        ({'encoding': 'bayer_rggb'}, 'unknown_encoding'),
        ({'encoding': '16UC1'}, 'depth_image'),
        ({'encoding': 'bayer_rggb8', 'width': 2}, 'odd_size'),
        ({'encoding': 'rgb16'}, 'bad_step'),
        ({'encoding': 'nv24'}, 'short_data'),
        ({'encoding': 'i420', 'step': 5}, 'bad_step'),
        ({'encoding': 'i420', 'height': 3}, 'odd_size'),
        ({'encoding': 'nv21', 'width': 3}, 'odd_size'),
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
