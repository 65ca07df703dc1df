# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed images: what their format says, what their bytes are, and what is no picture."""

from __future__ import annotations

import os
import struct
import subprocess
import sys

import cv2
import numpy as np
import pytest
from children import TIMEOUT_S
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.execution.coded_size import coded_size
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage

#: its frame header alone
JPEG_OF_30_20 = b'\xff\xc0\0\x11\x08\0\x14\0\x1e'
PIXELS = np.full((8, 10, 3), (40, 120, 220), np.uint8)


def _coded(suffix, pixels=PIXELS):
    ok, data = cv2.imencode(suffix, pixels)
    assert ok
    return data.tobytes()


@pytest.mark.parametrize(
    ('kind', 'suffix'),
    [
        ('jpeg', '.jpg'),
        ('jpg', '.jpg'),
        ('png', '.png'),
        ('', '.png'),
        ('image/jpeg', '.jpg'),
        ('rgb8; jpeg compressed bgr8', '.jpg'),
        ('bgr8; png compressed bgr8', '.png'),
        ('bayer_rggb8; jpeg compressed bgr8', '.jpg'),
        ('rgb8; tiff compressed bgr8', '.tiff'),
        ('webp', '.webp'),
        ('something of our own', '.jpg'),
        # wrong, but what the bytes are is plain
        ('h264', '.jpg'),
    ],
)
def test_pictures_are_decoded_whatever_their_format_is_called(kind, suffix):
    bgr = SourceImage.from_compressed(_coded(suffix), kind).bgr()
    assert np.abs(bgr.astype(int) - PIXELS).max() <= 6


@pytest.mark.parametrize('bits', [8, 16])
def test_a_mosaic_that_was_compressed_as_it_is_gets_its_colours(bits):
    mosaic = np.tile(np.array([[220, 120], [120, 40]], f'u{bits // 8}'), (4, 5)) << (bits - 8)
    data = _coded('.png', mosaic)
    bgr = SourceImage.from_compressed(data, f'bayer_rggb{bits}; png compressed ').bgr()
    assert (bgr == PIXELS).all()


def test_a_grey_picture_of_16_bits_keeps_its_brightness():
    data = _coded('.png', np.full((4, 4), 0x8040, np.uint16))
    assert (SourceImage.from_compressed(data, 'mono16; png compressed ').bgr() == 0x80).all()


DEPTH = _coded('.png', np.full((4, 4), 1500, np.uint16))


@pytest.mark.parametrize(
    ('kind', 'data', 'reason', 'words'),
    [
        ('16UC1; png compressed ', DEPTH, 'depth_image', 'is depth in millimetres'),
        ('16UC1; png', DEPTH, 'depth_image', 'is depth in millimetres'),
        ('32FC1; tiff compressed', b'II*\0', 'depth_image', 'is depth in metres'),
        ('16UC1; compressedDepth png', b'\0' * 12 + DEPTH, 'compressed_depth', 'is depth with a'),
        ('32FC1; compressedDepth rvl', b'\0' * 20, 'compressed_depth', 'is depth with a'),
        ('h264', b'\0\0\0\x01\x67', 'video_stream', 'is a stream of H.264'),
        ('', b'\0\0\0\x01\x67', 'video_stream', 'is a stream of H.264 or H.265'),
        ('video/h265', b'\0\0\x01\x67', 'video_stream', 'is a stream of H.265'),
        ('hevc', b'abc', 'video_stream', 'is a stream of H.265'),
        ('av1', b'\x12\0\x0a', 'video_stream', 'is a stream of AV1'),
        ('bgr8; ffmpeg', b'abc', 'video_stream', 'is a stream of video'),
        ('bgr8; zstd', b'(\xb5/\xfd', 'unknown_format', 'is not supported (supported: jpeg'),
    ],
)
def test_what_is_no_picture_is_named_for_what_it_is(kind, data, reason, words):
    with pytest.raises(FrameError) as caught:
        SourceImage.from_compressed(data, kind)
    error = caught.value
    assert (error.reason, error.about) == (reason, kind.strip())
    assert str(error).startswith(f"format '{kind.strip()}' {words}")
    assert len(str(error)) <= 200 and ' ... ' not in str(error)


def test_a_header_that_promises_too_many_pixels_is_refused():
    data = bytearray(_coded('.png'))
    data[16:24] = b'\0\xff\xff\xff' * 2
    with pytest.raises(FrameError, match='has 16777215x16777215 pixels, more than') as caught:
        SourceImage.from_compressed(bytes(data), 'png')
    assert caught.value.reason == 'image_too_large'


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.webp', '.bmp', '.tiff', '.jp2'])
@pytest.mark.parametrize('quality', [(), (cv2.IMWRITE_WEBP_QUALITY, 101)])
def test_the_size_is_read_from_the_header(suffix, quality):
    ok, data = cv2.imencode(suffix, np.zeros((203, 310, 3), np.uint8), quality)
    assert ok and coded_size(data.data) == (310, 203)
    for cut in range(200):
        assert coded_size(data[:cut].data) in (None, (310, 203))


@pytest.mark.parametrize(
    ('data', 'size'),
    [
        (b'RIFF....WEBPVP8X' + b'\0' * 8 + b'\x0f\x27\0\x1f\x4e\0', (10_000, 20_000)),
        (b'MM\0*' + struct.pack('>IHHHIHHHHII', 8, 2, 256, 3, 1, 9, 0, 257, 4, 1, 7), (9, 7)),
        (b'BM' + b'\0' * 12 + struct.pack('<Iii', 40, 30, -20), (30, 20)),
        (b'BM' + b'\0' * 12 + struct.pack('<IHH', 12, 30, 20), (30, 20)),
        (b'\xff\x4f\xff\x51' + b'\0' * 4 + struct.pack('>IIII', 30, 20, 1, 2), (29, 18)),
        # a picture of the picture, before it
        (b'\xff\xd8\xff\xe1\0\x0b\xff\xd8\xff\xc0\0\x0b\x08\0\1' + JPEG_OF_30_20, (30, 20)),
        (b'\xff\xd8\xff' + b'\xff' * 100_000, None),
        (b'RIFF....WEBPALPH', None),
        (b'GIF89a', None),
    ],
)
def test_the_size_is_found_in_every_form_of_a_header(data, size):
    assert coded_size(memoryview(data)) == size


def test_opencv_keeps_silent_about_damaged_pictures():
    code = (
        'import sys\n'
        'from edge_sched_ros.execution.frame import FrameError, SourceImage\n'
        'try:\n'
        '    SourceImage.from_compressed(sys.stdin.buffer.read()).bgr()\n'
        'except FrameError:\n'
        '    pass\n'
    )
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    environment = {k: v for k, v in os.environ.items() if k != 'OPENCV_LOG_LEVEL'}
    for level, silent in ((None, True), ('WARNING', False)):
        own = {} if level is None else {'OPENCV_LOG_LEVEL': level}
        done = subprocess.run(
            [sys.executable, '-c', code],
            input=_coded('.bmp', noise)[:4000],
            env={**environment, **own},
            capture_output=True,
            check=True,
            timeout=TIMEOUT_S,
        )
        assert (done.stderr == b'') == silent, done.stderr


def test_what_cannot_be_decoded_is_tried_once(monkeypatch):
    tried = []
    monkeypatch.setattr(cv2, 'imdecode', lambda *_: tried.append(1))
    image = SourceImage.from_compressed(_coded('.png'))
    for _ in range(3):
        with pytest.raises(FrameError, match='cannot be decoded') as caught:
            image.bgr()
        assert caught.value.reason == 'corrupt_image'
    assert tried == [1]


@settings(deadline=None)
@given(st.text(max_size=30), st.binary(max_size=60))
def test_whatever_comes_is_a_picture_or_is_refused(kind, data):
    try:
        SourceImage.from_compressed(data, kind).bgr()
    except FrameError as error:
        assert error.reason.isidentifier()
