# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inputs of networks beside their picture: the key ``inputs`` (issue 18)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from onnx import helper
from onnx import TensorProto
from raw_outputs import FLOAT
from raw_outputs import INT64
from raw_outputs import TEXT
from raw_outputs import write_echo
from segments import write_cut

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.programs.build import build_program
from edge_sched_ros.perception.programs.build import make_program

pytest.importorskip('onnxruntime')

PICTURE = ([1, 3, 6, 8], FLOAT)
MATRIX = np.array([[100.0, 0, 31.5], [0, 110.0, 23.5], [0, 0, 1]])
CAMERA = CameraModel(MATRIX, np.hstack([MATRIX, np.zeros((3, 1))]))


def _image(width=64, height=48, value=None):
    picture = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    if value is not None:
        picture[:] = value
    return SourceImage.from_raw(
        picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
    )


def _program(path):
    return build_program(load_network(path), OnnxRuntimeEngine(), OpenCvPreprocessor(), options={})


def _run(program, image, **more):
    context = JobContext(1, 'task', Frame('camera', 1, 0, '', image, **more))
    for stage in program.stages:
        program.run(stage, context)
    return context.result


def _echo(tmp_path, name, shape, source, kind=FLOAT, image=None, **keys):
    path = write_echo(tmp_path, {'x': PICTURE, name: (shape, kind)}, inputs={name: source}, **keys)
    program = _program(path)
    found = _run(program, image or _image(), camera=lambda _: CAMERA)[f'{name}_out']
    program.close()
    return found


@pytest.mark.parametrize(
    ('keys', 'wanted'),
    [
        ({}, [48, 64]),
        ({'order': 'wh'}, [64, 48]),
        ({'of': 'network'}, [6, 8]),
        ({'of': 'network', 'order': 'wh'}, [8, 6]),
    ],
)
@pytest.mark.parametrize(
    ('shape', 'kind', 'as_type'),
    [([1, 2], INT64, np.int64), (['N', 2], FLOAT, np.float32), ([2], FLOAT, np.float32)],
)
def test_the_size_of_the_picture_in_the_type_of_the_graph(
    tmp_path, keys, wanted, shape, kind, as_type
):
    found = _echo(tmp_path, 'size', shape, {'from': 'image_size', **keys}, kind)
    assert found.reshape(-1).tolist() == wanted
    assert (found.dtype, found.ndim) == (as_type, len(shape))


def test_size_and_scale_of_a_letterboxed_picture(tmp_path):
    # 64x24 becomes 8x3 in 8x6
    image = _image(64, 24)
    found = _echo(tmp_path, 'x2', [1, 2], {'from': 'image_size', 'of': 'resized'}, image=image)
    assert found.tolist() == [[3, 8]]
    found = _echo(tmp_path, 'x2', [1, 2], {'from': 'scale_factor'}, image=image)
    assert found.tolist() == [[0.125, 0.125]]
    stretched = {'width': 8, 'height': 6, 'resize': 'stretch'}
    wh = {'from': 'scale_factor', 'order': 'wh'}
    found = _echo(tmp_path, 'x2', [1, 2], wh, image=image, input=stretched)
    assert found.tolist() == [[0.125, 0.25]]


@pytest.mark.parametrize(
    ('shape', 'value', 'wanted'),
    [
        ([1, 3], [1, 2.5, 3], [[1, 2.5, 3]]),
        ([1, 'n'], 7, [[7]]),
        ([], 0.5, 0.5),
        ([2, 2], 1, [[1, 1], [1, 1]]),
        ([1, 2, 2], [[1, 2], [3, 4]], [[[1, 2], [3, 4]]]),
    ],
)
def test_constants_take_the_shape_of_the_graph(tmp_path, shape, value, wanted):
    found = _echo(tmp_path, 'c', shape, {'from': 'constant', 'value': value})
    assert found.tolist() == wanted


@pytest.mark.parametrize('shape', [[1, 3, 3], [3, 3], [1, 4], [4]])
def test_intrinsics_are_those_of_the_networks_input(tmp_path, shape):
    # a pixel's edge x of the source is at x / 8 + (0, 1) of the input
    wide = _image(64, 24)
    keys = {'width': 8, 'height': 6, 'pad': 0}
    found = _echo(tmp_path, 'k', shape, {'from': 'camera_info'}, image=wide, input=keys)
    fx, fy, cx, cy = 100 / 8, 110 / 8, 32 / 8 - 0.5, 24 / 8 + 1 - 0.5
    wanted = [fx, fy, cx, cy] if shape[-1] == 4 else [fx, 0, cx, 0, fy, cy, 0, 0, 1]
    assert np.allclose(found.reshape(-1), wanted)


def test_intrinsics_that_are_missing_fail_the_frame_by_name(tmp_path):
    path = write_echo(
        tmp_path, {'x': PICTURE, 'k': ([3, 3], FLOAT)}, inputs={'k': {'from': 'camera_info'}}
    )
    program = _program(path)
    for more in ({}, {'camera': lambda _: None}):
        with pytest.raises(FrameError, match='task: there is no CameraInfo of the frame') as told:
            _run(program, _image(), **more)
        assert told.value.reason == 'no_camera_info'


def test_a_second_picture_is_converted_as_the_first_unless_it_says_otherwise(tmp_path):
    path = write_echo(
        tmp_path,
        {'left': PICTURE, 'right': PICTURE, 'small': ([1, 2, 2, 1], FLOAT)},
        input={'width': 8, 'height': 6, 'resize': 'stretch', 'scale': '1/255', 'name': 'left'},
        inputs={
            'right': {'from': 'second_image', 'colour': 'rgb'},
            'small': {
                'from': 'image',
                'width': 2,
                'height': 2,
                'colour': 'gray',
                'layout': 'nhwc',
                'scale': 1,
            },
        },
    )
    program = _program(path)
    found = _run(program, _image(value=(51, 51, 51)), second=_image(value=(255, 0, 102)))
    assert np.allclose(found['left_out'], 0.2)
    assert np.allclose(found['right_out'][0, :, 0, 0], [0.4, 0, 1])
    assert (found['small_out'] == 51).all()
    with pytest.raises(FrameError, match='the frame has no second image') as told:
        _run(program, _image())
    assert told.value.reason == 'no_second_image'
    assert not program.stateful


def test_the_picture_of_the_frame_before(tmp_path):
    path = write_echo(
        tmp_path, {'x': PICTURE, 'y': PICTURE}, inputs={'y': {'from': 'previous_image'}}
    )
    program = _program(path)
    assert program.stateful
    for _ in range(2):
        # the trial run when it was built does not count
        with pytest.raises(FrameError, match='there was no frame before') as told:
            _run(program, _image(value=1))
        assert told.value.reason == 'no_previous_image'
        assert (_run(program, _image(value=2))['y_out'] == 1).all()
        assert (_run(program, _image(value=3))['y_out'] == 2).all()
        program.reset()


def _recurrent(tmp_path, **state):
    return write_echo(
        tmp_path,
        {'x': PICTURE, 'h': ([1, 2], FLOAT)},
        nodes=[
            helper.make_node('Add', ['h', 'h'], ['twice']),
            helper.make_node('Sub', ['twice', 'one'], ['next']),
            helper.make_node('Constant', [], ['one'], value_float=1.0),
        ][::-1],
        outputs={'next': ([1, 2], FLOAT)},
        inputs={'h': {'from': 'state', 'output': 'next', **state}},
    )


def test_a_state_is_the_output_of_the_run_before(tmp_path):
    program = _program(_recurrent(tmp_path, value=[2, 3]))
    assert program.stateful
    for _ in range(2):
        found = [_run(program, _image()) for _ in range(4)]
        assert [one['h_out'][0].tolist() for one in found] == [[2, 3], [3, 5], [5, 9], [9, 17]]
        # no decoder reads it
        assert set(found[0]) == {'x_out', 'h_out'}
        program.start_over()


def test_a_reset_during_a_job_is_not_undone_by_its_end(tmp_path):
    program = _program(_recurrent(tmp_path, value=2))
    _run(program, _image())
    context = JobContext(1, 'task', Frame('camera', 1, 0, '', _image()))
    for stage in program.stages:
        if stage == 'postprocess':
            program.reset()
        program.run(stage, context)
    assert context.result['h_out'].tolist() == [[3, 3]]
    assert _run(program, _image())['h_out'].tolist() == [[2, 2]]


def test_a_state_that_is_not_finite_does_not_spoil_all_later_frames(tmp_path):
    program = _program(_recurrent(tmp_path, value=1e38))
    # 1e38, 2e38, and then more than a float holds
    assert _run(program, _image())['h_out'][0, 0] == np.float32(1e38)
    with pytest.raises(InvalidOutputError, match="in the output 'next' are not finite: the state"):
        _run(program, _image())
    assert _run(program, _image())['h_out'][0, 0] == np.float32(1e38)


def test_a_state_begins_with_zeros(tmp_path):
    program = _program(_recurrent(tmp_path))
    assert [_run(program, _image())['h_out'][0, 0] for _ in range(3)] == [0, -1, -3]


@pytest.mark.parametrize(
    ('shape', 'kind', 'source', 'problem'),
    [
        ([1, 2], FLOAT, {'from': 'picture_size'}, r'inputs\.b\.from: must be one of image, previ'),
        ([1, 2], FLOAT, 'image_size', r'inputs\.b: must be a mapping with from: one of image'),
        ([1, 2], FLOAT, {'from': 'image_size', 'order': 'xy'}, r'inputs\.b\.order: must be one'),
        ([1, 2], FLOAT, {'from': 'image_size', 'value': 3}, r'inputs\.b\.value: unknown key'),
        ([1, 3], FLOAT, {'from': 'image_size'}, r'takes \[1, 3\], image_size gives 2 values'),
        ([1, 4, 4], FLOAT, {'from': 'camera_info'}, 'camera_info gives 4 or 9 values'),
        ([1, 2], TEXT, {'from': 'image_size'}, 'echo.onnx takes string, not numbers'),
        ([1, 2], INT64, {'from': 'constant', 'value': 1.5}, r'takes int64: 1\.5 is no whole'),
        ([1, 2], INT64, {'from': 'constant', 'value': 1e30}, r'value: .* 1e\+30 is out of its ra'),
        ([1, 2], INT64, {'from': 'constant', 'value': 2.0**63}, 'is out of its range'),
        ([1, 2], FLOAT, {'from': 'constant', 'value': 1e39}, r'takes float32: 1e\+39 is out of'),
        ([1, 2], 9, {'from': 'constant', 'value': 2}, r'takes bool: 2 is neither 0 nor 1'),
        ([1, 4], FLOAT, {'from': 'constant', 'value': [1, 2]}, r'shape \[2\], .* \[1, 4\]'),
        ([1, 2], FLOAT, {'from': 'constant'}, r'inputs\.b\.value: is missing'),
        ([1, 2], FLOAT, {'from': 'constant', 'value': 'x'}, r'value: must be a number or lists'),
        ([1, 2], FLOAT, {'from': 'constant', 'value': [[1], [2, 3]]}, 'of equal length'),
        ([1, 2], FLOAT, {'from': 'constant', 'value': [1, 2, 3]}, r'shape \[3\], .* \[1, 2\]'),
        ([1, 2], FLOAT, {'from': 'state'}, r'inputs\.b\.output: must be the name of an output'),
        ([1, 2], FLOAT, {'from': 'state', 'output': 'q'}, r"no output 'q' \(it has: x_out, b_out"),
        ([1, 2], FLOAT, {'from': 'state', 'output': 'x_out'}, 'is x_out float32 .* input is b'),
        ([1, 3, 4, 4], FLOAT, {'from': 'second_image'}, r'inputs\.b: echo\.onnx takes \[1, 3, 4'),
        ([1, 3, 6, 8], INT64, {'from': 'second_image'}, r'inputs\.b\.dtype: is float32, .*int64'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_input_is_one_line_with_its_key(
    tmp_path, shape, kind, source, problem
):
    path = write_echo(tmp_path, {'x': PICTURE, 'b': (shape, kind)}, inputs={'b': source})
    with pytest.raises(ConfigError, match=problem) as told:
        _program(path)
    assert '\n' not in str(told.value) and len(str(told.value)) < 500
    assert str(path) in str(told.value)


@pytest.mark.parametrize(
    ('inputs', 'name', 'problem'),
    [
        ({}, '', r'inputs: echo\.onnx has 3 inputs \(x, y, z\); say where y, z come from'),
        ({}, 'y', 'say where x, z come from'),
        ({'z': {'from': 'image'}}, '', 'say where y comes from'),
        ({'zz': {'from': 'image'}}, '', r"inputs\.zz: .* no such input .*; did you mean 'z'"),
        (
            {n: {'from': 'image'} for n in 'xyz'},
            '',
            "describes all inputs of echo.onnx: one is 'i",
        ),
        ({'y': {'from': 'image'}}, 'y', r'inputs\.y: is the name of input, the picture'),
        ([], '', r'inputs: must be a mapping from names to sources, not \[\]'),
    ],
)
def test_inputs_that_nobody_describes_are_named(tmp_path, inputs, name, problem):
    picture = {'width': 8, 'height': 6, **({'name': name} if name else {})}
    path = write_echo(tmp_path, dict.fromkeys('xyz', PICTURE), inputs=inputs, input=picture)
    with pytest.raises(ConfigError, match=problem):
        _program(path)


def test_sizes_that_the_graph_leaves_open_are_those_of_the_file(tmp_path):
    picture = (['n', 3, 'h', 'w'], FLOAT)
    path = write_echo(
        tmp_path,
        {'x': picture, 'y': picture},
        input={'width': 10, 'height': 4},
        inputs={'y': {'from': 'image', 'width': 2, 'height': 8}},
    )
    found = _run(_program(path), _image())
    assert (found['x_out'].shape, found['y_out'].shape) == ((1, 3, 4, 10), (1, 3, 8, 2))


@pytest.mark.parametrize('batch', [2, 8])
def test_a_fixed_batch_of_pictures_is_refused_by_name(tmp_path, batch):
    path = write_echo(tmp_path, {'x': ([batch, 3, 6, 8], FLOAT)})
    told = rf'file: echo\.onnx takes {batch} pictures at once .* with a batch of 1, or an open one'
    with pytest.raises(ConfigError, match=told):
        _program(path)


def test_a_state_may_have_any_first_size(tmp_path):
    path = write_echo(
        tmp_path,
        {'x': PICTURE, 'h': ([2, 1, 3, 4], FLOAT)},
        nodes=[helper.make_node('Identity', ['h'], ['next'])],
        outputs={'next': ([2, 1, 3, 4], FLOAT)},
        inputs={'h': {'from': 'state', 'output': 'next'}},
    )
    assert _run(_program(path), _image())['h_out'].shape == (2, 1, 3, 4)


def test_a_network_on_crops_takes_nothing_else(tmp_path):
    path = write_echo(
        tmp_path,
        {'x': PICTURE, 'b': ([1], FLOAT)},
        inputs={'b': {'from': 'constant', 'value': 1}},
        decoder='embedding',
    )
    with pytest.raises(ConfigError, match='inputs: a network that works on crops takes nothing'):
        _program(path)


@pytest.mark.parametrize(
    ('keys', 'shape', 'kind'),
    [
        ({'dtype': 'float16', 'scale': '1/255'}, [1, 3, 6, 8], TensorProto.FLOAT16),
        ({'dtype': 'uint8', 'layout': 'nhwc', 'colour': 'rgb'}, [1, 6, 8, 3], TensorProto.UINT8),
        ({'colour': 'gray', 'layout': 'nhwc'}, [1, 6, 8, 1], FLOAT),
        ({'colour': 'gray', 'dtype': 'uint8'}, [1, 1, 6, 8], TensorProto.UINT8),
    ],
)
def test_every_type_and_layout_reaches_the_network(tmp_path, keys, shape, kind):
    path = write_echo(tmp_path, {'x': (shape, kind)}, input={'width': 8, 'height': 6, **keys})
    picture = _image()
    found = _run(_program(path), picture)['x_out']
    wanted, _ = OpenCvPreprocessor().prepare(picture, load_network(path).input)
    assert found.shape == tuple(shape) and found.dtype == wanted.dtype
    assert (found == wanted).all() and len(np.unique(found)) > 20


def test_a_network_in_segments_takes_one_picture(tmp_path):
    path = write_cut(tmp_path, inputs={'k': {'from': 'camera_info'}})
    with pytest.raises(ConfigError, match=r'segments: a network in segments takes one picture'):
        load_network(path)


def test_variants_take_the_same_inputs(tmp_path):
    write_echo(tmp_path, {'x': PICTURE, 'y': PICTURE, 'z': PICTURE})
    (tmp_path / 'echo.onnx').rename(tmp_path / 'other.onnx')
    y = {'y': {'from': 'image'}}
    path = write_echo(tmp_path, {'x': PICTURE, 'y': PICTURE}, inputs=y)
    specs = {'base': load_network(path)}
    specs['other'] = replace(specs['base'], file=tmp_path / 'other.onnx', variant='other')
    networks = {
        name: {'infer': {'': OnnxRuntimeEngine().load(spec)}} for name, spec in specs.items()
    }
    told = r'variants\.other\.file: other\.onnx takes other inputs than echo\.onnx'
    with pytest.raises(ConfigError, match=told):
        make_program(specs, networks, {'': OpenCvPreprocessor()}, options={})
