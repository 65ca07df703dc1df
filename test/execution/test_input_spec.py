# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The key ``input`` of a network file: how a picture becomes a tensor (issue 18)."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from networks import write_network

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor

RANDOM = np.random.default_rng(18)


def _image(width, height):
    picture = RANDOM.integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = SourceImage.from_raw(
        picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
    )
    return picture, image


def _spec(tmp_path, **values):
    return load_network(write_network(tmp_path, input={'width': 8, 'height': 8, **values})).input


@pytest.mark.parametrize('times', [1.5, 2, 3, 8])
@pytest.mark.parametrize(
    ('interpolation', 'method'),
    [
        ('linear', cv2.INTER_LINEAR),
        ('area', cv2.INTER_AREA),
        ('nearest', cv2.INTER_NEAREST),
    ],
)
def test_the_interpolation_does_not_depend_on_the_size_of_the_picture(
    interpolation, method, times
):
    picture, image = _image(round(32 * times), round(24 * times))
    spec = InputSpec(32, 24, resize='stretch', interpolation=interpolation)
    wanted = cv2.resize(picture, (32, 24), interpolation=method).transpose(2, 0, 1)
    tensor, _ = OpenCvPreprocessor().prepare(image, spec)
    assert (tensor[0] == wanted).all()
    box = np.array([[0, 0, *picture.shape[1::-1]]], np.float32)
    assert (OpenCvPreprocessor().crops(image, box, spec)[0] == wanted).all()


def test_linear_is_the_default(tmp_path):
    assert _spec(tmp_path).interpolation == 'linear'


@pytest.mark.parametrize('scale', ['1/255', ' 1 / 255 ', 1 / 255])
@pytest.mark.parametrize('layout', ['nchw', 'nhwc'])
def test_a_scale_of_1_255_is_the_division_of_exporters_to_the_last_bit(tmp_path, scale, layout):
    spec = _spec(tmp_path, scale=scale, layout=layout, colour='rgb')
    picture, image = _image(8, 8)
    wanted = picture[..., ::-1].astype(np.float32) / np.float32(255)
    wanted = wanted if layout == 'nhwc' else wanted.transpose(2, 0, 1)
    tensor, _ = OpenCvPreprocessor().prepare(image, spec)
    assert tensor.shape == (1, *spec.shape)
    assert (tensor[0] == wanted).all()


def test_mean_and_std_may_be_fractions(tmp_path):
    spec = _spec(tmp_path, mean=['1/2', 0.25, 0], std=['1/4'])
    assert (spec.mean, spec.std) == ((0.5, 0.25, 0.0), (0.25,) * 3)


def test_one_mean_and_one_std_need_no_list(tmp_path):
    spec = _spec(tmp_path, mean=100, std='1/2')
    assert (spec.mean, spec.std) == ((100.0,) * 3, (0.5,) * 3)


@pytest.mark.parametrize('colour', ['gray', 'bgr', 'rgb'])
@pytest.mark.parametrize('layout', ['nchw', 'nhwc'])
@pytest.mark.parametrize('dtype', ['float32', 'float16', 'uint8'])
def test_colour_layout_and_type_together(colour, layout, dtype):
    picture, image = _image(10, 6)
    spec = InputSpec(10, 6, colour=colour, layout=layout, dtype=dtype)
    if colour == 'gray':
        wanted = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., None]
    else:
        wanted = picture[..., :: -1 if colour == 'rgb' else 1]
    wanted = wanted if layout == 'nhwc' else wanted.transpose(2, 0, 1)
    tensor, _ = OpenCvPreprocessor().prepare(image, spec)
    assert (tensor.dtype, tensor.shape) == (np.dtype(dtype), (1, *spec.shape))
    assert (tensor[0] == wanted.astype(dtype)).all()


def test_uint8_is_rounded_not_cut_off(tmp_path):
    spec = _spec(tmp_path, dtype='uint8', scale='127/255', mean=[-0.4])
    picture, image = _image(8, 8)
    tensor, _ = OpenCvPreprocessor().prepare(image, spec)
    assert (tensor[0] == np.rint(picture * (127 / 255) + 0.4).transpose(2, 0, 1)).all()


@pytest.mark.parametrize(
    ('values', 'message'),
    [
        ({'interpolation': 'cubic'}, r'input\.interpolation: must be one of linear, area, near'),
        (
            {'scale': '1/0'},
            r"input\.scale: must be a number or a fraction such as 1/255, not '1/0'",
        ),
        ({'scale': 'a/b'}, r'input\.scale: must be a number or a fraction'),
        ({'scale': '1/2/3'}, r'input\.scale: must be a number'),
        ({'scale': 'nan/1'}, r'input\.scale: must be a number'),
        ({'std': ['0/255']}, r'input\.std: must not be zero'),
        ({'mean': ['a']}, r'input\.mean: must be a number'),
        ({'scale': 0}, r'input\.scale: 0 is zero, and so would be every pixel'),
        ({'scale': '1/1e400'}, r"input\.scale: '1/1e400' is zero"),
        ({'scale': '1e400/1'}, r'input\.scale: must be a number'),
        ({'scale': 1e-60}, r'input\.scale: is 1e-60: .* black and white would be equal'),
        ({'scale': 1e-3, 'mean': 1e9}, r'black and white would be equal'),
        ({'scale': 1e300, 'std': 1e-300}, r'input\.dtype: is float32, which ends at 3\.40282e'),
        (
            {'dtype': 'float16', 'scale': 1000},
            r'dtype: is float16, which ends at 65504, but scale, mean and std make 0 to 255000 of',
        ),
        (
            {'dtype': 'uint8', 'scale': '1/255'},
            r'input\.scale: is 0\.00392157: as uint8 every pixel would be 0 or 1; use scale: 1',
        ),
        (
            {'dtype': 'uint8', 'mean': [127.5]},
            r'input\.dtype: is uint8, but scale, mean and std make -128 to 128 of pixels 0 to 255',
        ),
    ],
)
def test_values_that_leave_nothing_of_the_picture_are_refused(tmp_path, values, message):
    with pytest.raises(ConfigError, match=message) as caught:
        _spec(tmp_path, **values)
    assert len(str(caught.value)) < 500
