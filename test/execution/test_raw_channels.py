# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cameras with more channels than colours, and networks that take them (issue 18)."""

from __future__ import annotations

import numpy as np
import pytest
from raw_outputs import FLOAT
from raw_outputs import write_echo

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import NoPictureError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.isolation.frames import image_of_value
from edge_sched_ros.execution.isolation.frames import image_value
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.programs.build import build_program
from edge_sched_ros.pipeline.costs.profile_targets import target_of
from edge_sched_ros.profiling.picture import coloured_blocks

RAW = {'width': 8, 'height': 6, 'colour': 'raw', 'channels': 5}


def _image(pixels, encoding, *, big=False):
    height, width, channels = pixels.shape
    data = pixels.astype(pixels.dtype.newbyteorder('>')) if big else pixels
    return SourceImage.from_raw(
        data.tobytes(),
        width=width,
        height=height,
        encoding=encoding,
        step=width * channels * pixels.itemsize,
        is_bigendian=big,
    )


def _prepared(tmp_path, image, **keys):
    picture = {**RAW, **keys}
    shape = [1, picture['channels'], picture['height'], picture['width']]
    path = write_echo(tmp_path, {'x': (shape, FLOAT)}, input=picture)
    return OpenCvPreprocessor().prepare(image, load_network(path).input)


@pytest.mark.parametrize('big', [False, True])
@pytest.mark.parametrize(
    ('encoding', 'dtype'), [('8UC5', np.uint8), ('16UC5', np.uint16), ('32FC5', np.float32)]
)
def test_channels_come_as_they_are(tmp_path, encoding, dtype, big):
    pixels = np.arange(6 * 8 * 5).reshape(6, 8, 5).astype(dtype)
    if dtype == np.uint16:
        pixels += 60_000
    tensor, _ = _prepared(tmp_path, _image(pixels, encoding, big=big))
    assert tensor.dtype == np.float32 and tensor.flags.c_contiguous
    assert np.array_equal(tensor[0], pixels.transpose(2, 0, 1).astype(np.float32))


def test_each_channel_has_its_numbers_and_the_picture_its_place(tmp_path):
    pixels = np.full((4, 16, 5), 10, np.uint8) * np.arange(1, 6, dtype=np.uint8)
    tensor, transform = _prepared(
        tmp_path, _image(pixels, '8UC5'), layout='nhwc', scale=0.1, mean=[1, 2, 3, 4, 5], std=2,
        pad=30, interpolation='area',
    )  # fmt: skip
    assert tensor.shape == (1, 6, 8, 5)
    # 16x4 becomes 8x2 in 8x6: (10 n * 0.1 - n) / 2 = 0, and what is beside it
    assert (tensor[0, 2:4] == 0).all()
    assert tensor[0, 0, 0].tolist() == [1.0, 0.5, 0.0, -0.5, -1.0]
    assert (transform.scale_x, transform.offset_y) == (0.5, 2.0)


def test_a_network_runs_on_them_alone_and_in_a_process(tmp_path):
    pytest.importorskip('onnxruntime')
    path = write_echo(tmp_path, {'x': ([1, 5, 6, 8], FLOAT)}, input=RAW)
    spec = load_network(path)
    program = build_program(spec, OnnxRuntimeEngine(), OpenCvPreprocessor(), options={})
    pixels = np.random.default_rng(1).integers(0, 256, (6, 8, 5), dtype=np.uint8)
    sent = image_of_value(image_value(_image(pixels, '8UC5')))
    for image in (_image(pixels, '8UC5'), sent):
        context = JobContext(1, 'task', Frame('camera', 1, 0, '', image))
        for stage in program.stages:
            program.run(stage, context)
        assert np.array_equal(context.result['x_out'][0], pixels.transpose(2, 0, 1))
    # its costs are measured with pictures of its kind
    units = {stage: ('cpu0',) for stage in program.stages}
    context = target_of(spec, 'base', program, units, coloured_blocks()).context(1)
    program.run('preprocess', context)


@pytest.mark.parametrize(
    ('image', 'told'),
    [
        (_image(np.zeros((6, 8, 6), np.uint8), '8UC6'), "'8UC6' has 6 channels, the network take"),
        (_image(np.zeros((6, 8, 3), np.uint8), 'bgr8'), "'bgr8' has 3 channels"),
        (SourceImage.from_raw(bytes(72), width=8, height=6, encoding='nv12', step=8),
         "'nv12' has no channels"),
    ],
)  # fmt: skip
def test_another_number_of_channels_fails_by_name(tmp_path, image, told):
    with pytest.raises(FrameError, match=told) as failed:
        _prepared(tmp_path, image)
    assert failed.value.reason == 'other_channels'


def test_colours_cannot_be_made_of_them():
    image = _image(np.zeros((6, 8, 5), np.uint8), '8UC5')
    assert image.size == (8, 6)
    with pytest.raises(FrameError, match='has 5 channels and no colours') as failed:
        image.bgr()
    assert failed.value.reason == 'unknown_encoding'
    for name in ('8UC2', '8UC65', '32FC3', '8SC5', '8UC05'):
        with pytest.raises(NoPictureError, match=f"'{name}' is not supported"):
            _image(np.zeros((6, 8, 5), np.uint8), name)


@pytest.mark.parametrize(
    ('keys', 'problem'),
    [
        ({'channels': None}, r'input\.channels: must be given'),
        ({'colour': 'bgr'}, r'input\.channels: is for colour: raw; bgr has its own'),
        ({'channels': 2}, r'input\.channels: must be 1, 3, 4 or 5 to 64'),
        ({'channels': 65}, r'input\.channels: must be 1, 3, 4 or 5 to 64'),
        ({'mean': [1, 2, 3]}, r'input\.mean: must be a number or a list of one or 5, not'),
        ({'dtype': 'uint8'}, r'input\.dtype: must be a float for colour: raw'),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path, keys, problem):
    picture = {key: value for key, value in {**RAW, **keys}.items() if value is not None}
    path = write_echo(tmp_path, {'x': ([1, 5, 6, 8], FLOAT)}, input=picture)
    with pytest.raises(ConfigError, match=problem):
        load_network(path)
