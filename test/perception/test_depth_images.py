# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Images of depth cameras as depth maps."""

from __future__ import annotations

from array import array
from types import SimpleNamespace

import numpy as np
import pytest

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.perception.depth_images import depth_map


def _image(values, encoding, dtype, *, big=False, padding=0):
    pixels = np.asarray(values).astype(np.dtype(dtype).newbyteorder('>' if big else '<'))
    height, width = pixels.shape
    rows = [row.tobytes() + bytes(padding) for row in pixels]
    return SimpleNamespace(
        encoding=encoding,
        width=width,
        height=height,
        step=width * pixels.dtype.itemsize + padding,
        is_bigendian=int(big),
        data=array('B', b''.join(rows)),
    )


@pytest.mark.parametrize('encoding', ['16UC1', 'mono16'])
@pytest.mark.parametrize('big', [False, True])
@pytest.mark.parametrize('padding', [0, 6])
def test_millimetres_become_metres_and_zero_is_unknown(encoding, big, padding):
    image = _image([[0, 1500, 65535]], encoding, 'u2', big=big, padding=padding)
    found = depth_map(image, (3, 1))
    assert found.depth_m.dtype == np.float32
    assert found.depth_m[0].tolist() == pytest.approx([np.nan, 1.5, 65.535], nan_ok=True)


def test_metres_stay_and_the_size_of_the_picture_gives_the_scale():
    image = _image([[np.nan, 2.5], [0.5, np.inf]], '32FC1', 'f4', padding=4)
    found = depth_map(image, (8, 4))
    assert (found.scale_x, found.scale_y) == (0.25, 0.5)
    assert found.depth_m[1, 0] == 0.5 and np.isnan(found.depth_m[0, 0])


@pytest.mark.parametrize(
    ('size', 'picture', 'same'),
    [
        ((424, 240), (1280, 720), True),
        ((320, 240), (640, 480), True),
        ((640, 480), (1280, 720), False),
        ((720, 1280), (1280, 720), False),
    ],
)
def test_a_depth_image_of_other_proportions_shows_another_view(size, picture, same):
    image = _image(np.ones(size[::-1]), '16UC1', 'u2')
    if same:
        assert depth_map(image, picture).depth_m.shape == size[::-1]
        return
    told = f'depth image is {size[0]}x{size[1]}, the picture {picture[0]}x{picture[1]} pixels'
    with pytest.raises(FrameError, match=told) as caught:
        depth_map(image, picture)
    assert caught.value.reason == 'unequal_sizes'


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        ({'encoding': 'bgr8'}, 'unknown_encoding'),
        ({'width': 0}, 'zero_size'),
        ({'step': 2}, 'bad_step'),
        ({'height': 3}, 'short_data'),
    ],
)
def test_what_is_no_depth_is_refused(change, reason):
    image = _image([[1, 2], [3, 4]], '16UC1', 'u2')
    with pytest.raises(FrameError) as caught:
        depth_map(SimpleNamespace(**{**vars(image), **change}), (2, 2))
    assert caught.value.reason == reason
