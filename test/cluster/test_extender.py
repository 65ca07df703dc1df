# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Filter and prioritise: what kube-scheduler asks, and what it is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
from kube_objects import by_names
from kube_objects import by_nodes
from kube_objects import node
from kube_objects import NODES
from kube_objects import pod
from placements import app
from placements import problem

from edge_sched_ros.capacity.placement.online import place_all
from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.cluster.service import NotReady
from edge_sched_ros.core.errors import ConfigError

#: one of these fills a GPU node: two would answer too late
HOG = {'network': 'only-gpu', 'preprocess': None, 'rate_per_s': 12, 'latency_ms': 45}


def best(service, asking, *names):
    """Go the way of kube-scheduler: filter, then the highest score."""
    found = service.filter(by_names(asking, *names))
    if not found['NodeNames']:
        return None, found
    scores = service.prioritize(by_names(asking, *found['NodeNames']))
    return max(scores, key=lambda one: one['Score'])['Host'], found


def schedule(service, asking, *names):
    """Choose, bind, and let the watch say so."""
    where, found = best(service, asking, *(names or NODES))
    if where is not None:
        bound = {**asking, 'spec': {**asking['spec'], 'nodeName': where}}
        service.note('pods', 'MODIFIED', bound)
    return where, found


def test_names_and_whole_nodes_get_the_same_answer(make_service):
    service = make_service()
    asking = pod('a', network='only-gpu')
    names = service.filter(by_names(asking, *NODES))
    whole = service.filter(by_nodes(asking, *map(node, NODES)))
    assert names['NodeNames'] == ['gpu-0', 'gpu-1'] and names['Nodes'] is None
    assert whole['Nodes']['items'] == [node('gpu-0'), node('gpu-1')]
    assert whole['NodeNames'] is None
    assert names['FailedNodes'] == whole['FailedNodes']
    assert set(names['FailedNodes']) == {'tpu-0', 'tpu-1'}
    assert names['Error'] == whole['Error'] == ''


def test_an_undeclared_pod_passes_everywhere_with_score_0(make_service):
    service = make_service()
    asking = pod('plain', declared=False)
    names = [*NODES, 'not-known']
    assert service.filter(by_names(asking, *names))['NodeNames'] == names
    scores = service.prioritize(by_names(asking, *names))
    assert scores == [{'Host': name, 'Score': 0} for name in names]
    assert service.counts()['reservations'] == 0


def test_the_models_choice_scores_highest_alone(make_service):
    service = make_service(pods=[pod('there', node='gpu-1', network='only-gpu')])
    asking = pod('a', network='only-gpu')
    service.filter(by_names(asking, *NODES))
    scores = service.prioritize(by_names(asking, 'gpu-0', 'gpu-1'))
    # Ibis: where the network is already
    assert scores[1] == {'Host': 'gpu-1', 'Score': 10}
    assert 1 <= scores[0]['Score'] <= 9


@pytest.mark.parametrize('algorithm', ['ibis', 'ibis-first-fit', 'balanced'])
def test_pods_land_where_the_model_puts_applications(make_service, algorithm):
    apps = {
        f'{network}-{index}': app(network, rate_per_s=rate)
        for index in range(4)
        for network, rate in (('small', 8), ('large', 4), ('only-gpu', 7), ('small', 3))
    }
    wanted = place_all(
        ClusterState(problem(apps)),
        make_algorithm(algorithm),
        problem(apps).apps,
        evict=False,
    )
    service = make_service(algorithm=algorithm)
    landed = {}
    for name, spec in apps.items():
        keys = {'network': spec['network'], 'rate_per_s': spec['rate_per_s']}
        where, _ = schedule(service, pod(name, **keys))
        if where is not None:
            landed[name] = where
    assert landed == wanted.state.where
    assert wanted.rejected.keys() == apps.keys() - landed.keys()


def test_a_refusal_says_why(make_service):
    service = make_service()
    where, found = best(
        service, pod('a', network='only-gpu', preprocess=None, rate_per_s=45), *NODES
    )
    assert where is None
    assert found['FailedNodes'] == {
        'gpu-0': 'edge-sched: a unit would be too busy',
        'gpu-1': 'edge-sched: a unit would be too busy',
        'tpu-0': "edge-sched: cannot run 'only-gpu'",
        'tpu-1': "edge-sched: cannot run 'only-gpu'",
    }
    # no eviction would help: an empty node could not do it either
    assert found['FailedAndUnresolvableNodes'] == found['FailedNodes']


def test_a_node_that_is_only_full_may_be_freed(make_service):
    there = [pod('there', node='gpu-0', **HOG), pod('there2', node='gpu-1', **HOG)]
    service = make_service(pods=there)
    where, found = best(service, pod('late', spec={'priority': 1}, **HOG), *NODES)
    assert where is None
    assert set(found['FailedAndUnresolvableNodes']) == {'tpu-0', 'tpu-1'}
    assert set(found['FailedNodes']) == set(NODES)


def test_two_pods_are_not_promised_the_same_headroom(make_service):
    """Filtered one after the other before either is scored or bound."""
    service = make_service('gpu-0')
    first = service.filter(by_names(pod('a', **HOG), 'gpu-0'))
    second = service.filter(by_names(pod('b', **HOG), 'gpu-0'))
    assert first['NodeNames'] == ['gpu-0']
    assert second['NodeNames'] == [] and 'gpu-0' in second['FailedNodes']


def test_an_open_promise_counts_on_every_node_until_scores_settle_it(make_service):
    service = make_service()
    asking = pod('a', **HOG)
    assert service.filter(by_names(asking, *NODES))['NodeNames'] == ['gpu-0', 'gpu-1']
    assert service.filter(by_names(pod('b', **HOG), *NODES))['NodeNames'] == []
    service.prioritize(by_names(asking, 'gpu-0', 'gpu-1'))
    assert service.filter(by_names(pod('b', **HOG), *NODES))['NodeNames'] == ['gpu-1']


def test_a_promise_ends_with_its_time_once_the_watch_has_caught_up(make_service, clock):
    service = make_service('gpu-0')
    best(service, pod('a', **HOG), 'gpu-0')
    clock.now += 61
    # nobody has heard of the API server: pod a may be bound by now
    assert service.filter(by_names(pod('b', **HOG), 'gpu-0'))['NodeNames'] == []
    service.heard('pods')
    assert service.filter(by_names(pod('b', **HOG), 'gpu-0'))['NodeNames'] == ['gpu-0']


def test_a_promise_ends_when_the_pod_is_deleted(make_service):
    service = make_service('gpu-0')
    asking = pod('a', **HOG)
    best(service, asking, 'gpu-0')
    service.note('pods', 'DELETED', asking)
    assert service.filter(by_names(pod('b', **HOG), 'gpu-0'))['NodeNames'] == ['gpu-0']


def test_a_pod_that_is_asked_for_again_keeps_no_second_promise(make_service):
    service = make_service()
    for _ in range(3):
        assert best(service, pod('a', **HOG), *NODES)[0] == 'gpu-0'
    assert best(service, pod('b', **HOG), *NODES)[0] == 'gpu-1'


def test_a_scheduler_that_goes_elsewhere_is_counted_there(make_service):
    service = make_service()
    asking = pod('a', **HOG)
    assert best(service, asking, *NODES)[0] == 'gpu-0'
    service.note('pods', 'MODIFIED', pod('a', node='gpu-1', **HOG))
    assert service.counts()['deviations'] == 1
    assert best(service, pod('b', **HOG), *NODES)[0] == 'gpu-0'


def test_pods_that_are_over_or_gone_give_their_room_back(make_service):
    there = pod('there', node='gpu-0', **HOG)
    for end in ('DELETED', 'MODIFIED'):
        service = make_service('gpu-0', pods=[there])
        assert best(service, pod('a', **HOG), 'gpu-0')[0] is None
        over = {**there, 'status': {'phase': 'Succeeded'}}
        service.note('pods', end, over)
        assert best(service, pod('a', **HOG), 'gpu-0')[0] == 'gpu-0'


def test_a_list_anew_forgets_who_is_gone(make_service):
    service = make_service(pods=[pod('x', node='gpu-0', **HOG), pod('y', node='gpu-1', **HOG)])
    assert best(service, pod('a', **HOG), *NODES)[0] is None
    service.replace('pods', [pod('y', node='gpu-1', **HOG)])
    assert best(service, pod('a', **HOG), *NODES)[0] == 'gpu-0'
    service.replace('nodes', [node('gpu-1')])
    _, found = best(service, pod('b', **HOG), 'gpu-0', 'gpu-1')
    assert found['FailedNodes']['gpu-0'] == 'edge-sched: is not known yet'


def test_pods_may_be_seen_before_their_node(make_service):
    service = make_service('gpu-1', pods=[pod('there', node='gpu-0', **HOG)])
    assert service.counts()['unmodelled_apps'] == 1
    service.note('nodes', 'ADDED', node('gpu-0'))
    assert service.counts()['unmodelled_apps'] == 0
    assert best(service, pod('a', **HOG), 'gpu-0', 'gpu-1')[0] == 'gpu-1'


@pytest.mark.parametrize(
    ('bad', 'words'),
    [
        (node('n', ''), 'annotation edge-sched.io/type: is missing'),
        (node('n', ' '), "is ' ' (known: gpu, tpu)"),
        (node('n', 'gpu', profiles='{"": {"gpu": 1}}'), "profiles.'': must be a letter"),
        (node('n', 'gpu', profiles='{"x": {" ": 1}}'), "profiles.x.' ': must be a name, not ' '"),
        (node('n', 'abacus'), "is 'abacus' (known: gpu, tpu)"),
        (node('n', 'gpu', profiles='{'), 'edge-sched.io/profiles: is not JSON'),
        (node('n', 'gpu', profiles='{"x": {"gpu": -1}}'), 'edge-sched.io/profiles.x.gpu'),
        (node('n', 'gpu', profiles='{"x": {"gpu": {"service_ms": 1}}}'), 'called latency_ms now'),
        (
            node('n', 'gpu', profiles='{"x": {"gpu": 0}}'),
            "profiles.x: 'x' takes no time on gpu/",
        ),
    ],
)
def test_a_node_that_cannot_be_used_says_why(make_service, bad, words):
    service = make_service()
    service.note('nodes', 'ADDED', bad)
    found = service.filter(by_names(pod('a'), 'n', 'gpu-0'))
    assert found['NodeNames'] == ['gpu-0'] and words in found['FailedNodes']['n']
    assert service.counts()['unusable_nodes'] == 1


def test_profiles_of_a_node_go_before_those_of_the_file(make_service):
    service = make_service()
    service.note('nodes', 'MODIFIED', node('tpu-0', profiles='{"only-gpu": {"tpu": 5}}'))
    service.note('nodes', 'MODIFIED', node('gpu-0', profiles='{"only-gpu": {"gpu": 500}}'))
    found = service.filter(by_names(pod('a', network='only-gpu'), *NODES))
    assert found['NodeNames'] == ['gpu-1', 'tpu-0']


def test_a_pod_may_name_its_unit(make_service):
    service = make_service()
    found = service.filter(by_names(pod('a', unit='tpu'), *NODES))
    assert found['NodeNames'] == ['tpu-0', 'tpu-1']
    found = service.filter(by_names(pod('b', unit='gpu0'), *NODES))
    assert found['NodeNames'] == ['gpu-0', 'gpu-1']


@pytest.mark.parametrize(
    ('keys', 'words'),
    [
        ({'network': 'nobody'}, "annotation edge-sched.io/network: there is no network 'nobody'"),
        ({'preprocess': 'no'}, "annotation edge-sched.io/preprocess: there is no network 'no'"),
        ({'network': ''}, "annotation edge-sched.io/network: must be a name, not ''"),
        ({'preprocess': ' '}, "annotation edge-sched.io/preprocess: must be a name, not ' '"),
        ({'unit': ''}, "annotation edge-sched.io/unit: must be a name, not ''"),
        ({'network': None}, 'annotation edge-sched.io/network: is missing'),
        ({'rate_per_s': None}, 'annotation edge-sched.io/rate-per-s: is missing'),
        ({'rate_per_s': 0}, 'annotation edge-sched.io/rate-per-s: '),
        ({'rate_per_s': -3}, 'annotation edge-sched.io/rate-per-s: '),
        ({'rate_per_s': 'nan'}, 'annotation edge-sched.io/rate-per-s: '),
        ({'rate_per_s': 'many'}, 'annotation edge-sched.io/rate-per-s: must be a number'),
        ({'rate_per_s': 1000}, 'annotation edge-sched.io/rate-per-s: keeps a unit'),
        ({'latency_ms': 5}, 'annotation edge-sched.io/latency-ms: 5 ms is below the bare'),
        ({'objective': 'p50'}, 'annotation edge-sched.io/objective: '),
        ({'priority': 'high'}, 'annotation edge-sched.io/priority: must be a whole number'),
        ({'latency': 5}, 'annotation edge-sched.io/latency: there is no such annotation'),
    ],
)
def test_a_declaration_that_cannot_be_used_is_placed_nowhere(make_service, keys, words):
    service = make_service()
    found = service.filter(by_names(pod('a', **keys), *NODES))
    assert found['NodeNames'] == [] and set(found['FailedNodes']) == set(NODES)
    assert words in found['FailedNodes']['gpu-0'] and 'uid' not in found['FailedNodes']['gpu-0']
    scores = service.prioritize(by_names(pod('a', **keys), *NODES))
    assert all(one['Score'] == 0 for one in scores)


@pytest.mark.parametrize(
    ('body', 'words'),
    [
        (b'', 'request: is not JSON'),
        (b'\xff{}', 'request: is not JSON'),
        (b'[' * 100_000, 'request: is not JSON'),
        (b'[]', 'request: is not a JSON object'),
        (b'{}', 'Pod: is missing'),
        (b'{"pod": {}}', 'keys are capitalised'),
        (b'{"Pod": 3, "NodeNames": []}', 'Pod: is not an object'),
        (json.dumps({'Pod': pod('a')}).encode(), 'NodeNames: is missing, and so is Nodes'),
        (b'{"Pod": {}, "NodeNames": []}', 'Pod.metadata: is missing'),
        (b'{"Pod": {"metadata": {}}, "NodeNames": []}', 'Pod.metadata.name: is missing'),
        (json.dumps({'Pod': pod('a'), 'NodeNames': [3]}).encode(), 'NodeNames: is not a list of'),
        (json.dumps({'Pod': pod('a'), 'Nodes': []}).encode(), 'Nodes.items: is not a list'),
        (
            json.dumps({'Pod': pod('a'), 'Nodes': {'items': [{}]}}).encode(),
            'Nodes.items[0].metadata.name: is missing',
        ),
    ],
)
def test_a_malformed_request_is_named(make_service, body, words):
    service = make_service()
    for call in (service.filter, service.prioritize):
        with pytest.raises(ConfigError) as error:
            call(body)
        assert words in str(error.value) and '\n' not in str(error.value)
    assert service.counts()['reservations'] == 0


def test_nothing_is_promised_before_the_cluster_was_seen(make_service):
    service = make_service()
    service._heard.clear()
    with pytest.raises(NotReady):
        service.filter(by_names(pod('a'), *NODES))


def test_an_odd_object_in_a_list_hides_no_other(make_service):
    service = make_service()
    service.replace('pods', [{}, pod('there', node='gpu-0', **HOG)])
    assert best(service, pod('a', **HOG), *NODES)[0] == 'gpu-1'


def test_it_serves_on_while_the_api_server_is_silent(make_service, clock):
    service = make_service()
    assert service.why_not_ready() == ''
    clock.now += 121
    assert 'nodes: stale' in service.why_not_ready()
    assert best(service, pod('a'), *NODES)[0] is not None


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(['ask', 'score', 'bind', 'delete', 'node', 'time']),
        st.integers(0, 7),
        st.integers(0, 3),
    ),
    max_size=40,
)


@given(steps=_STEPS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_node_breaks_an_objective_whatever_the_order(make_service, clock, steps):
    """Unless the scheduler puts a pod where it was not let through."""
    service = make_service(algorithm='ibis')
    passed: dict[int, list[str]] = {}
    bound: dict[int, str] = {}
    for step, number, where in steps:
        keys = {'network': ('small', 'large', 'only-gpu')[number % 3], 'rate_per_s': 5 + number}
        asking = pod(f'p{number}', **keys)
        if step == 'ask' and number not in bound:
            passed[number] = service.filter(by_names(asking, *NODES))['NodeNames']
        elif step == 'score' and passed.get(number):
            scores = service.prioritize(by_names(asking, *passed[number]))
            top = max(scores, key=lambda one: one['Score'])
            passed[number] = [top['Host']] if top['Score'] else passed[number]
        elif step == 'bind' and len(passed.get(number, [])) == 1 and number not in bound:
            bound[number] = passed.pop(number)[0]
            service.note('pods', 'MODIFIED', pod(f'p{number}', node=bound[number], **keys))
        elif step == 'delete':
            passed.pop(number, None)
            bound.pop(number, None)
            service.note('pods', 'DELETED', asking)
        elif step == 'node':
            service.note('nodes', 'MODIFIED', node(NODES[where]))
        elif step == 'time':
            clock.now += 61
            service.heard('pods')
            # what was promised is not any more: the scheduler would ask again
            passed.clear()
        service.validate()
    assert service.late_by_model() == {}


def test_an_answer_is_remembered_until_the_node_changes_and_names_who_asks(make_service, caplog):
    there = pod('there', node='gpu-0', **{**HOG, 'latency_ms': None})
    service = make_service('gpu-0', pods=[there])
    caplog.set_level('INFO')
    for name in ('first', 'second'):
        assert service.filter(by_names(pod(name, **HOG), 'gpu-0'))['NodeNames'] == []
        # in the words of the model
        assert f'default/{name} fits no node: gpu-0: default/{name}: mean' in caplog.text
    service.note('pods', 'DELETED', there)
    assert best(service, pod('third', **HOG), 'gpu-0')[0] == 'gpu-0'
    assert service.filter(by_names(pod('fourth', **HOG), 'gpu-0'))['NodeNames'] == []
