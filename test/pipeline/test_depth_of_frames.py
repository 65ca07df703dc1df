# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which depth image of a camera belongs to a frame."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline.inputs.depth_images import DepthImages

TOPIC = 'depth'


def _found(stamp_ms, depths_ms, tolerance_ms):
    """Return the depth that a frame gets, in metres: the stamp of its image in ms."""
    images = DepthImages([SimpleNamespace(depth_topic=TOPIC)])
    for one in depths_ms:
        pixels = np.full((3, 4), one, np.float32)
        message = SimpleNamespace(
            encoding='32FC1', width=4, height=3, step=16, is_bigendian=0, data=pixels.tobytes()
        )
        images.note(Frame(TOPIC, 1, round(one * 1e6), 'lens', None, message))
    image = SourceImage.from_raw(bytes(36), width=4, height=3, encoding='bgr8', step=12)
    frame = Frame('camera', 1, round(stamp_ms * 1e6), 'lens', image)
    return images.for_frame(TOPIC, tolerance_ms, frame).depth_m[0, 0]


@pytest.mark.parametrize(
    ('stamp_ms', 'depths_ms', 'tolerance_ms', 'expected'),
    [
        (133, [67, 100, 133], 10, 133),
        (133, [133], 0, 133),
        (140, [100, 133], 10, 133),
        (140, [100, 133, 167], 50, 133),
        # a depth camera that is slower than the colour camera
        (170, [0, 200], 50, 200),
    ],
)
def test_the_nearest_image_of_the_frames_own_period_is_used(
    stamp_ms, depths_ms, tolerance_ms, expected
):
    assert _found(stamp_ms, depths_ms, tolerance_ms) == expected


@pytest.mark.parametrize(
    ('stamp_ms', 'depths_ms', 'tolerance_ms', 'told', 'cause'),
    [
        (133, [], 50, 'no depth image of depth has come', 'none'),
        (0, [100], 50, 'has no stamp', 'no stamp'),
        # that of the frame comes a few ms later
        (133, [67, 100], 50, r'more than half of .*\(33\.0 ms\); its own may be late', 'late'),
        (133, [100], 50, r'33\.0 ms away, and the time between', 'late'),
        (133, [67, 100], 10, r'33\.0 ms away, more than depth_tolerance_ms \(10\)', 'late'),
        # that of the frame was lost
        (133, [67, 100, 167, 200], 50, r'33\.0 ms away, more than half of .*\)$', 'apart'),
    ],
)
def test_the_image_of_another_frame_is_never_used(stamp_ms, depths_ms, tolerance_ms, told, cause):
    with pytest.raises(FrameError, match=told) as caught:
        _found(stamp_ms, depths_ms, tolerance_ms)
    assert (caught.value.reason, caught.value.about) == ('no_depth', cause)
