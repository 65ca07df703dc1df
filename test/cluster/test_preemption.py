# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Preemption: nobody is evicted for a pod that the model would refuse all the same."""

from __future__ import annotations

import json

import pytest
from kube_objects import by_names
from kube_objects import by_nodes
from kube_objects import by_victims
from kube_objects import node
from kube_objects import NODES
from kube_objects import pod

from edge_sched_ros.core.errors import ConfigError

#: one of these fills a GPU node: two would answer too late
HOG = {'network': 'only-gpu', 'preprocess': None, 'rate_per_s': 12, 'latency_ms': 45}
#: even an empty node refuses it
TOO_MUCH = {**HOG, 'rate_per_s': 45}


def of_priority(priority, name, node='', **keys):
    return pod(name, node=node, spec={'priority': priority}, **keys)


def victims(service, body):
    found = service.preempt(body)['NodeNameToMetaVictims']
    return {name: [one['UID'] for one in said['Pods']] for name, said in found.items()}


def nominated(item, node):
    return {**item, 'status': {'phase': 'Pending', 'nominatedNodeName': node}}


def test_no_eviction_for_a_pod_that_an_empty_node_would_refuse(make_service):
    service = make_service(pods=[pod('web', node='gpu-0', declared=False)])
    asking = of_priority(10, 'a', **TOO_MUCH)
    assert victims(service, by_victims(asking, gpu_0=['web'], gpu_1=['x'])) == {}


def test_no_eviction_on_a_node_that_stays_too_busy(make_service):
    """The victims give CPU back, but the application in the way is as important."""
    there = [of_priority(10, 'there', 'gpu-0', **HOG), pod('web', node='gpu-0', declared=False)]
    service = make_service(pods=there)
    asking = of_priority(10, 'a', **HOG)
    found = victims(service, by_victims(asking, gpu_0=['web'], gpu_1=['other']))
    assert found == {'gpu-1': ['uid-other']}


def test_the_model_is_asked_with_the_victims_taken_out(make_service):
    service = make_service(pods=[of_priority(0, 'low', 'gpu-0', **HOG)])
    asking = of_priority(10, 'a', **HOG)
    assert victims(service, by_victims(asking, gpu_0=['low'])) == {'gpu-0': ['uid-low']}


def test_lower_applications_in_the_way_join_the_victims_and_no_others(make_service):
    small = {'network': 'small', 'rate_per_s': 1}
    there = [
        of_priority(0, 'low', 'gpu-0', **HOG),
        of_priority(0, 'harmless', 'gpu-0', **small),
        of_priority(20, 'high', 'gpu-0', **small),
        pod('web', node='gpu-0', declared=False),
    ]
    service = make_service(pods=there)
    asking = of_priority(10, 'a', **HOG)
    found = victims(service, by_victims(asking, gpu_0=['web']))
    assert found['gpu-0'][0] == 'uid-web' and 'uid-low' in found['gpu-0']
    assert 'uid-high' not in found['gpu-0']


def test_a_node_without_victims_is_answered_with_some_or_left_out(make_service):
    """Schedulers take no node without a victim."""
    service = make_service(pods=[of_priority(0, 'low', 'gpu-0', **HOG)])
    asking = of_priority(10, 'a', **HOG)
    found = victims(service, by_victims(asking, gpu_0=[], gpu_1=[], tpu_0=[]))
    assert found == {'gpu-0': ['uid-low']}


def test_the_budgets_that_the_scheduler_counted_are_kept(make_service):
    asked = json.loads(by_victims(pod('a', **HOG), gpu_0=['x']))
    asked['NodeNameToMetaVictims']['gpu-0']['NumPDBViolations'] = 2
    found = make_service().preempt(json.dumps(asked).encode())
    assert found['NodeNameToMetaVictims']['gpu-0']['NumPDBViolations'] == 2


def test_whole_pods_are_understood(make_service):
    low = of_priority(0, 'low', 'gpu-0', **HOG)
    service = make_service(pods=[low])
    body = {'Pod': of_priority(10, 'a', **HOG), 'NodeNameToVictims': {'gpu-0': {'Pods': [low]}}}
    assert victims(service, json.dumps(body).encode()) == {'gpu-0': ['uid-low']}


def test_a_pod_without_a_declaration_evicts_as_the_scheduler_likes(make_service):
    asking = pod('a', declared=False)
    found = victims(make_service(), by_victims(asking, gpu_0=['x', 'y'], unknown=['z'], tpu_0=[]))
    assert found == {'gpu-0': ['uid-x', 'uid-y'], 'unknown': ['uid-z']}


def test_a_faulty_declaration_and_an_unknown_node_evict_nothing(make_service):
    service = make_service()
    assert victims(service, by_victims(pod('a', network='nobody'), gpu_0=['x'])) == {}
    assert victims(service, by_victims(pod('a'), unknown=['x'])) == {}


def test_only_lower_priority_makes_a_full_node_worth_a_try(make_service):
    there = [of_priority(0, 'x', 'gpu-0', **HOG), of_priority(10, 'y', 'gpu-1', **HOG)]
    service = make_service(pods=there)
    found = service.filter(by_names(of_priority(10, 'a', **HOG), *NODES))
    assert set(found['FailedNodes']) == set(NODES)
    assert set(found['FailedAndUnresolvableNodes']) == {'gpu-1', 'tpu-0', 'tpu-1'}


def test_room_that_evictions_make_is_kept_for_whom_they_are(make_service):
    low = of_priority(0, 'low', 'gpu-0', **HOG)
    service = make_service('gpu-0', pods=[low])
    asking = of_priority(10, 'a', **HOG)
    service.note('pods', 'MODIFIED', nominated(asking, 'gpu-0'))
    # the victim is ending: neither fits, and the room stays kept
    for one in (nominated(asking, 'gpu-0'), of_priority(0, 'again', **HOG)):
        assert service.filter(by_names(one, 'gpu-0'))['NodeNames'] == []
    service.note('pods', 'DELETED', low)
    assert service.filter(by_names(of_priority(0, 'again', **HOG), 'gpu-0'))['NodeNames'] == []
    asked = by_names(nominated(asking, 'gpu-0'), 'gpu-0')
    assert service.filter(asked)['NodeNames'] == ['gpu-0']


@pytest.mark.parametrize('end', ['DELETED', 'MODIFIED'])
def test_kept_room_ends_with_the_nomination(make_service, end):
    service = make_service('gpu-0')
    asking = of_priority(10, 'a', **HOG)
    service.note('pods', 'MODIFIED', nominated(asking, 'gpu-0'))
    assert service.filter(by_names(pod('b', **HOG), 'gpu-0'))['NodeNames'] == []
    service.note('pods', end, asking)
    assert service.filter(by_names(pod('b', **HOG), 'gpu-0'))['NodeNames'] == ['gpu-0']


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({}, 'NodeNameToVictims: is missing'),
        ({'NodeNameToMetaVictims': []}, 'NodeNameToMetaVictims: is not an object'),
        ({'NodeNameToMetaVictims': {'n': 1}}, 'NodeNameToMetaVictims.n: is not an object'),
        ({'NodeNameToMetaVictims': {'n': {'Pods': 1}}}, 'n.Pods: is not a list'),
        ({'NodeNameToMetaVictims': {'n': {'Pods': [{}]}}}, 'n.Pods[0].UID: is missing'),
    ],
)
def test_a_malformed_request_is_named(make_service, change, words):
    with pytest.raises(ConfigError) as error:
        make_service().preempt(json.dumps({'Pod': pod('a'), **change}).encode())
    assert words in str(error.value)


# --- groups -----------------------------------------------------------------------------------

GROUPS = {
    '1.36': {'spec': {'schedulingGroup': {'podGroupName': 'g'}}},
    '1.35': {'spec': {'workloadRef': {'name': 'w', 'podGroup': 'g'}}},
    'label': {'labels': {'scheduling.x-k8s.io/pod-group': 'g'}},
}


def member(name, how='1.36'):
    said = GROUPS[how]
    found = pod(name, spec=said.get('spec'), **HOG)
    found['metadata']['labels'] = said.get('labels', {})
    return found


def ask_all(service, members):
    """Go through a group as the scheduler does, and return how many fit."""
    fit = 0
    for one in members:
        names = service.filter(by_names(one, *NODES))['NodeNames']
        if names:
            service.prioritize(by_names(one, *names))
            fit += 1
    return fit


@pytest.mark.parametrize('how', GROUPS)
def test_promises_to_a_group_end_when_one_of_it_is_refused(make_service, clock, how):
    service = make_service()
    assert ask_all(service, [member(f'm{index}', how) for index in range(3)]) == 2
    clock.now += 6
    service.heard('pods')
    assert ask_all(service, [pod('a', **HOG), pod('b', **HOG)]) == 2


def test_promises_to_a_group_that_fails_again_and_again_are_not_for_ever(make_service, clock):
    """Something else than the model refuses the rest, which the extender is never asked for."""
    service = make_service()
    for _ in range(3):
        assert ask_all(service, [member('m0'), member('m1')]) == 2
        clock.now += 2
        service.heard('pods')
    clock.now += 6
    service.heard('pods')
    assert ask_all(service, [pod('a', **HOG), pod('b', **HOG)]) == 2


def test_promises_to_a_group_that_fits_last_as_others(make_service, clock):
    service = make_service()
    assert ask_all(service, [member('m0'), member('m1')]) == 2
    clock.now += 30
    service.heard('pods')
    assert ask_all(service, [pod('a', **HOG)]) == 0


def test_other_groups_keep_their_promises(make_service, clock):
    service = make_service()
    other = pod('o', spec={'schedulingGroup': {'podGroupName': 'other'}}, **HOG)
    assert ask_all(service, [other, *(member(f'm{index}') for index in range(2))]) == 2
    clock.now += 6
    service.heard('pods')
    assert ask_all(service, [pod('a', **HOG), pod('b', **HOG)]) == 1


def test_whole_nodes_and_priorities_that_are_no_numbers_break_nothing(make_service):
    odd = pod('a', spec={'priority': 'high', 'schedulingGroup': 3, 'workloadRef': []})
    found = make_service().filter(by_nodes(odd, node('gpu-0')))
    assert len(found['Nodes']['items']) == 1
