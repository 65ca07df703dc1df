# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks that take several pictures as channels of one input, and depth (issue 18)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from raw_outputs import FLOAT
from raw_outputs import write_echo

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.engines.simulated import SimulatedEngine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.read_inputs import takes_depth
from edge_sched_ros.execution.tensorrt.shapes import describe_shapes
from edge_sched_ros.execution.tensorrt.shapes import resolve
from edge_sched_ros.perception.programs.build import build_program

pytest.importorskip('onnxruntime')


def _image(value, width=16, height=12):
    picture = np.full((height, width, 3), value, np.uint8)
    return SourceImage.from_raw(
        picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
    )


def _depth_image(metres):
    depth = np.asarray(metres, np.float32)
    height, width = depth.shape
    return SimpleNamespace(
        encoding='32FC1', is_bigendian=False, width=width, height=height, step=4 * width,
        data=depth.tobytes(),
    )  # fmt: skip


def _stacked(folder, channels, parts, name='x', **keys):
    shape = [1, channels, 6, 8]
    if keys.get('input', {}).get('layout') == 'nhwc':
        shape = [1, 6, 8, channels]
    return write_echo(
        folder, {name: (shape, FLOAT)}, inputs={name: {'from': 'stack', 'parts': parts}}, **keys
    )


def _program(path):
    return build_program(load_network(path), OnnxRuntimeEngine(), OpenCvPreprocessor(), options={})


def _run(program, image, name='x', **more):
    context = JobContext(1, 'task', Frame('camera', 1, 0, '', image, **more))
    for stage in program.stages:
        program.run(stage, context)
    return context.result[f'{name}_out']


def test_this_frame_and_the_two_before_it_as_nine_channels(tmp_path):
    parts = ['image', 'previous_image', {'from': 'previous_image', 'back': 2}]
    program = _program(_stacked(tmp_path, 9, parts))
    assert program.stateful and not program.needs_second
    for _ in range(2):
        for value, told in ((1, 'was no frame'), (2, 'were no 2 frames')):
            with pytest.raises(FrameError, match=f'task: there {told} before') as failed:
                _run(program, _image(value))
            assert failed.value.reason == 'no_previous_image'
        for value in (3, 4):
            found = _run(program, _image(value))[0, ::3, 0, 0]
            assert found.tolist() == [value, value - 1, value - 2]
        # a restart does not join frames from before it
        program.reset()


def test_every_engine_is_told_the_size_of_a_stack(tmp_path):
    spec = load_network(_stacked(tmp_path, 6, ['image', 'previous_image']))
    assert describe_shapes(spec) == '1..1x3x6x8,x:6x6x8'
    assert resolve(spec, 'x', (-1, 6, -1, -1), 1) == (1, 6, 6, 8)
    simulated = replace(spec, decoder_options={'simulate': {'latency_ms': 1, 'outputs': [[1]]}})
    (info,) = SimulatedEngine().load(simulated).inputs
    assert (info.name, info.shape, info.dtype) == ('x', (1, 6, 6, 8), 'float32')


def test_left_and_right_each_with_its_own_colour_and_numbers(tmp_path):
    right = {'from': 'second_image', 'colour': 'gray', 'scale': '1/255', 'mean': 0.5}
    keys = {'width': 8, 'height': 6, 'layout': 'nhwc', 'pad': 0}
    program = _program(_stacked(tmp_path, 4, ['image', right], input=keys))
    assert program.needs_second
    found = _run(program, _image((10, 20, 30)), second=_image(255))
    assert found.shape == (1, 6, 8, 4)
    assert found[0, 3, 4].tolist() == [10, 20, 30, 0.5]
    with pytest.raises(FrameError, match='the frame has no second image'):
        _run(program, _image(1))


def test_depth_lies_where_the_picture_lies(tmp_path):
    # 16x8 is letterboxed to 8x4 in 8x6; the depth image is half as large as the picture
    depth = np.arange(32, dtype=np.float32).reshape(4, 8)
    depth[1, 2], depth[2, 3] = np.nan, np.inf
    parts = ['image', {'from': 'depth_image', 'scale': 0.1, 'mean': -1}]
    program = _program(_stacked(tmp_path, 4, parts))
    assert program.needs_second
    found = _run(program, _image(9, 16, 8), second_message=_depth_image(depth))[0]
    assert (found[0, 1:5] == 9).all()
    wanted = np.where(np.isfinite(depth), depth, 0) * 0.1 + 1
    assert np.allclose(found[3, 1:5], wanted)
    assert (found[3, [0, 5]] == 1).all()


def test_depth_of_another_resolution_is_that_of_the_nearest_pixel(tmp_path):
    path = write_echo(
        tmp_path,
        {'x': ([1, 3, 6, 8], FLOAT), 'd': ([1, 1, 3, 4], FLOAT)},
        inputs={'d': {'from': 'depth_image', 'width': 4, 'height': 3}},
    )
    depth = np.arange(48, dtype=np.float32).reshape(6, 8)
    found = _run(_program(path), _image(1), 'd', second_message=_depth_image(depth))
    assert np.array_equal(found[0, 0], depth[1::2, 1::2])


@pytest.mark.parametrize(
    ('message', 'reason'),
    [(None, 'no_depth'), (_depth_image(np.ones((12, 12))), 'unequal_sizes')],
)
def test_a_frame_without_its_depth_fails_by_name(tmp_path, message, reason):
    program = _program(_stacked(tmp_path, 4, ['image', 'depth_image']))
    with pytest.raises(FrameError) as told:
        _run(program, _image(1), second_message=message)
    assert told.value.reason == reason


@pytest.mark.parametrize(
    ('parts', 'problem'),
    [
        ([], r'inputs\.x\.parts: must be a list of pictures, not \[\]'),
        ('image', r"inputs\.x\.parts: must be a list of pictures, not 'image'"),
        (['image', 'state'], r'parts\.1\.from: must be one of image, previous_image, second_'),
        (['image', 3], r'parts\.1: must be one of image, .*, or have from'),
        (['image', {'from': 'stack', 'parts': ['image']}], r'parts\.1\.from: must be one of'),
        (['image', {'from': 'image', 'width': 4}], r'parts\.1\.width: is that of input for all'),
        (['image', {'from': 'image', 'back': 2}], r'parts\.1\.back: unknown key'),
        (['image', {'from': 'depth_image', 'colour': 'rgb'}], r'parts\.1\.colour: unknown key'),
        (['image', {'from': 'previous_image', 'back': 0}], r'parts\.1\.back: must be a whole'),
        (['image', {'from': 'previous_image', 'back': 65}], 'back: must be at most 64, not 65'),
        (['image', 'image', 'image'], r'inputs\.x: .*takes \[1, 6, 6, 8\], .* \[N, 9, 6, 8\]'),
        (['second_image', 'previous_image'], "one is 'input', or a stack with 'image'"),
    ],
)
def test_what_is_wrong_with_a_stack_is_one_line_with_its_key(tmp_path, parts, problem):
    path = _stacked(tmp_path, 6, parts)
    with pytest.raises(ConfigError, match=problem) as told:
        _program(path)
    assert '\n' not in str(told.value) and str(path) in str(told.value)


def test_depth_is_no_whole_number(tmp_path):
    path = _stacked(
        tmp_path, 4, ['image', 'depth_image'], input={'width': 8, 'height': 6, 'dtype': 'uint8'}
    )
    with pytest.raises(ConfigError, match=r'parts\.1: depth in metres needs a float dtype'):
        load_network(path)


@pytest.mark.parametrize(
    ('shape', 'keys', 'hint'),
    [
        ([1, 6, 6, 8], {}, True),
        ([1, 6, 8, 4], {'layout': 'nhwc'}, True),
        ([1, 3, 6, 6], {}, False),
        ([1, 1, 6, 8], {}, False),
    ],
)
def test_more_channels_than_a_picture_name_the_key_that_gives_them(tmp_path, shape, keys, hint):
    path = write_echo(tmp_path, {'x': (shape, FLOAT)}, input={'width': 8, 'height': 6, **keys})
    with pytest.raises(ConfigError, match='the YAML describes') as told:
        _program(path)
    assert ('are {from: stack, parts: [...]} under inputs.x' in str(told.value)) == hint


@pytest.mark.parametrize(
    ('inputs', 'takes'),
    [
        ({'x': {'from': 'stack', 'parts': ['image', 'depth_image']}}, True),
        ({'x': {'from': 'stack', 'parts': [{'from': 'depth_image'}]}}, True),
        ({'x': {'from': 'depth_image'}}, True),
        ({'x': {'from': 'stack', 'parts': ['image']}}, False),
        ({'x': 'depth_image'}, False),
        (['depth_image'], False),
        ({'x': {'from': 'stack', 'parts': 3}}, False),
    ],
)
def test_whether_a_file_names_depth_is_known_without_loading_it(tmp_path, inputs, takes):
    path = write_echo(tmp_path, {'x': ([1, 4, 6, 8], FLOAT)}, inputs=inputs)
    assert takes_depth(path) == takes
    assert not takes_depth(tmp_path / 'none.yaml')
