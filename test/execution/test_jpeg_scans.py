# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A JPEG with very many scans is rejected before it is decoded; all others are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jpeg_scans import MOST_SCANS
from edge_sched_ros.execution.jpeg_scans import too_many_scans

_NOISE = np.random.default_rng(1).integers(0, 255, (64, 80, 3), np.uint8)


def _jpeg(picture=_NOISE, *, progressive=True):
    options = [cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive), cv2.IMWRITE_JPEG_RST_INTERVAL, 2]
    return cv2.imencode('.jpg', picture, options)[1].tobytes()


def _with_scans(good, count):
    """Return a picture with its first scan repeated."""
    at = good.index(b'\xff\xda')
    end = good.index(b'\xff\xda', at + 2) if b'\xff\xda' in good[at + 2 :] else len(good) - 2
    # tables may stand between two scans
    tables = good.find(b'\xff\xc4', at, end)
    scan = good[at : tables if tables > 0 else end]
    return good[:end] + scan * count + good[end:]


def test_pictures_as_encoders_write_them_are_taken():
    for progressive in (False, True):
        good = _jpeg(progressive=progressive)
        assert not too_many_scans(memoryview(good))
        assert SourceImage.from_compressed(good).bgr().shape == _NOISE.shape
    assert not too_many_scans(memoryview(b'\x89PNG' + b'\xff\xda' * 1000))


@pytest.mark.parametrize('progressive', [True, False])
def test_many_scans_are_refused_with_a_reason_of_their_own(progressive):
    good = _jpeg(progressive=progressive)
    bomb = _with_scans(good, MOST_SCANS)
    with pytest.raises(FrameError, match='more than 64 scans') as caught:
        SourceImage.from_compressed(bomb)
    assert caught.value.reason == 'too_many_scans'
    assert not too_many_scans(memoryview(_with_scans(good, 10)))


def test_metadata_that_looks_like_scans_is_not_counted():
    good = _jpeg()
    text = b'\xff\xda' * 1000
    comment = b'\xff\xfe' + (len(text) + 2).to_bytes(2, 'big') + text
    assert not too_many_scans(memoryview(good[:2] + comment + good[2:]))
    # and does not hide what follows it
    assert too_many_scans(memoryview(good[:2] + comment + _with_scans(good, MOST_SCANS)[2:]))


def test_data_that_is_cut_off_anywhere_is_read_to_its_end():
    bomb = _with_scans(_jpeg(), MOST_SCANS)
    for end in range(0, len(bomb), 97):
        too_many_scans(memoryview(bomb[:end]))
