# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A CameraInfo made of a camera's sees what the camera sees, whatever window that shows."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.inputs.camera_infos import camera_model
from edge_sched_ros.pipeline.inputs.camera_infos import map_camera_info
from edge_sched_ros.pipeline.inputs.camera_infos import picture_camera_info
from edge_sched_ros.pipeline.inputs.camera_window import fit_info
from edge_sched_ros.pipeline.inputs.camera_window import MisfitError

HEADER = messages.header(make, None)
VGA = (640, 480)


def _info(width, height, focal=600.0, *, binning=(0, 0), roi=(0, 0, 0, 0), **fields):
    cx, cy = (width - 1) / 2, (height - 1) / 2
    x, y, roi_width, roi_height = roi
    given = {
        'width': width,
        'height': height,
        'binning_x': binning[0],
        'binning_y': binning[1],
        'roi': make(
            'sensor_msgs/msg/RegionOfInterest',
            x_offset=x,
            y_offset=y,
            width=roi_width,
            height=roi_height,
            do_rectify=bool(roi_width),
        ),
        'd': [0.1, -0.2, 0.0, 0.0, 0.01],
        'distortion_model': 'plumb_bob',
        'k': [focal, 0, cx, 0, focal, cy, 0, 0, 1],
        'p': [focal, 0, cx, -40, 0, focal, cy, 0, 0, 0, 1, 0],
    }
    return make('sensor_msgs/msg/CameraInfo', **{**given, **fields})


def _depth(width=80, height=60, scale=0.125, offset=(0.0, 0.0)):
    return DepthMap(np.ones((height, width), np.float32), scale, scale, *offset)


@pytest.mark.parametrize(
    ('info', 'focal'),
    [
        (_info(640, 480), 75.0),
        (_info(1280, 960, binning=(2, 2)), 37.5),
        (_info(1280, 960, roi=(320, 240, 640, 480)), 75.0),
        (_info(1280, 960, binning=(1, 1), roi=(0, 0, 1280, 960)), 37.5),
        # resized without a word
        (_info(1280, 960), 37.5),
        (_info(320, 240), 150.0),
        (_info(2560, 1920, roi=(640, 480, 1280, 960), binning=(2, 2)), 37.5),
    ],
)
def test_focal_length_and_centre_are_those_of_what_the_image_shows(info, focal):
    small = map_camera_info(make, fit_info(info, VGA), _depth(), HEADER)
    assert (small.width, small.height) == (80, 60)
    assert [small.k[i] for i in (0, 4, 2, 5)] == pytest.approx([focal, focal, 39.5, 29.5])
    assert [small.p[i] for i in (0, 5, 2, 6)] == pytest.approx([focal, focal, 39.5, 29.5])
    assert small.p[3] == pytest.approx(-40 * focal / 600)
    assert (small.binning_x, small.binning_y) == (0, 0)
    roi = small.roi
    assert (roi.x_offset, roi.y_offset, roi.width, roi.height, roi.do_rectify) == (0,) * 5
    assert (list(small.d), small.distortion_model) == (list(info.d), 'plumb_bob')


def test_an_off_centre_window_and_a_letterbox_move_the_centre():
    info = _info(1280, 960, roi=(100, 40, 640, 480))
    small = map_camera_info(make, fit_info(info, VGA), _depth(offset=(0.0, 1.5)), HEADER)
    assert small.k[2] == pytest.approx((639.5 - 100 + 0.5) / 8 - 0.5)
    assert small.k[5] == pytest.approx((479.5 - 40 + 0.5) / 8 - 0.5 + 1.5)


@settings(deadline=None)
@given(
    roi=st.tuples(st.integers(0, 300), st.integers(0, 200)),
    size=st.tuples(st.integers(8, 200), st.integers(8, 200)),
    binning=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    scale=st.floats(0.05, 1.5),
    offset=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    point=st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.5, 9)),
)
def test_a_point_projects_to_the_same_place_of_the_picture(
    roi, size, binning, scale, offset, point
):
    bins = [max(1, value) for value in binning]
    window = [side * by for side, by in zip(size, bins)]
    full = [first + side + 20 for first, side in zip(roi, window)]
    info = _info(*full, binning=binning, roi=(*roi, *window))
    fitted = fit_info(info, size)
    assert fitted.exact
    small = map_camera_info(make, fitted, _depth(9, 7, scale, offset), HEADER)
    for big, little in ((info.k, small.k), (info.p, small.p)):
        columns = len(big) // 3
        where = np.array([*point, 1.0])[:columns]
        u = np.array(big).reshape(3, columns) @ where
        v = np.array(little).reshape(3, columns) @ where
        in_image = ((u[:2] / u[2]) - roi + 0.5) / bins - 0.5
        wanted = (in_image + 0.5) * scale - 0.5 + offset
        assert v[:2] / v[2] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(
    ('info', 'words'),
    [
        (_info(1280, 720), 'describes images of 1280x720 pixels, the image has 640x480'),
        (_info(1280, 960, binning=(2, 1)), 'describes images of 640x960 pixels'),
        (_info(1280, 960, roi=(0, 0, 640, 240)), 'describes images of 640x240 pixels'),
        (_info(0, 0), 'its size is not set: it describes images of 0x0 pixels'),
        (make('sensor_msgs/msg/CameraInfo'), 'its size is not set'),
        (make('sensor_msgs/msg/CameraInfo', width=64, height=64), 'images of 64x64 pixels'),
        (_info(640, 480, k=[math.nan] * 9), 'its K contains numbers that are not finite'),
        (_info(640, 480, p=[math.inf] * 12), 'its P contains numbers that are not finite'),
        (_info(640, 480, d=[0.1, math.nan]), 'its D contains numbers that are not finite'),
        (_info(640, 480, -600.0), 'its K has focal lengths of -600 and -600 pixels'),
        (_info(640, 480, p=[600, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0]), 'its P has .* 600 and 0 pix'),
        (_info(640, 480, roi=(320, 240, 640, 480)), 'lies outside its 640x480 pixels'),
    ],
)
def test_what_cannot_be_the_images_is_withheld(info, words):
    with pytest.raises(MisfitError, match=words):
        fit_info(info, VGA)


def test_sides_that_a_driver_rounded_fit():
    fitted = fit_info(_info(1281, 961, binning=(2, 2)), VGA)
    assert fitted.exact and (fitted.scale_x, fitted.scale_y) == (0.5, 0.5)
    assert not fit_info(_info(1281, 961), VGA).exact


def test_an_uncalibrated_camera_stays_so():
    info = make('sensor_msgs/msg/CameraInfo', width=640, height=480)
    small = map_camera_info(make, fit_info(info, VGA), _depth(), HEADER)
    assert not any(small.k) and not any(small.p) and (small.width, small.height) == (80, 60)


def test_the_camera_of_a_picture_is_the_sources_or_made_for_its_size():
    info = _info(1280, 960, roi=(320, 240, 640, 480))
    same = picture_camera_info(make, fit_info(info, VGA), HEADER)
    assert (same.width, list(same.k), same.roi) == (1280, list(info.k), info.roi)
    made = picture_camera_info(make, fit_info(_info(1280, 960), VGA), HEADER)
    assert (made.width, made.height, made.binning_x) == (640, 480, 0)
    assert [made.k[i] for i in (0, 2, 5)] == pytest.approx([300.0, 319.5, 239.5])


@pytest.mark.parametrize(
    ('topic', 'binning', 'wanted'),
    [
        ('/cam/image_raw', 1, [500, 520, 320, 240]),
        ('/cam/image_rect', 1, [400, 410, 310, 230]),
        ('/cam/image_rect_color/compressed', 1, [400, 410, 310, 230]),
        # the picture's edges are halved, not the centres of its pixels
        ('/cam/image_raw', 2, [250, 260, 159.75, 119.75]),
    ],
)
def test_the_matrix_of_an_image_is_in_its_pixels(topic, binning, wanted):
    k = [500.0, 0, 320, 0, 520, 240, 0, 0, 1]
    p = [400.0, 0, 310, 0, 0, 410, 230, 0, 0, 0, 1, 0]
    roi = SimpleNamespace(x_offset=0, y_offset=0, width=0, height=0)
    info = SimpleNamespace(
        k=k, p=p, d=[], roi=roi, width=640, height=480, binning_x=binning, binning_y=binning
    )
    matrix = camera_model(fit_info(info, (640 // binning, 480 // binning)), topic).matrix
    assert matrix[[0, 1, 0, 1], [0, 1, 2, 2]].tolist() == wanted
    info.k, info.p = [0.0] * 9, [0.0] * 12
    assert camera_model(fit_info(info, (640 // binning, 480 // binning)), topic) is None
