# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks of system files as graphs, and devices as offers to a coordinator."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.graph import Segment
from edge_sched_ros.core.units import Unit
from edge_sched_ros.system.graph import network_graph
from edge_sched_ros.system.graph import task_graph
from edge_sched_ros.system.graph import with_programs
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.offers import device_offers
from edge_sched_ros.system.parsing import make_system

MS = 1_000_000
DIGEST = 'sha256:' + '0f' * 32
FORK = {
    'inputs': ['images'],
    'outputs': ['out'],
    'tensors': {
        name: {'dtype': 'float32', 'shape': [1, size]}
        for name, size in (('images', 48), ('a', 10), ('b', 6), ('c', 4), ('out', 2))
    },
    'stages': [
        {'name': 'trunk', 'inputs': ['images'], 'outputs': ['a'], 'cost': {'gpu': 4, 'cpu': 30}},
        {'name': 'left', 'inputs': ['a'], 'outputs': ['b'], 'cost': {'gpu': 1}},
        {'name': 'right', 'inputs': ['a'], 'outputs': ['c'], 'cost': {'gpu': 2, 'cpu': 9}},
        {'name': 'join', 'inputs': ['b', 'c'], 'outputs': ['out'], 'cost': {'cpu': 1}},
    ],
}
SYSTEM = {
    'name': 'robot',
    'devices': {
        'desk': {
            'units': {'gpu0': {'speed': 2}, 'cpu0': {'slots': 3}},
            'transitions': [{'from': 'gpu', 'to': 'cpu', 'ms': 0.5}],
        },
        'pi': {'units': ['cpu0', 'cpu1'], 'count': 2},
    },
    'networks': {'fork': FORK, 'resize': {'cost': {'cpu': 2}}},
    'costs': {'depth': {'gpu': 8}},
    'tasks': {
        'people': {'network': 'fork', 'period_ms': 50},
        'bound': {'network': 'fork', 'preprocess': 'resize', 'unit': 'cpu0', 'period_ms': 50},
        'far': {'network': 'depth', 'period_ms': 50},
    },
}


def offers(system):
    """Return the offers by device."""
    return {offer.name: offer for offer in device_offers(make_system(system))}


def test_a_network_is_a_graph_with_sizes():
    graph = network_graph(make_system(SYSTEM), 'fork')
    assert [segment.name for segment in graph.segments] == ['trunk', 'left', 'right', 'join']
    assert graph.segments[3] == Segment('join', ('b', 'c'), ('out',))
    assert (graph.inputs, graph.outputs) == (('images',), ('out',))
    sizes = {name: tensor.nbytes for name, tensor in graph.tensors.items()}
    assert sizes == {'images': 192, 'a': 40, 'b': 24, 'c': 16, 'out': 8}


def test_a_network_without_tensors_is_a_chain_of_size_nothing():
    system = make_system({'units': ['gpu0'], 'networks': {'n': {'cost': {'gpu': [1, 2, 3]}}}})
    graph = network_graph(system, 'n')
    assert [segment.inputs for segment in graph.segments[1:]] == [
        segment.outputs for segment in graph.segments[:-1]
    ]
    assert {tensor.nbytes for tensor in graph.tensors.values()} == {0}
    assert network_graph(make_system(SYSTEM), 'depth').segments[0].name == 'infer'


def test_a_network_given_by_layers_has_a_segment_per_group():
    system = load_system('dream_vr_gaming', 'dream_4k_1ws2os')
    for name in system.networks:
        count = system.networks[name].first.segments
        segments = network_graph(system, name).segments
        assert [segment.name for segment in segments] == [f's{i}' for i in range(count)]
    (offer,) = device_offers(system)
    for name in system.networks:
        for segment in network_graph(system, name).segments:
            assert set(offer.costs_ns[name, segment.name]) == set(system.units)


def test_devices_must_agree_on_the_files_of_the_segments():
    def digest(*digests, **keys):
        stages = [
            {'name': f's{index}', 'digest': digest, 'cost': {'cpu': 1}}
            for index, digest in enumerate(digests)
        ]
        data = {'units': ['cpu0'], 'networks': {'n': {'stages': stages, **keys}}}
        return network_graph(make_system(data), 'n').digest

    other = DIGEST.replace('0f', 'f0')
    assert digest(DIGEST, other) == digest(DIGEST, other, digest=DIGEST)
    assert len({digest(DIGEST, other), digest(other, DIGEST), digest(DIGEST, DIGEST)}) == 3


def test_programs_come_before_and_after():
    graph = network_graph(make_system(SYSTEM), 'fork')
    whole = with_programs(graph, image_nbytes=100, result_nbytes=7, home_only=True)
    assert whole.segments[0] == Segment('preprocess', ('image',), ('images',))
    assert whole.segments[-1] == Segment('postprocess', ('out',), ('result',), home_only=True)
    assert (whole.inputs, whole.outputs) == (('image',), ('result',))
    assert (whole.tensors['image'].nbytes, whole.tensors['result'].nbytes) == (100, 7)
    assert whole.tensors['images'].nbytes == 192


def test_a_task_of_several_networks_is_one_graph():
    graph = task_graph(make_system(SYSTEM), 'bound')
    assert graph.name == 'resize+fork@cpu0'
    assert graph.segments[:2] == (
        Segment('resize_infer', ('resize_input',), ('resize_output',)),
        Segment('trunk', ('resize_output',), ('a',)),
    )
    assert (graph.inputs, graph.outputs) == (('resize_input',), ('out',))
    assert set(graph.tensors) == {'resize_input', 'resize_output', 'a', 'b', 'c', 'out'}
    assert task_graph(make_system(SYSTEM), 'people') == network_graph(make_system(SYSTEM), 'fork')


def test_a_task_with_an_unknown_network_is_named():
    system = make_system({**SYSTEM, 'tasks': {'t': {'network': 'frok', 'period_ms': 9}}})
    with pytest.raises(ConfigError) as error:
        task_graph(system, 't')
    assert str(error.value).startswith("system: tasks.t.network: there is no network 'frok'")


def test_devices_offer_what_their_units_can_run():
    found = offers(SYSTEM)
    assert list(found) == ['desk', 'pi-0', 'pi-1']
    desk, pi = found['desk'], found['pi-1']
    assert desk.units == (Unit('gpu0', 'gpu'), Unit('cpu0', 'cpu', 3))
    assert desk.costs_ns['fork', 'trunk'] == {'gpu0': 2 * MS, 'cpu0': 30 * MS}
    assert desk.costs_ns['depth', 'infer'] == {'gpu0': 4 * MS}
    assert desk.hand_over_ns == {('gpu0', 'cpu0'): MS // 2}
    assert pi.costs_ns['fork', 'trunk'] == {'cpu0': 30 * MS, 'cpu1': 30 * MS}
    assert ('fork', 'left') not in pi.costs_ns and ('depth', 'infer') not in pi.costs_ns
    assert pi.hand_over_ns == {}


def test_a_bound_task_offers_one_unit():
    pi = offers(SYSTEM)['pi-0']
    assert pi.costs_ns['resize+fork@cpu0', 'trunk'] == {'cpu0': 30 * MS}
    assert pi.costs_ns['resize+fork@cpu0', 'resize_infer'] == {'cpu0': 2 * MS, 'cpu1': 2 * MS}


def test_a_device_names_the_digests_of_what_it_can_run():
    system = {**SYSTEM, 'networks': {**SYSTEM['networks'], 'fork': {**FORK, 'digest': DIGEST}}}
    found = offers(system)
    assert {name: offer.digests for name, offer in found.items()} == {
        name: {'fork': DIGEST} for name in found
    }


def test_a_device_without_units_offers_none():
    system = {**SYSTEM, 'devices': {**SYSTEM['devices'], 'camera': {}}}
    assert offers(system)['camera'].units == () and not offers(system)['camera'].costs_ns
