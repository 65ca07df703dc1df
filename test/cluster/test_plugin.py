# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The kubelet plugin, called over its sockets by a strict kubelet."""

from __future__ import annotations

import copy
import json
import socket

import pytest
from cdi_rules import broken

from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import NotServed
from edge_sched_ros.cluster.plugin.cdi import file_name
from edge_sched_ros.cluster.plugin.cdi import Grant
from edge_sched_ros.cluster.plugin.cdi import Prepared
from edge_sched_ros.cluster.plugin.device_nodes import read_device_nodes
from edge_sched_ros.cluster.plugin.driver import Driver
from edge_sched_ros.cluster.plugin.prepared import PreparedClaims
from edge_sched_ros.cluster.plugin.server import PluginServer
from edge_sched_ros.core.errors import ConfigError

pytest.importorskip('grpc', reason='grpcio is not installed')

UNITS = {'gpu0': 'gpu', 'dla0': 'dla', 'dla1': 'dla'}
NODES = {'gpu0': ('/dev/gpu-a', '/dev/gpu-b')}
A = ('default', '1a2b-a', 'a')
B = ('default', '1a2b-b', 'b')


def allocated(claim, *units, pool='jetson-1', driver='edge-sched.io', **more):
    namespace, uid, name = claim
    results = [
        {'request': f'r-{unit}', 'driver': driver, 'pool': pool, 'device': unit, **more}
        for unit in units
    ]
    status = {'allocation': {'devices': {'results': results}}} if units else {}
    return {'metadata': {'namespace': namespace, 'uid': uid, 'name': name}, 'status': status}


class Claims:
    """The claims of an API server, which may be away."""

    def __init__(self):
        self.items = {}
        self.error = None
        self.asked = 0

    def get(self, name):
        self.asked += 1
        if self.error is not None:
            raise self.error
        return copy.deepcopy(self.items.get(name))

    def put(self, *claims):
        for one in claims:
            meta = one['metadata']
            self.items[f'{meta["namespace"]}/{meta["name"]}'] = one


class Place:
    """A node with its kubelet; the plugin can be started again."""

    def __init__(self, folder):
        from fake_kubelet import FakeKubelet

        self.folder = folder
        self.registry = folder / 'registry'
        self.registry.mkdir()
        self.claims = Claims()
        self.kubelet = FakeKubelet(self.registry)
        self.server = None

    def start(self, units=UNITS, nodes=NODES):
        prepared = PreparedClaims(self.folder / 'cdi', nodes)
        driver = Driver(self.claims, prepared, 'jetson-1', units)
        self.server = PluginServer(driver, self.folder / 'plugins', self.registry)
        driver.drop_stale()
        self.server.start()
        return self.kubelet

    def stop(self):
        self.kubelet.close()
        if self.server is not None:
            self.server.stop()
        self.server = None

    def files(self):
        """Return the files of claims, each checked, by the claim's uid."""
        found = {}
        for path in (self.folder / 'cdi').glob('*'):
            spec = json.loads(path.read_text())
            assert broken(spec) == [] and path.suffix == '.json'
            found[spec['annotations']['edge-sched.io/claim-uid']] = spec
        return found


@pytest.fixture
def place(tmp_path_factory):
    # a short path: that of a socket may have 107 bytes
    found = Place(tmp_path_factory.mktemp('p'))
    yield found
    found.stop()


def test_kubelet_registers_the_plugin_and_is_told_when_it_leaves(place, caplog):
    caplog.set_level('INFO')
    kubelet = place.start()
    assert kubelet.register() == 'edge-sched.io'
    assert caplog.messages == ['registered with kubelet']
    place.stop()
    assert kubelet.sockets() == [] and list(place.folder.glob('plugins/*/*')) == []


def test_a_kubelet_that_refuses_the_plugin_is_quoted(place, caplog):
    place.start().register(error='version not supported')
    assert caplog.messages == ['kubelet does not take the plugin: version not supported']


def test_a_prepared_claim_is_a_file_that_the_runtime_finds(place):
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(A, 'gpu0', 'dla0'))
    found = kubelet.prepare(A)[A[1]]
    assert [(one.name, one.requests, one.pool) for one in found] == [
        ('dla0', ('r-dla0',), 'jetson-1'),
        ('gpu0', ('r-gpu0',), 'jetson-1'),
    ]
    spec = place.files()[A[1]]
    names = [f'{spec["kind"]}={device["name"]}' for device in spec['devices']]
    assert [one for device in found for one in device.cdi] == names
    dla, gpu = (device['containerEdits'] for device in spec['devices'])
    assert dla == {'env': ['EDGE_SCHED_UNIT_DLA0=dla0']}
    assert gpu['deviceNodes'] == [{'path': '/dev/gpu-a'}, {'path': '/dev/gpu-b'}]


def test_preparing_twice_is_the_same_and_unpreparing_too(place):
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(A, 'dla0'))
    first, files = kubelet.prepare(A), place.files()
    assert kubelet.prepare(A) == first and place.files() == files
    assert kubelet.unprepare(A) == {A[1]: ''} and place.files() == {}
    assert kubelet.unprepare(A) == {A[1]: ''}


def test_a_device_for_two_requests_is_given_once(place):
    kubelet = place.start()
    kubelet.register()
    claim = allocated(A, 'dla0', 'dla0')
    claim['status']['allocation']['devices']['results'][1]['request'] = 'other'
    place.claims.put(claim)
    (found,) = kubelet.prepare(A)[A[1]]
    assert found.requests == ('r-dla0', 'other')


@pytest.mark.parametrize(
    ('claim', 'words'),
    [
        (None, 'ResourceClaim default/a: there is none with uid 1a2b-a'),
        (allocated(('default', 'newer', 'a'), 'dla0'), 'there is none with uid 1a2b-a'),
        (allocated(A), 'has no device of edge-sched.io allocated'),
        (allocated(A, 'gpu0', driver='gpu.example.com'), 'has no device of edge-sched.io'),
        (allocated(A, 'dla0', pool='jetson-2'), 'jetson-2/dla0 is not on this node, jetson-1'),
        (allocated(A, 'dla7'), 'dla7 is not found on jetson-1, or cannot be used'),
    ],
)
def test_what_cannot_be_prepared_is_said_in_one_line(place, claim, words):
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(B, 'gpu0'), *([] if claim is None else [claim]))
    found = kubelet.prepare(A, B)
    assert words in found[A[1]] and '\n' not in found[A[1]]
    # the error is of this claim alone
    assert [one.name for one in found[B[1]]] == ['gpu0'] and set(place.files()) == {B[1]}


def test_a_unit_is_never_given_to_two_claims(place):
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(A, 'dla0'), allocated(B, 'dla0', 'dla1'))
    kubelet.prepare(A)
    assert 'dla0 is prepared for default/a, which still has it' in kubelet.prepare(B)[B[1]]
    assert set(place.files()) == {A[1]}
    kubelet.unprepare(A)
    assert len(kubelet.prepare(B)[B[1]]) == 2


def test_access_for_administration_is_beside_others(place):
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(A, 'dla0'), allocated(B, 'dla0', adminAccess=True))
    kubelet.prepare(A)
    assert [one.name for one in kubelet.prepare(B)[B[1]]] == ['dla0']


def test_a_restart_keeps_claims_and_drops_those_that_have_ended(place, caplog):
    place.start().register()
    place.claims.put(allocated(A, 'dla0'), allocated(B, 'dla1'))
    before = place.kubelet.prepare(A, B)
    place.stop()
    del place.claims.items['default/a']
    kubelet = place.start()
    kubelet.register()
    assert set(place.files()) == {B[1]}
    assert 'default/a: its claim has ended: no longer prepared' in caplog.messages
    assert kubelet.prepare(B)[B[1]] == before[B[1]]
    # kubelet does not know that, and asks
    assert kubelet.unprepare(A) == {A[1]: ''}


def test_a_claim_that_ended_unheard_does_not_hold_its_unit(place):
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(A, 'dla0'))
    kubelet.prepare(A)
    place.claims.put(allocated(A, 'dla1'), allocated(B, 'dla0'))
    assert [one.name for one in kubelet.prepare(B)[B[1]]] == ['dla0']
    assert set(place.files()) == {B[1]}


def test_without_the_api_server_what_is_prepared_stays_and_nothing_new_comes(place):
    place.start().register()
    place.claims.put(allocated(A, 'dla0'), allocated(B, 'dla1'))
    first = place.kubelet.prepare(A)
    place.stop()
    place.claims.error = ApiError('connection refused')
    kubelet = place.start()
    kubelet.register()
    assert kubelet.prepare(A) == first
    assert kubelet.prepare(B) == {B[1]: 'connection refused'}
    assert kubelet.unprepare(A) == {A[1]: ''}


def test_a_server_that_denies_the_claim_is_no_reason_to_go_on(place):
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(A, 'dla0'))
    kubelet.prepare(A)
    place.claims.error = ApiError('may not get resourceclaims', 403)
    assert kubelet.prepare(A) == {A[1]: 'may not get resourceclaims'}


def test_a_cluster_without_claims_is_said_to_be_one(place):
    kubelet = place.start()
    kubelet.register()
    place.claims.error = NotServed('the server could not find the requested resource', 404)
    assert kubelet.prepare(A) == {
        A[1]: 'ResourceClaim default/a: the cluster has no resource.k8s.io/v1 '
        '(Kubernetes 1.34 and later have)'
    }


@pytest.mark.parametrize('uid', ['../../etc/x', '', 'a/b', '.hidden', 'a' * 64])
def test_a_uid_is_never_a_path(place, uid):
    kubelet = place.start()
    kubelet.register()
    claim = ('default', uid, 'a')
    place.claims.put(allocated(claim, 'dla0'))
    assert 'is not that of a ResourceClaim' in kubelet.prepare(claim)[uid]
    assert 'is not that of a ResourceClaim' in kubelet.unprepare(claim)[uid]
    assert place.files() == {}


def test_a_file_that_cannot_be_written_is_an_error_of_the_claim(place):
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(A, 'dla0'))
    (place.folder / 'cdi').write_text('not a folder')
    assert 'cannot be written' in kubelet.prepare(A)[A[1]]


def test_files_that_are_not_ours_are_left_alone(place, caplog):
    folder = place.folder / 'cdi'
    folder.mkdir()
    others = {
        'gpu.example.com-gpu.json': '{}',
        file_name('x'): '{"annotations": 3}',
        file_name('y'): json.dumps(Prepared('z', 'n/z', (Grant('dla0', ('r',)),)).spec({})),
    }
    for name, text in others.items():
        (folder / name).write_text(text)
    kubelet = place.start()
    kubelet.register()
    place.claims.put(allocated(A, 'dla0'))
    assert [one.name for one in kubelet.prepare(A)[A[1]]] == ['dla0']
    assert {name: (folder / name).read_text() for name in others} == others
    assert any('is not a file of this driver' in line for line in caplog.messages)
    assert any('is of another claim than it says' in line for line in caplog.messages)


# --- sockets ----------------------------------------------------------------------------------


def test_sockets_of_an_earlier_plugin_are_replaced(place):
    path = place.registry / 'edge-sched.io-reg.sock'
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert place.start().register() == 'edge-sched.io'


def test_sockets_of_a_plugin_that_runs_are_left_to_it(place):
    place.start().register()
    other = PluginServer(place.server._driver, place.folder / 'plugins', place.registry)
    with pytest.raises(ConfigError, match=r'dra\.sock: another plugin listens there'):
        other.start()
    other.stop()
    place.claims.put(allocated(A, 'dla0'))
    assert [one.name for one in place.kubelet.prepare(A)[A[1]]] == ['dla0']
    assert place.kubelet.sockets() != []


def test_what_is_no_socket_is_not_replaced(place):
    path = place.registry / 'edge-sched.io-reg.sock'
    path.write_text('mine')
    with pytest.raises(ConfigError, match='is there, and is not a socket'):
        place.start()
    place.stop()
    assert path.read_text() == 'mine' and list(place.folder.glob('plugins/*/*')) == []


def test_without_kubelets_folder_it_says_so(place):
    place.registry.rmdir()
    with pytest.raises(ConfigError, match='is not there: kubelet makes it'):
        place.start()


def test_a_path_that_is_too_long_for_a_socket_is_named(place):
    place.folder = place.folder / ('x' * 100)
    with pytest.raises(ConfigError, match='too long for a socket'):
        place.start()


# --- device nodes -----------------------------------------------------------------------------


def test_device_nodes_are_of_a_unit_else_of_its_kind(tmp_path):
    path = tmp_path / 'n.yaml'
    path.write_text('dla: [/dev/dla, /dev/dla]\ndla1: [/dev/one]\n')
    assert read_device_nodes(path, UNITS) == {
        'gpu0': (),
        'dla0': ('/dev/dla',),
        'dla1': ('/dev/one',),
    }


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('dla: /dev/x', 'dla: must be a list of paths below /dev'),
        ('dla: [dev/x]', "dla: 'dev/x' is not a path below /dev"),
        ('dla: [/dev/../etc/shadow]', "dla: '/dev/../etc/shadow' is not a path below /dev"),
        ('dla: [3]', "dla: '3' is not a path below /dev"),
        ('dla9: []', 'dla9: is neither a unit nor a kind (here: dla, dla0, dla1, gpu, gpu0)'),
    ],
)
def test_a_bad_file_of_device_nodes_is_named(tmp_path, text, words):
    path = tmp_path / 'n.yaml'
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_device_nodes(path, UNITS)
    assert str(error.value) == f'{path}: {words}'


# --- the checks of this test ------------------------------------------------------------------


@pytest.mark.parametrize(
    ('change', 'rule'),
    [
        ({'cdiVersion': '0.5.0'}, 'minimum version'),
        ({'cdiVersion': 'v1'}, 'cdiVersion'),
        ({'kind': 'unit'}, 'kind'),
        ({'devices': []}, 'devices'),
        ({'devices': [{'name': 'a', 'containerEdits': {}}]}, 'containerEdits'),
        ({'devices': [{'name': 'a/b', 'containerEdits': {'env': ['A=']}}]}, 'name'),
        ({'devices': [{'name': 'a', 'containerEdits': {'env': ['A']}}]}, 'env'),
        ({'surplus': 1}, 'keys'),
    ],
)
def test_the_rules_of_cdi_refuse_what_is_wrong(change, rule):
    spec = Prepared('u', 'n/c', (Grant('dla0', ('r',)),)).spec({})
    assert broken(spec) == []
    assert rule in broken({**spec, **change})
