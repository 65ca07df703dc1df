# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Units as devices: what a node's slice says, and that units are never published twice."""

from __future__ import annotations

import copy
import json

import pytest
from kube_objects import node

from edge_sched_ros.cluster.agent import Agent
from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import NotServed
from edge_sched_ros.cluster.publication import Facts
from edge_sched_ros.cluster.slices import make_slice
from edge_sched_ros.cluster.unit_states import read_states
from edge_sched_ros.core.errors import ConfigError

UNITS = {'gpu0': 'gpu', 'dla0': 'dla', 'dla1': 'dla'}
FACTS = Facts(UNITS, 'Jetson AGX Orin', 'orin', versions={'jetpack': '6.1', 'tensorrt': '10.3.0'})
NAME = 'gpu-0-edge-sched.io'


class Server:
    """A node and a slice; tells what was done in which order."""

    def __init__(self, *, served=True):
        self.item = node('gpu-0')
        self.slice = None
        self.served = served
        self.done = []

    def node(self, name):
        return copy.deepcopy(self.item)

    def patch_node(self, name, patch):
        self.done.append('annotations')

    def patch_node_status(self, name, patch):
        self.done.append('status')
        for key, values in patch['status'].items():
            self.item['status'].setdefault(key, {}).update(values)

    def get(self, name):
        self._check(name)
        return copy.deepcopy(self.slice)

    def put(self, item):
        self.done.append('slice')
        version = 0 if self.slice is None else int(self.slice['metadata']['resourceVersion'])
        assert item['metadata'].get('resourceVersion', '0') == str(version)
        self.slice = copy.deepcopy(item)
        self.slice['metadata'] |= {'resourceVersion': str(version + 1), 'uid': 's'}
        for device in self.slice['spec']['devices']:
            for taint in device.get('taints', []):
                taint['timeAdded'] = '2026-11-30T00:00:00Z'

    def delete(self, name):
        self._check(name)
        self.done.append('no slice')
        there, self.slice = self.slice is not None, None
        return there

    def _check(self, name):
        assert name == NAME
        if not self.served:
            raise NotServed('not found', 404)

    def in_status(self):
        said = self.item['status'].get('allocatable', {})
        return {key: n for key, n in said.items() if '/' in key and n != '0'}


def as_slices(server, facts=FACTS):
    return Agent(server, 'gpu-0', lambda: facts, server)


def as_status(server, facts=FACTS):
    return Agent(server, 'gpu-0', lambda: facts, None, server)


def test_a_slice_says_what_discovery_found():
    found = make_slice(FACTS, node('gpu-0'), None)
    assert found['metadata']['name'] == NAME
    (owner,) = found['metadata']['ownerReferences']
    assert (owner['kind'], owner['name'], owner['uid']) == ('Node', 'gpu-0', 'uid-gpu-0')
    spec = found['spec']
    assert (spec['driver'], spec['nodeName']) == ('edge-sched.io', 'gpu-0')
    assert spec['pool'] == {'name': 'gpu-0', 'generation': 1, 'resourceSliceCount': 1}
    assert [device['name'] for device in spec['devices']] == ['dla0', 'dla1', 'gpu0']
    assert spec['devices'][0]['attributes'] == {
        'kind': {'string': 'dla'},
        'type': {'string': 'orin'},
        'module': {'string': 'Jetson AGX Orin'},
        'jetpack': {'string': '6.1'},
        'tensorrt': {'string': '10.3.0'},
    }
    assert not any('taints' in device for device in spec['devices'])


def test_what_is_not_known_is_no_attribute_and_long_texts_are_cut():
    (device,) = make_slice(Facts({'gpu0': 'gpu'}, 'm' * 99), node('n'), None)['spec']['devices']
    assert device['attributes'] == {'kind': {'string': 'gpu'}, 'module': {'string': 'm' * 64}}


def test_the_generation_rises_with_a_change_and_only_then():
    server = Server()
    assert as_slices(server).publish()['slice']['pool']['generation'] == 1
    server.done.clear()
    assert 'slice' not in as_slices(server).publish()
    assert 'slice' not in server.done
    late = Facts(UNITS, 'Jetson AGX Orin', 'orin', states={'dla1': 'late'})
    assert as_slices(server, late).publish()['slice']['pool']['generation'] == 2
    # the server adds a time to the taint
    assert 'slice' not in as_slices(server, late).publish()
    server.item['metadata']['uid'] = 'another'
    assert as_slices(server, late).publish()['slice']['pool']['generation'] == 3


def test_late_and_defective_units_get_a_taint():
    facts = Facts({'gpu0': 'gpu'}, states={'gpu0': 'late'}, defects={'dla0': 'dla'})
    dla, gpu = make_slice(facts, node('n'), None)['spec']['devices']
    assert dla['taints'] == [{'key': 'edge-sched.io/defective', 'effect': 'NoSchedule'}]
    assert gpu['taints'] == [{'key': 'edge-sched.io/late', 'effect': 'NoSchedule'}]


def test_late_units_are_not_counted_in_status():
    server = Server()
    as_status(server, Facts(UNITS, states={'dla1': 'late'})).publish()
    assert server.in_status() == {'edge-sched.io/gpu': '1', 'edge-sched.io/dla': '1'}


def test_units_are_never_published_in_both_ways():
    server = Server()
    as_status(server).publish()
    assert server.in_status() and server.slice is None
    server.done.clear()
    as_slices(server).publish()
    assert server.in_status() == {} and server.slice is not None
    assert server.done[:2] == ['status', 'slice']
    server.done.clear()
    assert as_status(server).publish()['slice'] is None
    assert server.in_status() and server.slice is None
    assert server.done[:2] == ['no slice', 'status']


def test_two_agents_of_both_kinds_do_not_publish_a_unit_twice():
    server = Server()
    status, slices = as_status(server), as_slices(server)
    status.publish()
    slices.publish()
    for _ in range(2):
        with pytest.raises(ConfigError, match='another agent publishes its units as devices'):
            status.publish()
        assert server.in_status() == {} and server.slice is not None
        slices.publish()
    # the other one has ended, and its slice was deleted
    server.slice = None
    status.publish()
    assert server.in_status()


def test_a_slice_that_cannot_be_deleted_keeps_units_out_of_the_status():
    server = Server()
    as_slices(server).publish()

    def denied(name):
        raise ApiError('may not', 403)

    server.delete = denied
    agent = as_status(server)
    for _ in range(2):
        with pytest.raises(ConfigError, match='may not'):
            agent.publish()
    assert server.in_status() == {}


def test_without_the_api_of_devices_units_are_in_the_status_and_it_is_said_once(caplog):
    server = Server(served=False)
    agent = as_slices(server)
    agent.publish()
    agent.publish()
    assert server.in_status()
    assert [line for line in caplog.messages if 'no resource.k8s.io/v1' in line] == [
        'gpu-0: the cluster has no resource.k8s.io/v1, so units are published in status'
    ]
    as_status(server).publish()
    server.served = True
    agent.publish()
    assert server.in_status() == {} and server.slice is not None


def test_more_units_than_a_slice_takes_are_refused():
    many = Facts({f'cpu{index}': 'cpu' for index in range(65)})
    with pytest.raises(ConfigError, match='--publish: 65 units'):
        make_slice(many, node('n'), None)


@pytest.mark.parametrize(
    ('text', 'found', 'words'),
    [
        ('{"dla0": "late", "gpu0": "ok"}', {'dla0': 'late'}, None),
        ('{"dla0": "broken"}', {}, 'dla0: is "broken" (known: ok, defective, late)'),
        ('{"dla0": ["late"]}', {}, 'dla0: is ["late"]'),
        ('{"vic9": "late"}', {}, 'vic9: is not a published unit'),
        ('[]', {}, 'is not a JSON object'),
        ('{', {}, 'not used: '),
    ],
)
def test_states_of_units_come_from_a_file(tmp_path, caplog, text, found, words):
    (tmp_path / 's.json').write_text(text)
    assert read_states(tmp_path / 's.json', UNITS) == found
    assert caplog.messages == [] if words is None else words in caplog.messages[0]


def test_a_file_of_states_that_is_missing_is_named(tmp_path, caplog):
    assert read_states(tmp_path / 'none.json', UNITS) == {}
    assert 'none.json' in caplog.messages[0]


def test_annotations_are_published_in_either_way():
    server = Server()
    facts = Facts(UNITS, profiles={'n': {'gpu': 5}})
    changed = as_slices(server, facts).publish()['metadata']['annotations']
    assert json.loads(changed['edge-sched.io/profiles']) == {'n': {'gpu': 5}}
