# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole controller and the agent against an API server in memory, by the real client."""

from __future__ import annotations

import http.client
import json
import re
import time
from pathlib import Path

import pytest
import yaml
from kube_objects import by_names
from kube_objects import make_types
from kube_objects import node
from kube_objects import pod

from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.cluster.agent import Agent
from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import Gone
from edge_sched_ros.cluster.api_call import NotServed
from edge_sched_ros.cluster.connection import connect
from edge_sched_ros.cluster.controller import Controller
from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.migration import MoverSettings
from edge_sched_ros.cluster.publication import Facts
from edge_sched_ros.cluster.server import Server
from edge_sched_ros.cluster.service import Service
from edge_sched_ros.core.errors import ConfigError

pytest.importorskip('kubernetes', reason='kubernetes is not installed')
pytest.importorskip('kmock', reason='kmock is not installed')
# kmock's streams and sockets that a test cuts off on purpose
pytestmark = pytest.mark.filterwarnings('ignore::ResourceWarning')

CONFIG = Path(__file__).resolve().parents[2] / 'config' / 'kubernetes'
HOG = {'network': 'only-gpu', 'preprocess': None, 'rate_per_s': 12, 'latency_ms': 45}


def until(true, what, seconds=120):
    """Wait for a condition; the time is a bound for failure alone."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f'never: {what}'
        time.sleep(0.02)


@pytest.fixture
def api(tmp_path):
    from fake_api import FakeApi

    with FakeApi(tmp_path) as fake:
        yield fake


@pytest.fixture
def client(api, tmp_path):
    return connect(str(tmp_path / 'kubeconfig'))


@pytest.fixture
def run(api, client, tmp_path):
    """Return a function that runs a controller, and ends it with the test."""
    running = []

    def start(**moving):
        settings = MoverSettings(**{'violation_s': 0.2, 'every_s': 0.5, **moving})
        types = make_types(tmp_path)
        service = Service(types, make_algorithm('ibis'), moving=settings)
        metrics = Metrics(service)
        server = Server(('127.0.0.1', 0), service, metrics)
        controller = Controller(client, service, server, metrics, poll_s=0.05)
        controller.start()
        running.append(controller)
        service.port = server.server_address[1]
        return service

    yield start
    for controller in running:
        controller.stop()


def ask(service, path, body=None):
    connection = http.client.HTTPConnection('127.0.0.1', service.port, timeout=60)
    connection.request('GET' if body is None else 'POST', path, body)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def fits(service, asking, *names):
    status, text = ask(service, '/filter', by_names(asking, *names))
    assert status == 200, text
    return json.loads(text)['NodeNames']


def test_it_answers_from_what_it_watches(api, run):
    api.put('nodes', node('gpu-0'))
    service = run()
    until(lambda: not service.why_not_ready(), 'ready')
    assert ask(service, '/readyz') == (200, 'ok\n')
    assert fits(service, pod('a', **HOG), 'gpu-0') == ['gpu-0']
    there = pod('there', node='gpu-0', **HOG)
    api.put('pods', there)
    until(lambda: service.counts()['apps'] == 1, 'the pod is seen')
    assert fits(service, pod('b', **HOG), 'gpu-0') == []
    api.delete('pods', there)
    until(lambda: service.counts()['apps'] == 0, 'the pod is gone')
    api.put('nodes', node('gpu-1'))
    until(lambda: service.counts()['nodes'] == 2, 'the node is seen')


def test_every_call_carries_the_token(api, client):
    """Versions 36.0.0 to 36.0.2 of the client forget it."""
    client.list('nodes')
    assert [request.headers['Authorization'] for request in api.requests()] == ['Bearer secret']


def test_long_lists_come_in_pages(api, client):
    pages = {
        None: {'metadata': {'continue': 'x', 'resourceVersion': '7'}, 'items': [node('gpu-0')]},
        'x': {'metadata': {'resourceVersion': '7'}, 'items': [node('gpu-1')]},
    }
    api.answer('get /api/v1/nodes', lambda request: pages[request.params.get('continue')])
    items, version = client.list('nodes')
    assert [item['metadata']['name'] for item in items] == ['gpu-0', 'gpu-1']
    assert version == '7'


def test_an_expired_version_is_told_apart(api, client):
    gone = {'type': 'ERROR', 'object': {'code': 410, 'message': 'too old'}}
    api.answer('get /api/v1/pods?watch=True', json.dumps(gone).encode() + b'\n')
    with pytest.raises(Gone):
        list(client.watch('pods', '1'))


@pytest.mark.parametrize('body', [b'nonsense\n', b'[]\n', b'{"type": "ERROR"}\n'])
def test_a_watch_that_says_nonsense_is_an_error_of_the_server(api, client, body):
    api.answer('get /api/v1/pods?watch=True', body)
    with pytest.raises(ApiError):
        list(client.watch('pods', '1'))


def test_it_serves_on_while_the_api_server_is_away_and_lists_anew_after(api, run):
    api.put('nodes', node('gpu-0'))
    api.put('pods', pod('there', node='gpu-0', **HOG))
    service = run()
    until(lambda: service.counts()['apps'] == 1, 'the pod is seen')
    until(lambda: not service.why_not_ready(), 'ready')
    api.stop()
    assert fits(service, pod('a', **HOG), 'gpu-0') == []
    assert fits(service, pod('b', network='small'), 'gpu-0', 'gpu-1') == ['gpu-0']
    api.start()
    api.put('nodes', node('gpu-1'))
    until(lambda: service.counts()['nodes'] == 2, 'nodes are followed again')


def test_a_pod_that_is_late_is_evicted_and_room_is_kept_for_the_next(api, run):
    for name in ('gpu-0', 'gpu-1'):
        api.put('nodes', node(name))
    api.put('pods', pod('late', node='gpu-0', observed_ms='90', **HOG))
    service = run()
    until(lambda: api.emulator.evictions, 'evicted')
    namespace, name, body = api.emulator.evictions[0]
    assert (namespace, name) == ('default', 'late')
    assert body['deleteOptions'] == {'preconditions': {'uid': 'uid-late'}}
    until(lambda: service.counts()['apps'] == 0, 'gone')
    other = {'kind': 'ReplicaSet', 'name': 'x', 'uid': 'rs-2', 'controller': True}
    # the place is taken for somebody else, the node it left is shunned
    found = fits(service, pod('else', owner=other, **HOG), 'gpu-0', 'gpu-1')
    assert found == []
    assert fits(service, pod('next', **HOG), 'gpu-0', 'gpu-1') == ['gpu-1']
    assert 'edge_sched_moves_total{result="evicted"} 1.0' in ask(service, '/metrics')[1]


def test_a_disruption_budget_is_respected(api, run):
    api.emulator.eviction_status = 429
    for name in ('gpu-0', 'gpu-1'):
        api.put('nodes', node(name))
    api.put('pods', pod('late', node='gpu-0', observed_ms='90', **HOG))
    service = run()
    blocked = 'edge_sched_moves_total{result="blocked"} 1.0'
    until(lambda: blocked in ask(service, '/metrics')[1], 'tried')
    # what was reserved for it is free again
    until(lambda: service.counts()['reservations'] == 0, 'released')
    assert fits(service, pod('a', **HOG), 'gpu-1') == ['gpu-1']


@pytest.mark.parametrize(
    ('method', 'path', 'body', 'status', 'words'),
    [
        ('POST', '/filter', b'{', 400, '"Error": "request: is not JSON'),
        ('POST', '/prioritize', b'{}', 400, '"Error": "Pod: is missing"'),
        ('POST', '/bind', b'{}', 404, 'there are /filter'),
        ('GET', '/', None, 404, 'there are /filter'),
        ('GET', '/healthz', None, 200, 'ok'),
        ('PUT', '/filter', b'{}', 501, ''),
    ],
)
def test_http(run, method, path, body, status, words):
    service = run()
    until(lambda: not service.why_not_ready(), 'ready')
    connection = http.client.HTTPConnection('127.0.0.1', service.port, timeout=60)
    connection.request(method, path, body)
    response = connection.getresponse()
    assert (response.status, words in response.read().decode()) == (status, True)
    connection.close()


@pytest.mark.parametrize(
    ('length', 'status'),
    [('', 400), ('x', 400), ('-1', 400), ('\xb2', 400), ('8388609', 413), ('9' * 5000, 413)],
)
def test_a_body_of_no_known_or_too_great_length_is_refused(run, length, status):
    service = run()
    connection = http.client.HTTPConnection('127.0.0.1', service.port, timeout=60)
    connection.putrequest('POST', '/filter')
    if length:
        connection.putheader('Content-Length', length)
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == status and b'Content-Length' in response.read()
    connection.close()


def test_metrics_are_in_the_format_of_prometheus(api, run):
    from prometheus_client.parser import text_string_to_metric_families

    api.put('nodes', node('gpu-0'))
    api.put('pods', pod('there', node='gpu-0', **HOG))
    service = run()
    until(lambda: service.counts()['apps'] == 1, 'the pod is seen')
    until(lambda: not service.why_not_ready(), 'ready')
    fits(service, pod('a', network='small'), 'gpu-0')
    families = {
        one.name: one for one in text_string_to_metric_families(ask(service, '/metrics')[1])
    }
    busy = {
        sample.labels['unit']: sample.value
        for sample in families['edge_sched_unit_utilisation'].samples
    }
    assert busy['gpu0'] == pytest.approx(12 * 0.020 + 6 * 0.013)
    assert families['edge_sched_requests'].samples[0].labels == {'verb': 'filter', 'code': '200'}


# --- the agent ------------------------------------------------------------------------------


def test_units_become_extended_resources(api, client):
    api.put('nodes', node('gpu-0'))
    units = {'gpu0': 'gpu', 'dla0': 'dla', 'dla1': 'dla'}
    facts = Facts(units, 'Jetson AGX Orin', 'orin', {'n': {'gpu': 5}}, {'default/a': 3.5})
    agent = Agent(client, 'gpu-0', lambda: facts)
    agent.publish()
    found = api.get('nodes', 'gpu-0')
    for key in ('capacity', 'allocatable'):
        ours = {name: n for name, n in found['status'][key].items() if '/' in name}
        assert ours == {'edge-sched.io/gpu': '1', 'edge-sched.io/dla': '2'}
    assert found['status']['capacity']['cpu'] == '4'
    assert found['metadata']['annotations']['edge-sched.io/type'] == 'orin'
    assert found['metadata']['labels']['edge-sched.io/module'] == 'jetson-agx-orin'
    assert json.loads(found['metadata']['annotations']['edge-sched.io/observed']) == {
        'default/a': 3.5
    }
    before = len(api.requests())
    assert agent.publish() == {}
    assert [request.method.name for request in api.requests()[before:]] == ['GET']


def test_a_unit_that_is_gone_is_taken_back(api, client):
    api.put('nodes', node('gpu-0'))
    Agent(client, 'gpu-0', lambda: Facts({'gpu0': 'gpu', 'dla0': 'dla'})).publish()
    Agent(client, 'gpu-0', lambda: Facts({'gpu0': 'gpu'})).publish()
    capacity = api.get('nodes', 'gpu-0')['status']['capacity']
    assert (capacity['edge-sched.io/gpu'], capacity['edge-sched.io/dla']) == ('1', '0')


def test_a_node_that_is_not_there_is_named(client):
    with pytest.raises(ConfigError, match='node nowhere'):
        Agent(client, 'nowhere', lambda: Facts({})).publish()


# --- rights ------------------------------------------------------------------------------


def _granted(file):
    (role,) = (
        one
        for one in yaml.safe_load_all((CONFIG / file).read_text())
        if one['kind'] == 'ClusterRole'
    )
    return {
        (verb, resource)
        for rule in role['rules']
        for resource in rule['resources']
        for verb in rule['verbs']
    }


def _asked(requests):
    """Return verbs and resources as RBAC names them."""
    found = set()
    for request in requests:
        path = request.url.path
        match = re.fullmatch(
            r'/(?:api|apis/[a-z0-9.]+)/v1(?:/namespaces/[^/]+)?/(\w+)(?:/([^/]+)(?:/(\w+))?)?',
            path,
        )
        assert match, path
        plural, name, sub = match.groups()
        watch = request.url.query.get('watch', '').lower() == 'true'
        verb = {
            'GET': 'get' if name else 'list',
            'PATCH': 'patch',
            'POST': 'create',
            'PUT': 'update',
            'DELETE': 'delete',
        }[request.method.name]
        found.add(('watch' if watch else verb, f'{plural}/{sub}' if sub else plural))
    return found


def test_the_extender_may_do_just_what_it_does(api, run):
    for name in ('gpu-0', 'gpu-1'):
        api.put('nodes', node(name))
    api.put('pods', pod('late', node='gpu-0', observed_ms='90', **HOG))
    run()
    until(lambda: api.emulator.evictions, 'evicted')
    assert _asked(api.requests()) == _granted('rbac-extender.yaml')


def test_the_agent_may_do_just_what_it_does(api, client):
    api.put('nodes', node('gpu-0'))
    Agent(client, 'gpu-0', lambda: Facts({'gpu0': 'gpu'}), None, client.slices).publish()
    for facts in (Facts({'gpu0': 'gpu'}), Facts({'dla0': 'dla'})):
        Agent(client, 'gpu-0', lambda facts=facts: facts, client.slices).publish()
    assert _asked(api.requests()) == _granted('rbac-agent.yaml')


def test_the_plugin_may_do_just_what_it_does(api, client):
    claim = {'metadata': {'name': 'c', 'namespace': 'default', 'uid': 'u'}, 'status': {}}
    api.emulator.claims['c'] = claim
    assert client.claims.get('default/c')['metadata']['uid'] == 'u'
    assert client.claims.get('default/none') is None
    assert _asked(api.requests()) == _granted('plugin/rbac-plugin.yaml')
    # no claim of that name, and no such API, are told apart
    api.emulator.claims_served = False
    with pytest.raises(NotServed):
        client.claims.get('default/gone')
