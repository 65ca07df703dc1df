# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors between the stages of a network in a system file: what fits, and what is refused."""

from __future__ import annotations

import copy

import pytest

from edge_sched_ros.capacity.cluster import make_cluster
from edge_sched_ros.capacity.placement.placement_file import make_problem
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.system.parsing import make_system
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System
from edge_sched_ros.system.tensors import Dtype
from edge_sched_ros.system.tensors import DTYPE_BYTES
from edge_sched_ros.system.wiring import wired
from edge_sched_ros.system.writing import system_data

DIGEST = 'sha256:' + '0f' * 32
NETWORK = {
    'file': 'd.onnx',
    'digest': DIGEST,
    'inputs': ['images'],
    'outputs': ['out'],
    'tensors': {
        'images': {'dtype': 'float32', 'shape': [1, 3, 4, 4]},
        'c': {'dtype': 'float16', 'shape': [2, 5]},
        'out': {'dtype': 'int64', 'shape': []},
    },
    'stages': [
        {
            'name': 's0', 'file': 'd.s0.onnx', 'digest': DIGEST, 'gflops': 0.12,
            'inputs': ['images'], 'outputs': ['c'], 'cost': {'cpu': 1},
        },
        {'name': 's1', 'inputs': ['c'], 'outputs': ['out'], 'cost': {'cpu': 1}},
    ],
}  # fmt: skip


def system_of(network):
    """Return a system with one network."""
    return {'units': ['cpu0'], 'networks': {'d': network}}


def changed(*, stage=None, **keys):
    """Return the network with other keys, of one stage or its own."""
    network = copy.deepcopy(NETWORK)
    (network if stage is None else network['stages'][stage]).update(keys)
    return network


def wired_names(variant):
    """Return name, inputs and outputs of the stages."""
    found = wired(variant.stages, variant.inputs, variant.outputs)
    return [(segment.name, segment.inputs, segment.outputs) for segment in found.segments]


def test_sizes_follow_from_types_and_shapes():
    variant = make_system(system_of(NETWORK)).networks['d'].first
    sizes = {name: tensor.nbytes for name, tensor in variant.tensors.items()}
    assert sizes == {'images': 192, 'c': 20, 'out': 8}
    assert set(DTYPE_BYTES) == set(Dtype.__args__)


def test_a_file_is_written_as_it_was_read():
    data = system_of(NETWORK)
    again = make_system(system_data(make_system(data)))
    assert again.networks == make_system(data).networks


E = {'e': {'dtype': 'bool', 'shape': [1]}}
WITH_E = {'tensors': {**NETWORK['tensors'], **E}}
NO_TYPE = 'has no type and shape under tensors'


@pytest.mark.parametrize(
    ('network', 'line'),
    [
        (changed(stage=1, inputs=['cc']), f"stages.1.inputs: 'cc' {NO_TYPE}; did you mean 'c'?"),
        (changed(outputs=['x']), f"outputs: 'x' {NO_TYPE}"),
        (changed(outputs=['images']), "outputs: no stage gives 'images'"),
        (changed(outputs=[]), 'outputs: is missing: the stages have outputs'),
        (
            changed(stage=0, inputs=[]),
            'stages.0.inputs: is missing: other stages have inputs and outputs',
        ),
        (changed(stage=1, inputs=['c', 'c']), "stages.1.inputs: names 'c' twice"),
        (
            changed(stage=1, outputs=['c']),
            "stages.1.outputs: gives 'c', which 's0' gives already",
        ),
        (
            changed(stage=0, outputs=['images']),
            "stages.0.outputs: gives 'images', which the network takes already",
        ),
        (
            changed(stage=1, inputs=['c', 'e']) | WITH_E,
            "stages.1.inputs: 'e' is neither an output of a stage nor an input of the network",
        ),
        (changed() | WITH_E, 'tensors.e: is neither an input nor an output of a stage'),
        (
            changed(stages=NETWORK['stages'][::-1]),
            "stages.0.inputs: 'c' comes from 's0', which must be listed before",
        ),
        (
            changed(stage=0, digest='5ba'),
            "stages.0.digest: must be sha256: and 64 hexadecimal digits, not '5ba'",
        ),
        (
            changed(stage=0, ouputs=['c']),
            "stages.0.ouputs: there is no such key; did you mean 'outputs'?",
        ),
        (
            changed(tensors={'images': {'dtype': 'float32', 'shape': [0]}}),
            'tensors.images.shape.0: must be greater than or equal to 1, not 0',
        ),
    ],
)
def test_what_does_not_fit_is_named(network, line):
    with pytest.raises(ConfigError) as error:
        parse_system(('a', system_of(network)))
    assert str(error.value) == f'a: networks.d.{line}'


def test_a_loop_is_shown():
    network = changed(stage=0, inputs=['images', 'e']) | WITH_E
    network['stages'][1]['outputs'] = ['out', 'e']
    with pytest.raises(ConfigError) as error:
        parse_system(('a', system_of(network)))
    assert str(error.value) == 'a: networks.d.stages: are a loop: s0 -> s1 -> s0'


def test_a_variant_is_named_and_so_is_its_file():
    network = {'variants': {'big': changed(), 'small': changed(outputs=['images'])}}
    with pytest.raises(ConfigError) as error:
        parse_system(('a', {'units': ['cpu0']}), ('b', {'networks': {'d': network}}))
    assert str(error.value) == "b: networks.d.variants.small.outputs: no stage gives 'images'"


def test_stages_without_tensors_are_a_chain():
    stages = [{'name': name, 'cost': {'cpu': 1}} for name in 'ab']
    variant = make_system(system_of({'stages': stages})).networks['d'].first
    assert wired_names(variant) == [
        ('a', ('input',), ('a.output',)),
        ('b', ('a.output',), ('output',)),
    ]


def test_a_chain_begins_and_ends_with_the_tensors_of_the_network():
    network = {key: NETWORK[key] for key in ('inputs', 'outputs', 'tensors')}
    variant = make_system(system_of({**network, 'cost': {'cpu': 3}})).networks['d'].first
    assert wired_names(variant) == [('infer', ('images',), ('out',))]


def test_preprocess_and_postprocess_need_no_tensors():
    before, after = {'name': 'preprocess'}, {'name': 'postprocess', 'home_only': True}
    network = changed(stages=[before, *NETWORK['stages'], after])
    variant = make_system(system_of(network)).networks['d'].first
    assert wired_names(variant) == [
        ('preprocess', ('image',), ('images',)),
        ('s0', ('images',), ('c',)),
        ('s1', ('c',), ('out',)),
        ('postprocess', ('out',), ('result',)),
    ]
    wiring = wired(variant.stages, variant.inputs, variant.outputs)
    assert wiring.segments[-1].home_only
    assert (wiring.inputs, wiring.outputs) == (('image',), ('result',))


def test_programs_alone_are_a_chain():
    stages = [{'name': name, 'cost': {'cpu': 1}} for name in ('preprocess', 'postprocess')]
    variant = make_system(system_of({'stages': stages})).networks['d'].first
    (_, given, between), (_, taken, last) = wired_names(variant)
    assert given == ('image',) and between == taken and last == ('output',)


def test_tools_that_do_not_cut_networks_use_the_costs_of_stages_alone():
    devices = {
        'devices': {'a': {'units': ['cpu0'], 'memory_mib': 99}, 'b': {'units': ['cpu0']}},
        'links': [{'from': 'a', 'to': 'b', 'latency_ms': 2}],
    }
    task = {'t': {'network': 'd', 'period_ms': 100, 'unit': 'cpu0'}}
    alone = make_system({**system_of(NETWORK), 'tasks': task})
    several = make_system(
        {**devices, 'networks': {'d': NETWORK}, 'tasks': {'t': {**task['t'], 'device': 'a'}}}
    )
    assert [stage.name for stage in System(alone).tasks[0].variants[0].stages] == ['s0', 's1']
    (network,) = problem_of(alone).networks
    assert network.groups == 2 and network.least_ms == 2
    assert [entry.load.service.mean_ms for entry in make_cluster(several).entries()] == [2]
    assert set(make_problem(several).nodes) == {'a', 'b'}


def test_a_network_that_was_cut_and_not_measured_says_what_to_do():
    network = copy.deepcopy(NETWORK)
    for stage in network['stages']:
        del stage['cost']
    with pytest.raises(ConfigError) as error:
        problem_of(make_system(system_of(network), name='f'))
    assert str(error.value) == (
        'f: networks.d.stages.0.cost: no unit of f can run this stage (stage s0 has no costs; '
        'edge-sched profile measures them)'
    )
