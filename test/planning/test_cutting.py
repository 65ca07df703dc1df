# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Segments of networks: the bits of their answers, what they exchange, what cannot be cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from onnx import helper
from onnx import TensorProto
from onnx_networks import inception
from onnx_networks import Maker
from onnx_networks import random_network
from onnx_networks import residual
from onnx_networks import transformer
from shared_data import shared_file

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.cutting import points as cut_points
from edge_sched_ros.planning.cutting.cut import cut_network
from edge_sched_ros.planning.cutting.flops import flops
from edge_sched_ros.planning.cutting.proof import Reference

MODELS = sorted((Path(__file__).resolve().parents[2] / 'models').glob('*.onnx'))
SHARED = ['yolox_nano_416x416.onnx', 'person_reid_0248.onnx']
MADE = {'residual': residual, 'inception': inception, 'transformer': transformer}


def check_graph(found):
    """Check that the segments are a graph that gives what the network gives."""
    known = set(found.inputs)
    for plan, _ in found.parts:
        assert set(plan.inputs) <= known, 'a tensor is there before the segment that takes it'
        assert known.isdisjoint(plan.outputs), 'no tensor is given twice'
        known |= set(plan.outputs)
    assert set(found.outputs) <= known
    assert sum(plan.flops for plan, _ in found.parts) == found.flops
    taken = {name for plan, _ in found.parts for name in plan.inputs} | set(found.outputs)
    assert all(name in taken for plan, _ in found.parts for name in plan.outputs)


def holds(found):
    """Return whether segments give the bits of the whole network."""
    inputs = {name: found.types[name] for name in found.inputs}
    return Reference(found.path, inputs, found.outputs).holds(found.parts, 'test')


@pytest.mark.parametrize('branches', [False, True])
@pytest.mark.parametrize('file', MODELS, ids=lambda file: file.stem)
def test_bundled_networks_keep_their_bits(file, branches):
    found = cut_network(file, 4, branches=branches, check=False)
    assert 2 <= len(found.parts) <= 4
    check_graph(found)
    assert holds(found), 'the places were chosen so that nothing needs to be given up'


@pytest.mark.data
@pytest.mark.parametrize('branches', [False, True])
@pytest.mark.parametrize('name', SHARED)
def test_networks_of_others_keep_their_bits(name, branches):
    found = cut_network(shared_file(name), 5, branches=branches, check=False)
    assert len(found.parts) == 5
    check_graph(found)
    assert holds(found)


@pytest.mark.parametrize('branches', [False, True])
@pytest.mark.parametrize('kind', MADE)
def test_kinds_of_networks_keep_their_bits(tmp_path, kind, branches):
    found = cut_network(MADE[kind](tmp_path / 'made.onnx'), 6, branches=branches, check=False)
    assert 2 <= len(found.parts) <= 6
    check_graph(found)
    assert holds(found)


def test_every_place_keeps_the_bits(tmp_path):
    """All places at once: as many segments as there can be."""
    for name, make in MADE.items():
        file = make(tmp_path / f'{name}.onnx')
        places = len(cut_network(file, 2, check=False).points)
        assert places > 4
        assert holds(cut_network(file, places + 1, check=False))


@given(st.integers(0, 1_000_000), st.integers(2, 7), st.booleans())
@settings(max_examples=25)
def test_random_networks_keep_their_bits(tmp_path_factory, seed, max_parts, branches):
    file = random_network(tmp_path_factory.mktemp('random') / 'made.onnx', seed)
    try:
        found = cut_network(file, max_parts, branches=branches, check=False)
    except ConfigError as error:
        assert 'cannot be cut at any of' in str(error)
        return
    assert 2 <= len(found.parts) <= max_parts
    check_graph(found)
    assert holds(found)


def test_branches_between_fork_and_join_are_segments_of_their_own(tmp_path):
    file = inception(tmp_path / 'made.onnx', modules=3)
    found = cut_network(file, 6, branches=True)
    taken = [plan.inputs for plan, _ in found.parts]
    side_by_side = [inputs for inputs in taken if taken.count(inputs) > 1]
    assert len(side_by_side) >= 3, 'they take the same tensor'
    (join,) = (p for p, _ in found.parts if len(p.inputs) == len(side_by_side))
    given = {
        name for plan, _ in found.parts if plan.inputs in side_by_side for name in plan.outputs
    }
    assert set(join.inputs) == given
    chain = cut_network(file, 6)
    assert len({plan.inputs for plan, _ in chain.parts}) == len(chain.parts)


def test_a_network_without_branches_becomes_a_chain(tmp_path):
    make, x = Maker(), 'image'
    for _ in range(6):
        x = make.conv_relu(x, 3, 3, 3)
    make.nodes.append(helper.make_node('Identity', [x], ['answer']))
    shapes = {'image': [1, 3, 8, 8]}, {'answer': [1, 3, 8, 8]}
    file = make.save(tmp_path / 'made.onnx', *shapes)
    assert cut_network(file, 3, branches=True).chosen == cut_network(file, 3).chosen


@pytest.mark.data
def test_operations_are_those_that_are_published():
    """YOLOX-nano: 1.08 GFLOP at 416 x 416, of which some count additions apart."""
    found = cut_network(shared_file(SHARED[0]), 2, check=False)
    assert found.flops == pytest.approx(1.08e9, rel=0.02)


def test_operations_of_products():
    shapes = {'x': (2, 3, 8, 8), 'w': (4, 3, 3, 3), 'y': (2, 4, 8, 8), 'm': (8, 5), 'n': (5, 8)}
    cases = [
        (helper.make_node('Conv', ['x', 'w'], ['y']), 2 * (2 * 4 * 64) * 27),
        (helper.make_node('ConvTranspose', ['y', 'w'], ['x']), 2 * (2 * 4 * 64) * 27),
        (helper.make_node('MatMul', ['x', 'm'], ['o']), 2 * (2 * 3 * 8 * 5) * 8),
        (helper.make_node('Gemm', ['g', 'n'], ['p'], transB=1), 2 * (4 * 5) * 8),
        (helper.make_node('Relu', ['x'], ['x2']), 0),
        (helper.make_node('Add', ['x', 'x'], ['x']), 2 * 3 * 64),
        (helper.make_node('Reshape', ['x', 's'], ['x']), 0),
        (helper.make_node('MaxPool', ['x'], ['x'], kernel_shape=[3, 2]), 2 * 3 * 64 * 6),
        (helper.make_node('GlobalAveragePool', ['x'], ['q']), 2 * 3 * 64),
    ]
    known = {**shapes, 'o': (2, 3, 8, 5), 'g': (4, 8), 'p': (4, 5), 'q': (2, 3, 1, 1)}
    assert [flops(node, known) for node, _ in cases] == [wanted for _, wanted in cases]


def test_parts_are_balanced(tmp_path):
    make, x = Maker(), 'image'
    for _ in range(8):
        x = make.conv_relu(x, 4, 4, 3)
    make.nodes.append(helper.make_node('Identity', [x], ['answer']))
    file = make.save(tmp_path / 'made.onnx', {'image': [1, 4, 16, 16]}, {'answer': [1, 4, 16, 16]})
    found = cut_network(file, 4)
    assert [round(plan.flops / found.flops, 2) for plan, _ in found.parts] == [0.25] * 4


def test_traffic_can_be_limited():
    found = cut_network(MODELS[0], 4, max_nbytes=100_000)
    assert found.points
    assert all(point.nbytes <= 100_000 for point in found.points)
    with pytest.raises(ConfigError, match=r'more bytes cross it than may \(\d+\)'):
        cut_network(MODELS[0], 4, max_nbytes=10)


def test_a_place_that_changes_bits_is_given_up(tmp_path, monkeypatch):
    """Without the rule for averages, only the comparison of the answers finds the place."""
    monkeypatch.setattr(cut_points, '_AVERAGES', ())
    file = inception(tmp_path / 'made.onnx')
    careless = cut_network(file, 4, check=False)
    if holds(careless):
        pytest.skip('this processor adds up in the same order everywhere')
    found = cut_network(file, 4)
    assert found.proven
    assert found.changed
    assert set(found.changed).isdisjoint(found.chosen)
    assert holds(found)


def test_constants_and_shared_weights_are_in_every_segment_that_needs_them(tmp_path):
    make = Maker()
    weight = make.weight(8, 8)
    make.nodes.append(helper.make_node('Transpose', [weight], ['turned']))
    x = 'tokens'
    for _ in range(4):
        x = make.node('Tanh', make.node('MatMul', x, 'turned'))
    make.nodes.append(helper.make_node('Identity', [x], ['answer']))
    file = make.save(tmp_path / 'made.onnx', {'tokens': [1, 8]}, {'answer': [1, 8]})
    found = cut_network(file, 4)
    assert len(found.parts) == 4
    for plan, data in found.parts:
        assert len(plan.inputs) == 1, 'a weight that is transposed is no tensor between segments'
        assert [one.name for one in onnx.load_from_string(data).graph.initializer] == [weight]


def _conditional(file, dtype=TensorProto.FLOAT):
    """Write a network whose branches take a tensor from outside, one of them a late one."""
    early = helper.make_node('Relu', ['tokens'], ['early'])
    nodes = [
        early,
        helper.make_node('ReduceSum', ['early'], ['sum'], keepdims=0),
        helper.make_node('Cast', ['sum'], ['any'], to=TensorProto.BOOL),
        helper.make_node('Exp', ['early'], ['late']),
    ]
    ends = [helper.make_tensor_value_info('chosen', dtype, [1, 8])]
    bodies = [
        helper.make_graph([helper.make_node(kind, [taken], ['chosen'])], kind, [], ends)
        for kind, taken in (('Neg', 'early'), ('Sqrt', 'late'))
    ]
    nodes += [
        helper.make_node('If', ['any'], ['result'], then_branch=bodies[0], else_branch=bodies[1]),
        helper.make_node('Add', ['result', 'late'], ['more']),
        helper.make_node('Tanh', ['more'], ['answer']),
    ]
    values = [helper.make_tensor_value_info(n, dtype, [1, 8]) for n in ('tokens', 'answer')]
    model = helper.make_model(
        helper.make_graph(nodes, 'made', values[:1], values[1:]),
        opset_imports=[helper.make_opsetid('', 17)],
    )
    model.ir_version = 8
    onnx.save(model, str(file))
    return file


def test_inner_graphs_stay_whole_and_get_what_they_take_from_outside(tmp_path):
    found = cut_network(_conditional(tmp_path / 'made.onnx'), 6)
    check_graph(found)
    (with_if,) = (
        plan
        for plan, data in found.parts
        if any(node.op_type == 'If' for node in onnx.load_from_string(data).graph.node)
    )
    assert len(found.parts) > 2
    assert {'early', 'late'} & set(with_if.inputs)


def test_weights_among_the_inputs_are_no_inputs(tmp_path):
    """Files of the first years list their weights among the inputs."""
    model = onnx.load(str(residual(tmp_path / 'made.onnx')))
    new = cut_network(tmp_path / 'made.onnx', 3)
    for weight in model.graph.initializer:
        model.graph.input.append(
            helper.make_tensor_value_info(weight.name, weight.data_type, weight.dims)
        )
    for version in (3, 8):
        model.ir_version = version
        onnx.save(model, str(tmp_path / 'old.onnx'))
        old = cut_network(tmp_path / 'old.onnx', 3)
        assert old.inputs == new.inputs == ('image',)
        assert not old.changed
        check_graph(old)


def test_functions_of_the_file_are_operators_like_others(tmp_path):
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 8]) for n in ('x', 'y')]
    body = [helper.make_node('Exp', ['a'], ['b']), helper.make_node('Tanh', ['b'], ['c'])]
    opsets = [helper.make_opsetid('', 17), helper.make_opsetid('own', 1)]
    function = helper.make_function('own', 'Twice', ['a'], ['c'], body, opsets[:1])
    nodes = [
        helper.make_node('Twice', ['x'], ['between'], domain='own'),
        helper.make_node('Twice', ['between'], ['y'], domain='own'),
    ]
    graph = helper.make_graph(nodes, 'made', values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=opsets, functions=[function])
    model.ir_version = 8
    onnx.save(model, str(tmp_path / 'made.onnx'))
    found = cut_network(tmp_path / 'made.onnx', 4)
    assert len(found.parts) == 4, 'a function may be cut within'


def test_a_batch_that_is_open_is_one_item(tmp_path):
    make = Maker()
    shape = make.node('Shape', 'image')
    x = make.conv_relu(make.conv_relu('image', 3, 4, 3), 4, 3, 3)
    make.nodes.append(helper.make_node('Reshape', [x, shape], ['answer']))
    open_shape = ['batch', 3, 8, 8]
    file = make.save(tmp_path / 'made.onnx', {'image': open_shape}, {'answer': open_shape})
    found = cut_network(file, 4)
    assert found.types['image'].shape == (1, 3, 8, 8)
    assert all(len(plan.inputs) == 1 for plan, _ in found.parts), 'a shape is no tensor'


def test_an_open_size_is_what_is_declared(tmp_path):
    make = Maker()
    x = make.conv_relu(make.conv_relu('image', 3, 4, 3), 4, 3, 3)
    make.nodes.append(helper.make_node('Identity', [x], ['answer']))
    shape = [1, 3, 'rows', 'columns']
    file = make.save(tmp_path / 'made.onnx', {'image': shape}, {'answer': shape})
    with pytest.raises(ConfigError, match=r'made\.onnx: image: is open in dimension 2 \(rows\)'):
        cut_network(file, 2)
    found = cut_network(file, 2, declared={'': (1, 3, 6, 10)})
    assert found.types[found.chosen[0].tensors[0]].shape[2:] == (6, 10)
    with pytest.raises(ConfigError, match='has 4 dimensions, not the 2 declared'):
        cut_network(file, 2, declared={'image': (1, 3)})
    with pytest.raises(ConfigError, match=r"has no input 'picture' \(it has image\)"):
        cut_network(file, 2, declared={'picture': (1, 3, 6, 10)})


def test_weights_beside_the_file_end_up_in_the_segments(tmp_path):
    whole = residual(tmp_path / 'whole.onnx')
    apart = residual(
        tmp_path / 'apart.onnx',
        save_as_external_data=True,
        location='apart.weights',
        size_threshold=0,
    )
    assert (tmp_path / 'apart.weights').stat().st_size > 1000
    one, other = cut_network(whole, 3), cut_network(apart, 3)
    assert [data for _, data in one.parts] == [data for _, data in other.parts]
    (tmp_path / 'apart.weights').unlink()
    with pytest.raises(ConfigError, match='apart'):
        cut_network(apart, 3)


def test_several_inputs_and_outputs(tmp_path):
    make = Maker()
    first = make.conv_relu('left', 3, 4, 3)
    second = make.conv_relu('right', 3, 4, 3)
    joined = make.node('Mul', first, second)
    make.nodes.append(helper.make_node('Exp', [first], ['early']))
    make.nodes.append(helper.make_node('Tanh', [make.conv_relu(joined, 4, 4, 3)], ['late']))
    pictures = {'left': [1, 3, 8, 8], 'right': [1, 3, 8, 8]}
    answers = {'early': [1, 4, 8, 8], 'late': [1, 4, 8, 8]}
    found = cut_network(make.save(tmp_path / 'made.onnx', pictures, answers), 6)
    assert set(found.inputs) == {'left', 'right'}
    assert len(found.parts) > 2
    check_graph(found)


def test_what_is_no_network(tmp_path):
    file = tmp_path / 'made.onnx'
    with pytest.raises(ConfigError, match=r'made\.onnx: cannot be read: No such file'):
        cut_network(file, 2)
    for data in (b'', b'no network at all', bytes(range(256))):
        file.write_bytes(data)
        with pytest.raises(ConfigError, match=r'made\.onnx: is not an ONNX file'):
            cut_network(file, 2)
    make = Maker()
    make.nodes.append(helper.make_node('Relu', ['nothing'], ['answer']))
    make.save(file, {'image': [1]}, {'answer': [1]})
    with pytest.raises(ConfigError, match=r'made\.onnx: is not a valid ONNX file: .*nothing'):
        cut_network(file, 2)


def test_a_network_that_cannot_be_cut_says_why(tmp_path):
    make = Maker()
    make.nodes.append(helper.make_node('Relu', [make.conv('image', 3, 3, 3)], ['answer']))
    shapes = {'image': [1, 3, 8, 8]}, {'answer': [1, 3, 8, 8]}
    file = make.save(tmp_path / 'made.onnx', *shapes)
    with pytest.raises(ConfigError, match='cannot be cut: ONNX Runtime runs it as one operator'):
        cut_network(file, 2)
    make, names = Maker(), [f'image{index}' for index in range(5)]
    found = make.node('Sum', *(make.node('Exp', name) for name in names))
    make.nodes.append(helper.make_node('Identity', [found], ['answer']))
    file = make.save(tmp_path / 'wide.onnx', {name: [4] for name in names}, {'answer': [4]})
    assert cut_network(file, 2).chosen
    for _ in range(5):
        make.nodes.insert(0, helper.make_node('Neg', ['image'], [names.pop()]))
    file = make.save(tmp_path / 'wide.onnx', {'image': [4]}, {'answer': [4]})
    assert all(len(point.tensors) <= 4 for point in cut_network(file, 2).points)


def test_a_size_that_is_known_only_afterwards_cannot_cross(tmp_path):
    make = Maker()
    found = make.node('NonZero', make.node('Relu', 'tokens'))
    make.nodes.append(helper.make_node('ReduceSum', [found], ['answer'], keepdims=0))
    file = tmp_path / 'made.onnx'
    graph = helper.make_graph(
        make.nodes,
        'made',
        [helper.make_tensor_value_info('tokens', TensorProto.FLOAT, [1, 8])],
        [helper.make_tensor_value_info('answer', TensorProto.INT64, [])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    onnx.save(model, str(file))
    (point,) = cut_network(file, 4).points
    assert found not in point.tensors


def test_fewer_than_two_parts_are_no_cut(tmp_path):
    with pytest.raises(ConfigError, match='max_parts: must be at least 2, not 1'):
        cut_network(MODELS[0], 1)


def test_random_inputs_follow_the_seed():
    found = cut_network(MODELS[0], 2, check=False)
    first, again = (cut_network(MODELS[0], 2, check=False).parts for _ in range(2))
    assert [data for _, data in first] == [data for _, data in again]
    assert np.prod(found.types[found.inputs[0]].shape) > 0
