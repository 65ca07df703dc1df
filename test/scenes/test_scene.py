# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes: the same for the same seed, and true."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from edge_sched_ros.scenes.scene import Scene
from edge_sched_ros.scenes.world import CLASSES
from edge_sched_ros.scenes.world import HALF_EXTENTS


def test_the_same_seed_gives_the_same_frame_in_any_order():
    first, second = Scene(seed=4), Scene(seed=4)
    late = first.frame(50)
    second.frame(3)
    again = second.frame(50)
    assert (late.image_bgr == again.image_bgr).all()
    assert late.objects == again.objects
    assert (Scene(seed=5).frame(50).image_bgr != late.image_bgr).any()


@pytest.mark.parametrize('index', [0, 40, 90, 200])
def test_an_objects_distance_is_its_depth_in_its_box(index):
    frame = Scene(seed=4).frame(index)
    assert frame.objects
    for thing in frame.objects:
        x0, y0, x1, y1 = (int(value) for value in thing.box_xyxy)
        inside = frame.depth_m[y0:y1, x0:x1]
        assert np.isclose(inside, thing.distance_m, atol=1e-4).any()
        assert 0 < thing.visible_share <= 1
        assert thing.label == CLASSES[thing.class_id]


def test_a_things_box_has_the_size_its_distance_asks_for():
    """A whole ball of radius r at distance d is about 2 f r / d pixels high."""
    scene = Scene(seed=4)
    checked = 0
    for index in range(0, 300, 7):
        for thing in scene.frame(index).objects:
            x0, y0, x1, y1 = thing.box_xyxy
            whole = x0 > 0 and y0 > 0 and x1 < 320 and y1 < 240
            if thing.label == 'ball' and whole and thing.visible_share > 0.95:
                radius = HALF_EXTENTS['ball'][0]
                expected = 2 * scene.intrinsics.fy * radius / (thing.distance_m + radius)
                assert y1 - y0 == pytest.approx(expected, rel=0.15, abs=2)
                checked += 1
    assert checked > 3


def test_things_come_and_go_and_keep_their_identity():
    scene = Scene(seed=4)
    seen = [
        {thing.identity: thing.label for thing in scene.frame(i).objects}
        for i in range(0, 300, 10)
    ]
    everyone = set().union(*seen)
    assert len(everyone) > 5
    assert any(set(a) - set(b) for a, b in pairwise(seen))
    for identity in everyone:
        assert len({frame[identity] for frame in seen if identity in frame}) == 1


def test_depth_is_exact_on_the_ground():
    """Straight down the middle the ground lies where height and angle say."""
    scene = Scene(seed=4)
    frame = scene.frame(0)
    lens, pose = scene.intrinsics, frame.camera
    row = 235
    down = (row - lens.cy) / lens.fy
    ray_y = -np.sin(pose.pitch) - down * np.cos(pose.pitch)
    assert frame.depth_m[row, 160] == pytest.approx(-pose.y / ray_y, rel=0.02)
