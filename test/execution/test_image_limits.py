# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Small files that stand for huge pictures, and headers that lie: nothing of them is decoded."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest

from edge_sched_ros.execution.coded_size import coded_size
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage

#: a frame header of 32000x32000 pixels in a JPEG
SOF = b'\xff\xc0\0\x11\x08' + struct.pack('>HH', 32000, 32000)
SIZ = b'\xff\x4f\xff\x51' + b'\0' * 4 + struct.pack('>IIII', 32000, 32000, 0, 0)
IHDR = struct.pack('>I4sII', 13, b'IHDR', 32000, 32000) + b'\x08\2\0\0\0' + b'\0' * 4
IEND = struct.pack('>I4sI', 0, b'IEND', 0)


def _tiff(*tags):
    entries = b''.join(
        struct.pack('<HHI', tag, kind, count) + value for tag, kind, count, value in tags
    )
    return b'II*\0' + struct.pack('<IH', 8, len(tags)) + entries


def _long(value):
    return struct.pack('<I', value)


BOMBS = {
    'jpeg': b'\xff\xd8' + SOF,
    'jpeg with fill bytes': b'\xff\xd8' + b'\xff' * 20 + SOF,
    # decoders look for the next segment themselves
    'jpeg with rubbish between segments': b'\xff\xd8\xff\xe0\0\x04ab' + b'rubbish' + SOF,
    'jpeg with a segment of length 1': b'\xff\xd8\xff\xe0\0\x01' + SOF,
    'jpeg with a stuffed byte': b'\xff\xd8\xff\0' + SOF,
    'png': b'\x89PNG\r\n\x1a\n' + IHDR + IEND,
    'bmp': b'BM' + b'\0' * 12 + struct.pack('<Iii', 40, 32000, -32000),
    'tiff': _tiff((256, 4, 1, _long(32000)), (257, 4, 1, _long(32000))),
    'tiff with a tag given twice': _tiff(
        (256, 4, 1, _long(32000)), (256, 4, 1, _long(1)), (257, 4, 1, _long(32000))
    ),
    'webp': b'RIFF....WEBPVP8X' + b'\0' * 8 + b'\xff\x3e\0\xff\x3e\0',
    'jpeg 2000 stream': SIZ,
    # the size of a box need not be that of the stream in it
    'jpeg 2000 with a small box': b'\0\0\0\x0cjP  \r\n\x87\n'
    + struct.pack('>I4sII', 16, b'ihdr', 8, 8)
    + struct.pack('>I4s', 0, b'jp2c')
    + SIZ,
    'ppm': b'P6\n# from a camera\n32000 32000\n255\n',
}
NO_SIZE = {
    'jpeg whose pixels come before the size': b'\xff\xd8\xff\xda\0\x04ab' + SOF,
    'png with a chunk beyond its end': b'\x89PNG\r\n\x1a\n'
    + struct.pack('>I4sII', 13, b'IHDR', 8, 8)
    + b'\x08\2\0\0\0'
    + b'\0' * 4
    + struct.pack('>I4s', 0xA7000000, b'IDAT'),
    'png with another chunk first': b'\x89PNG\r\n\x1a\n' + IEND + IHDR,
    'tiff with numbers of 8 bytes': _tiff((256, 16, 1, _long(60)), (257, 4, 1, _long(60))),
    'tiff with huge tiles': _tiff(
        (256, 4, 1, _long(60)),
        (257, 4, 1, _long(60)),
        (322, 4, 1, _long(30000)),
        (323, 4, 1, _long(30000)),
    ),
    'no pixels': b'\x89PNG\r\n\x1a\n' + IHDR.replace(struct.pack('>I', 32000), b'\0' * 4) + IEND,
    'gif': b'GIF89a\0\x7d\0\x7d',
    'avif': b'\0\0\0\x1cftypavif',
    'rubbish': b'junk',
}


@pytest.fixture
def no_decoder(monkeypatch):
    def decode(*_):
        raise AssertionError('the decoder was asked')

    monkeypatch.setattr(cv2, 'imdecode', decode)


@pytest.mark.usefixtures('no_decoder')
@pytest.mark.parametrize('name', BOMBS)
def test_a_header_of_too_many_pixels_is_refused_at_once(name):
    with pytest.raises(FrameError, match=r'has (32000|16128)x') as caught:
        SourceImage.from_compressed(BOMBS[name] + b'\0' * 300)
    assert caught.value.reason == 'image_too_large'


@pytest.mark.usefixtures('no_decoder')
@pytest.mark.parametrize('name', NO_SIZE)
def test_a_picture_without_a_plausible_size_is_never_decoded(name):
    image = SourceImage.from_compressed(NO_SIZE[name])
    for _ in range(2):
        with pytest.raises(FrameError, match='its header gives no size') as caught:
            image.bgr()
        assert caught.value.reason == 'corrupt_image'


def test_the_decoded_size_is_that_of_the_header(monkeypatch):
    _, data = cv2.imencode('.png', np.zeros((8, 10, 3), np.uint8))
    monkeypatch.setattr(cv2, 'imdecode', lambda *_: np.zeros((9, 10, 3), np.uint8))
    with pytest.raises(FrameError, match='10x9 pixels, its header gives another') as caught:
        SourceImage.from_compressed(data).bgr()
    assert caught.value.reason == 'corrupt_image'


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.webp', '.bmp', '.tiff', '.jp2', '.ppm'])
def test_the_limit_is_met_exactly(suffix):
    _, data = cv2.imencode(suffix, np.zeros((40, 60, 3), np.uint8))
    assert coded_size(data.data) == (60, 40)
    assert SourceImage.from_compressed(data, max_pixels=2400).size == (60, 40)
    with pytest.raises(FrameError, match=r'60x40 pixels, more than max_image_pixels \(2399\)'):
        SourceImage.from_compressed(data, max_pixels=2399)


def test_a_raw_image_has_the_same_limit():
    raw = {'width': 30, 'height': 20, 'encoding': 'mono8', 'step': 30}
    assert SourceImage.from_raw(bytes(600), **raw, max_pixels=600).size == (30, 20)
    with pytest.raises(FrameError) as caught:
        SourceImage.from_raw(bytes(600), **raw, max_pixels=599)
    assert caught.value.reason == 'image_too_large'
