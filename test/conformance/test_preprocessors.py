# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every preprocessor must do: the same picture within rounding, and the way back."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.execution import preprocess
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.plugins.built_in import modules_holding

PREPROCESSORS = [
    found
    for kind in modules_holding(preprocess, 'PREPROCESSOR').values()
    if (found := kind()).available()[0]
]
RANDOM = np.random.default_rng(5)
PICTURE = cv2.GaussianBlur(RANDOM.integers(0, 255, (48, 64, 3), dtype=np.uint8), (5, 5), 0)


@pytest.fixture(params=PREPROCESSORS, ids=lambda found: found.name)
def opencv(request):
    assert isinstance(request.param, Preprocessor)
    return request.param


def _image(picture=PICTURE):
    height, width = picture.shape[:2]
    return SourceImage.from_raw(
        np.ascontiguousarray(picture).reshape(-1),
        width=width,
        height=height,
        encoding='bgr8',
        step=3 * width,
    )


def test_the_same_size_is_only_rearranged(opencv):
    tensor, transform = opencv.prepare(_image(), InputSpec(64, 48))
    assert (tensor[0] == PICTURE.transpose(2, 0, 1)).all()
    assert (tensor.dtype, tensor.shape) == (np.float32, (1, 3, 48, 64))
    assert (transform.scale_x, transform.offset_x) == (1, 0)


def test_layout_colour_and_type(opencv):
    spec = InputSpec(64, 48, layout='nhwc', colour='rgb', dtype='uint8')
    tensor, _ = opencv.prepare(_image(), spec)
    assert (tensor[0] == PICTURE[..., ::-1]).all()
    grey, _ = opencv.prepare(_image(), InputSpec(64, 48, colour='gray'))
    assert (grey[0, 0] == cv2.cvtColor(PICTURE, cv2.COLOR_BGR2GRAY)).all()
    half, _ = opencv.prepare(_image(), InputSpec(64, 48, dtype='float16', scale=1 / 255))
    assert half.dtype == np.float16


def test_normalisation_is_per_channel(opencv):
    spec = InputSpec(64, 48, scale=1 / 255, mean=(0.1, 0.2, 0.3), std=(0.5, 0.25, 2.0))
    tensor, _ = opencv.prepare(_image(), spec)
    mean, std = (np.array(v).reshape(3, 1, 1) for v in (spec.mean, spec.std))
    wanted = (PICTURE.transpose(2, 0, 1) / 255 - mean) / std
    assert np.allclose(tensor[0], wanted, atol=1e-5)


def test_letterbox_pads_and_keeps_the_shape(opencv):
    tensor, transform = opencv.prepare(_image(), InputSpec(64, 64, pad=9))
    assert transform.offset_y == 8
    assert (tensor[0, :, :8] == 9).all() and (tensor[0, :, 56:] == 9).all()
    assert (tensor[0, :, 8:56] == PICTURE.transpose(2, 0, 1)).all()
    top, corner = opencv.prepare(_image(), InputSpec(64, 64, align='topleft'))
    assert corner.offset_y == 0 and (top[0, :, :48] == PICTURE.transpose(2, 0, 1)).all()


def test_crop_fills_the_input_and_cuts_the_rest(opencv):
    tensor, transform = opencv.prepare(_image(), InputSpec(48, 48, resize='crop'))
    assert (tensor[0] == PICTURE[:, 8:56].transpose(2, 0, 1)).all()
    assert transform.offset_x == -8


def test_crops_of_boxes_even_outside(opencv):
    boxes = np.array([[0, 0, 32, 24], [60, 40, 90, 70], [-9, -9, -5, -5]], np.float32)
    crops = opencv.crops(_image(), boxes, InputSpec(16, 12, resize='stretch'))
    assert crops.shape == (3, 3, 12, 16)
    wanted = cv2.resize(PICTURE[:24, :32], (16, 12)).transpose(2, 0, 1)
    assert np.abs(crops[0] - wanted).max() <= 1


@settings(deadline=None, max_examples=200)
@given(
    width=st.integers(2, 900),
    height=st.integers(2, 900),
    resize=st.sampled_from(['letterbox', 'stretch', 'crop']),
    align=st.sampled_from(['center', 'topleft']),
    box=st.tuples(*[st.floats(0, 1)] * 4),
)
def test_boxes_come_back_to_where_they_were(width, height, resize, align, box):
    spec = replace(InputSpec(96, 64), resize=resize, align=align)
    transform = fit(spec, width, height)
    x0, x1 = sorted((box[0] * width, box[2] * width))
    y0, y1 = sorted((box[1] * height, box[3] * height))
    scale = np.array([transform.scale_x, transform.scale_y] * 2)
    offset = np.array([transform.offset_x, transform.offset_y] * 2)
    there = (np.array([[x0, y0, x1, y1]]) * scale + offset).astype(np.float32)
    back = transform.to_source(there)
    assert np.allclose(back, [[x0, y0, x1, y1]], atol=0.5)


def test_a_tall_picture_in_every_mode(opencv):
    tall = cv2.resize(PICTURE, (30, 90))
    for resize in ('letterbox', 'stretch', 'crop'):
        tensor, _ = opencv.prepare(_image(tall), InputSpec(40, 40, resize=resize))
        assert tensor.shape == (1, 3, 40, 40)
