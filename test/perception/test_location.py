# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Objects in space from boxes and depth: geometry, robustness, and truth of rendered scenes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge_sched_ros.perception.location import locate
from edge_sched_ros.perception.location import LocationOptions
from edge_sched_ros.perception.masks import masks_of
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.scenes.scene import Scene

CAMERA = np.array([[100.0, 0, 39.5], [0, 50.0, 29.5], [0, 0, 1]])
OPTIONS = LocationOptions()
#: of a picture of 80x60
BOX = [30, 20, 50, 40]


def _found(*boxes, **more):
    count = len(boxes)
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.linspace(0.9, 0.5, count).astype(np.float32),
        np.arange(count),
        ('cup', 'dog', 'cat'),
        **more,
    )


def _depth(box=BOX, metres=2.0, behind=8.0):
    """Return the depth of one object in front of a wall."""
    depth = np.full((60, 80), behind, np.float32)
    x0, y0, x1, y1 = box
    depth[y0:y1, x0:x1] = metres
    return DepthMap(depth, 1.0, 1.0)


def _one(found, depth, options=OPTIONS):
    result = locate(found, depth, CAMERA, options)
    (position,), (size,) = result.positions_m, result.sizes_m
    return position, size


def test_an_object_in_the_middle_is_straight_ahead():
    position, size = _one(_found(BOX), _depth())
    assert position == pytest.approx([0, 0, 2])
    assert size == pytest.approx([20 / 100 * 2, 20 / 50 * 2, 0])


def test_axes_are_those_of_the_optical_frame():
    """Right of the middle is +x, below it +y."""
    box = [60, 40, 70, 50]
    position, _ = _one(_found(box), _depth(box, 4.0))
    assert position == pytest.approx([(64.5 - 39.5) / 100 * 4, (44.5 - 29.5) / 50 * 4, 4])


def test_class_score_and_track_are_carried_and_objects_without_depth_left_out():
    other = [60, 40, 70, 50]
    depth = _depth()
    depth.depth_m[40:50, 60:70] = np.nan
    found = _found(other, BOX, track_ids=np.array([5, 9]))
    result = locate(found, depth, CAMERA, OPTIONS)
    assert len(result) == 1
    assert (result.class_ids.tolist(), result.track_ids.tolist()) == ([1], [9])
    assert result.scores.tolist() == [0.5] and result.label(0) == 'dog'


@pytest.mark.parametrize('hole', [np.nan, np.inf, -np.inf, 0.0, -1.0])
def test_unknown_depths_do_not_count(hole):
    depth = _depth()
    depth.depth_m[20:40:2] = hole
    assert _one(_found(BOX), depth)[0][2] == pytest.approx(2)
    depth.depth_m[20:40] = hole
    assert not len(locate(_found(BOX), depth, CAMERA, OPTIONS))


def test_the_background_in_a_box_does_not_pull_an_object_away():
    """A mean would be 4.4 m; the length is that of the object alone."""
    depth = _depth()
    depth.depth_m[20:40, 30:38] = 8.0
    depth.depth_m[20:40, 38:50] += np.linspace(0, 0.2, 12, dtype=np.float32)
    position, size = _one(_found(BOX), depth)
    assert 2.0 < position[2] < 2.2
    assert 0.1 < size[2] < 0.21


def test_a_percentile_chooses_the_nearer_part():
    depth = _depth(behind=8.0)
    depth.depth_m[20:40, 30:42] = 8.0
    assert _one(_found(BOX), depth)[0][2] == pytest.approx(8)
    nearer = replace(OPTIONS, depth_percentile=20.0)
    assert _one(_found(BOX), depth, nearer)[0][2] == pytest.approx(2)


@pytest.mark.parametrize(('least', 'count'), [(100, 1), (101, 0)])
def test_an_object_needs_its_minimum_number_of_depths(least, count):
    options = replace(OPTIONS, min_points=least)
    assert len(locate(_found(BOX), _depth(), CAMERA, options)) == count


def test_depths_far_from_the_others_are_not_counted():
    depth = _depth()
    depth.depth_m[25:35, 35:45] = np.arange(100).reshape(10, 10)
    options = replace(OPTIONS, max_depth_spread_m=1.0)
    assert not len(locate(_found(BOX), depth, CAMERA, options))


def test_a_mask_says_which_depths_are_of_the_object():
    """A ring: in the middle of its box is only the wall."""
    depth = _depth(metres=2.0)
    depth.depth_m[23:37, 33:47] = 8.0
    assert _one(_found(BOX), depth)[0][2] == pytest.approx(8)
    ring = np.ones((10, 10), bool)
    ring[1:-1, 1:-1] = False
    masks = masks_of([(15, 10, 25, 20)], [ring], (40, 30), (0.5, 0.5, 0, 0))
    assert _one(_found(BOX, masks=masks), depth)[0][2] == pytest.approx(2)


def test_a_mask_of_another_object_changes_nothing():
    """Masks may be smaller than boxes, and of no pixel at all."""
    nothing = masks_of([(0, 0, 0, 0)], [np.zeros((0, 0), bool)], (40, 30), (0.5, 0.5, 0, 0))
    assert not len(locate(_found(BOX, masks=nothing), _depth(), CAMERA, OPTIONS))


def test_the_depth_may_have_another_size_and_place():
    full = _depth()
    padded = np.full((40, 50), np.nan, np.float32)
    padded[5:35, 4:44] = full.depth_m[::2, ::2]
    smaller = DepthMap(padded, 0.5, 0.5, 4.0, 5.0)
    assert _one(_found(BOX), smaller)[0] == pytest.approx([0, 0, 2])


def test_a_turned_box_is_enclosed():
    turned = _found([30, 25, 50, 35], angles_rad=np.array([np.pi / 2], np.float32))
    _, size = _one(turned, _depth([35, 20, 45, 40]))
    assert size[:2] == pytest.approx([10 / 100 * 2, 20 / 50 * 2], rel=1e-3)


@pytest.mark.parametrize(
    'box',
    [[-50, -50, -10, -10], [90, 70, 99, 99], [5, 5, 5, 5], [50, 40, 30, 20], [np.nan] * 4,
     [-1e30, -1e30, -1e29, -1e29], [np.inf, 0, np.inf, 9]],
)  # fmt: skip
def test_boxes_that_show_nothing_are_left_out(box):
    result = locate(_found(box), _depth(), CAMERA, OPTIONS)
    assert len(result) == 0
    assert result.positions_m.shape == result.sizes_m.shape == (0, 3)


def test_no_boxes_give_no_objects():
    assert locate(_found(), _depth(), CAMERA, OPTIONS).positions_m.shape == (0, 3)


def test_a_box_beyond_the_edge_counts_what_is_in_the_picture():
    position, _ = _one(_found([-20, 10, 20, 50]), _depth([0, 10, 20, 50], 3.0))
    assert position[2] == pytest.approx(3)


def test_objects_of_rendered_scenes_are_where_they_are():
    """True boxes and depth; the centre of an object is some way behind its surface."""
    errors, angles = [], []
    for seed in (3, 4):
        scene = Scene(seed=seed)
        lens = scene.intrinsics
        camera = np.array([[lens.fx, 0, lens.cx], [0, lens.fy, lens.cy], [0, 0, 1]])
        for index in range(0, 30, 10):
            frame = scene.frame(index)
            whole = [one for one in frame.objects if one.visible_share > 0.8]
            found = _found(*(one.box_xyxy for one in whole))
            result = locate(found, DepthMap(frame.depth_m, 1, 1), camera, OPTIONS)
            assert len(result) == len(whole)
            errors += [p[2] - one.distance_m for p, one in zip(result.positions_m, whole)]
            rotation, origin = frame.camera.rotation, frame.camera.position
            things = {item.identity: item for item in scene._world.objects}
            for position, one in zip(result.positions_m, whole):
                centre, _ = things[one.identity].pose(index / scene.fps)
                true = rotation.T @ (centre - origin)
                cosine = position @ true / np.linalg.norm(position) / np.linalg.norm(true)
                angles.append(np.degrees(np.arccos(min(1.0, cosine))))
    assert len(errors) > 10
    assert np.median(np.abs(errors)) < 0.1 and max(np.abs(errors)) < 0.5
    assert np.median(angles) < 0.3
