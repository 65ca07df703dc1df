# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the operations on pictures mean, checked on the CPU where it can be known exactly."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from pictures import grey
from pictures import lens
from pictures import shifted
from pictures import squares
from pictures import textured

from edge_sched_ros.execution.preprocess.flow_field import follow
from edge_sched_ros.execution.preprocess.flow_field import full_size
from edge_sched_ros.execution.preprocess.formats import convert_on_host
from edge_sched_ros.execution.preprocess.formats import KEEPING
from edge_sched_ros.execution.preprocess.formats import plane_shapes
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.opencv_ops import levels_for
from edge_sched_ros.execution.preprocess.opencv_ops import OpenCvOps
from edge_sched_ros.execution.vision import OPERATIONS
from edge_sched_ros.execution.vision import undistortion
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vision import VisionOps
from edge_sched_ros.execution.vision import Warp
from edge_sched_ros.execution.vpi.unit_ops import VpiOps

OPS = OpenCvOps()
PICTURE = textured()


def test_it_has_every_operation():
    for op in OPERATIONS:
        assert callable(getattr(OPS, 'denoiser' if op == 'tnr' else op))
        assert OpenCvPreprocessor.ops[op] == ('cpu',)


def test_colours_go_there_and_back():
    for there in ('BGRA8', 'RGB8'):
        assert (
            convert_on_host(convert_on_host(PICTURE, 'BGR8', there), there, 'BGR8') == PICTURE
        ).all()
    plain = np.full((16, 32, 3), (40, 120, 200), np.uint8)
    planes = OPS.convert(plain, 'BGR8', 'NV12_ER')
    assert [p.shape for p in planes] == list(plane_shapes('NV12_ER', (32, 16)))
    # full-range BT.601
    assert abs(int(planes[0][0, 0]) - (0.299 * 200 + 0.587 * 120 + 0.114 * 40)) <= 1
    assert np.abs(OPS.convert(planes, 'NV12_ER', 'BGR8').astype(int) - plain).max() <= 2


def test_brightness_extremes_survive_so_that_the_range_is_full():
    for value in (0, 255):
        plain = np.full((4, 4, 3), value, np.uint8)
        assert (OPS.convert(plain, 'BGR8', 'NV12_ER')[0] == value).all()


def test_conversions_that_may_be_inserted_lose_little():
    pictures = {'BGR8': PICTURE, 'U8': grey(PICTURE)}
    for source, there in KEEPING:
        if source in pictures and (there, source) in KEEPING:
            back = convert_on_host(convert_on_host(pictures[source], source, there), there, source)
            assert np.abs(back.astype(int) - pictures[source]).mean() < 2, (source, there)


def test_an_unknown_conversion_says_so():
    with pytest.raises(UnsupportedOpError, match='no conversion from RGB8 to S16'):
        OPS.convert(PICTURE, 'RGB8', 'S16')


def test_a_lens_that_bends_nothing_changes_nothing():
    matrix = np.array([[250.0, 0, 160], [0, 250, 120], [0, 0, 1]])
    same = OPS.remap(PICTURE, undistortion(matrix, np.zeros(5), (320, 240)))
    assert np.abs(same.astype(int) - PICTURE).max() <= 1
    assert not (OPS.remap(PICTURE, lens()) == PICTURE).all()


def test_a_warp_may_change_the_size_and_is_black_outside():
    rows, columns = np.mgrid[0:10, 0:20].astype(np.float32)
    made = OPS.remap(PICTURE, Warp(columns - 5, rows))
    assert made.shape == (10, 20, 3)
    assert (made[:, :4] == 0).all()
    assert (made[:, 5:] == PICTURE[:10, :15]).all()


def test_a_perspective_warp_goes_from_source_to_result():
    move = np.array([[1.0, 0, 7], [0, 1, 3], [0, 0, 1]])
    made = OPS.perspective_warp(PICTURE, move, (320, 240))
    assert (made[3:, 7:] == PICTURE[:-3, :-7]).all()
    assert (made[:3] == 0).all()


@settings(deadline=None, max_examples=20)
@given(st.floats(-9, 9), st.floats(-9, 9))
def test_flow_finds_how_far_a_picture_moved(right, down):
    before = grey(PICTURE)
    points = np.mgrid[60:260:40, 60:180:40].reshape(2, -1).T.astype(np.float32)
    there, found = OPS.point_flow(before, shifted(before, right, down), points)
    assert found.mean() > 0.8
    error = np.abs((there - points)[found] - (right, down)).max(axis=1)
    assert np.median(error) < 0.1


@settings(deadline=None, max_examples=15)
@given(st.floats(-6, 6), st.floats(-6, 6))
def test_the_flow_of_all_pixels_is_that_of_the_points(right, down):
    before = grey(PICTURE)
    after = shifted(before, right, down)
    field = OPS.dense_flow(before, after)
    assert field.shape == (240, 320, 2) and field.dtype == np.float32
    assert np.abs(np.median(field, axis=(0, 1)) - (right, down)).max() < 0.1
    points = np.mgrid[60:260:40, 60:180:40].reshape(2, -1).T.astype(np.float32)
    there, inside = follow(field, points)
    known, found = OPS.point_flow(before, after, points)
    assert inside.all() and np.median(np.abs(there - known)[found]) < 0.1


@settings(deadline=None, max_examples=50)
@given(st.integers(8, 40), st.integers(8, 40), st.data())
def test_points_are_moved_by_what_the_field_says_where_they_are(width, height, data):
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    # linear, so that between pixels it is known exactly
    field = np.dstack([0.1 * columns - 1, 0.2 * rows + 0.1 * columns]).astype(np.float32)
    x, y = data.draw(st.floats(-5, width + 4)), data.draw(st.floats(-5, height + 4))
    there, inside = follow(field, np.array([[x, y]], np.float32))
    assert inside[0] == (0 <= np.float32(x) <= width - 1 and 0 <= np.float32(y) <= height - 1)
    if inside[0]:
        wanted = (x + 0.1 * x - 1, y + 0.2 * y + 0.1 * x)
        # OpenCV looks between pixels in steps of 1/32
        assert np.abs(there[0] - wanted).max() < 0.02
    assert follow(field, np.zeros((0, 2), np.float32))[0].shape == (0, 2)


@pytest.mark.parametrize('size', [(64, 48), (66, 50)])
def test_blocks_lie_in_the_picture_where_they_were_found(size):
    width, height = size
    columns, rows = np.meshgrid(np.arange(-(-width // 4)), np.arange(-(-height // 4)))
    # every block says where its middle is
    blocks = np.dstack([4 * columns + 1.5, 4 * rows + 1.5]).astype(np.float32)
    field = full_size(blocks, size)
    assert field.shape == (height, width, 2)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    inner = (slice(2, height - 4), slice(2, width - 4))
    most = 0.01 if size == (64, 48) else 2.0
    assert np.abs(field[..., 0] - x)[inner].max() < most
    assert np.abs(field[..., 1] - y)[inner].max() < most


def test_a_picture_too_small_for_the_flow_of_all_pixels():
    with pytest.raises(UnsupportedOpError, match='needs 32x32, not 20x40'):
        OPS.dense_flow(np.zeros((40, 20), np.uint8), np.zeros((40, 20), np.uint8))


@pytest.mark.parametrize('unit', [OpenCvOps, VpiOps])
def test_every_unit_takes_the_same_arguments_with_the_same_defaults(unit):
    for name, promised in vars(VisionOps).items():
        if callable(promised) and not name.startswith('_'):
            assert inspect.signature(getattr(unit, name)).parameters.keys() == (
                inspect.signature(promised).parameters.keys()
            )
            for key, parameter in inspect.signature(promised).parameters.items():
                ours = inspect.signature(getattr(unit, name)).parameters[key]
                assert (ours.default, ours.kind) == (parameter.default, parameter.kind), key


def test_flow_of_no_points_and_of_tiny_pictures():
    none = OPS.point_flow(grey(PICTURE), grey(PICTURE), np.zeros((0, 2), np.float32))
    assert none[0].shape == (0, 2) and none[1].shape == (0,)
    assert levels_for(np.zeros((20, 300)), 5) == 1
    assert levels_for(np.zeros((240, 320)), 3) == 3


def test_corners_are_where_corners_are_and_the_strongest_come_first():
    places, scores = OPS.harris(squares())
    wanted = {
        (column + dx, row + dy)
        for row in range(20, 200, 60)
        for column in range(20, 270, 80)
        for dx in (0, 39)
        for dy in (0, 29)
    }
    for place in places:
        assert min(np.hypot(*(place - corner)) for corner in wanted) < 2
    assert len(places) > len(wanted) / 2
    assert scores[0] == scores.max() and scores.min() > 0 and scores.max() <= 1
    assert OPS.harris(np.zeros((50, 50), np.uint8))[0].shape == (0, 2)


def test_disparity_is_how_far_the_left_lies_right():
    right = grey(textured(seed=8))
    left = shifted(right, 12, 0)
    disparity = OPS.stereo(left, right)
    inner = disparity[20:-20, 80:-20]
    known = np.isfinite(inner)
    assert known.mean() > 0.8
    assert np.abs(inner[known] - 12).mean() < 0.2
    assert not (disparity < 0).any()
    with pytest.raises(UnsupportedOpError, match='multiple of 16'):
        OPS.stereo(left, right, max_disparity=50)


def _noisy(picture, seed):
    noise = np.random.default_rng(seed).normal(0, 8, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_noise_of_a_still_scene_is_reduced_and_its_brightness_kept():
    calm = np.clip(PICTURE, 40, 210)
    denoise = OPS.denoiser((320, 240), strength=1.0)
    for seed in range(12):
        clean = denoise(_noisy(calm, seed))
    before = (_noisy(calm, 99).astype(float) - calm).std()
    assert (clean.astype(float) - calm).std() < before / 2
    assert abs(clean.mean() - calm.mean()) < 1


def test_what_moves_leaves_no_trail():
    denoise = OPS.denoiser((320, 240), strength=1.0)
    still, moved = np.full((240, 320, 3), 30, np.uint8), np.full((240, 320, 3), 30, np.uint8)
    still[100:140, 100:140] = 220
    moved[100:140, 200:240] = 220
    for _ in range(5):
        denoise(still)
    clean = denoise(moved)
    assert clean[110:130, 110:130].max() <= 31 and clean[110:130, 210:230].min() >= 219


def test_no_strength_does_nothing_and_a_reset_forgets():
    calm = textured(seed=1)
    nothing = OPS.denoiser((320, 240), strength=0.0)
    for seed in range(3):
        noisy = _noisy(calm, seed)
        assert (nothing(noisy) == noisy).all()
    denoise = OPS.denoiser((320, 240), strength=1.0)
    denoise(_noisy(calm, 1))
    denoise.reset()
    fresh = _noisy(calm, 2)
    assert (denoise(fresh) == fresh).all()
