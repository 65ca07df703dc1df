# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who moves, when, and where to: rules alone, with a clock that tests move."""

from __future__ import annotations

import json

import pytest
from kube_objects import by_names
from kube_objects import node
from kube_objects import NODES
from kube_objects import pod

HOG = {'network': 'only-gpu', 'preprocess': None, 'rate_per_s': 12, 'latency_ms': 45}
#: these fit anywhere, several to a node
SMALL = {'network': 'small', 'preprocess': None, 'rate_per_s': 2, 'latency_ms': 200}


def late(name='late', node='gpu-0', **keys):
    return pod(name, node=node, **{**HOG, 'observed_ms': 90, **keys})


def look(service, clock, seconds=0.0):
    """Look once a second for so long; return the first move."""
    for _ in range(int(seconds)):
        move = service.next_move()
        if move is not None:
            return move
        clock.now += 1
    return service.next_move()


def filter_names(service, asking):
    return service.filter(by_names(asking, *NODES))['NodeNames']


def test_late_for_long_enough_and_there_is_room(make_service, clock):
    service = make_service(pods=[late()])
    assert look(service, clock, 9) is None
    move = look(service, clock, 1)
    assert (move.pod.name, move.target) == ('default/late', 'gpu-1')
    assert service.counts()['violations'] == 1


@pytest.mark.parametrize(
    'change',
    [{'observed_ms': 45}, {'observed_ms': None}, {'observed_ms': 'soon'}, {'latency_ms': None}],
)
def test_what_is_not_late_stays(make_service, clock, change):
    service = make_service(pods=[late(**change)])
    assert look(service, clock, 30) is None


def test_a_moment_in_time_begins_the_count_anew(make_service, clock):
    service = make_service(pods=[late()])
    look(service, clock, 8)
    service.note('pods', 'MODIFIED', late(observed_ms=30))
    look(service, clock, 1)
    service.note('pods', 'MODIFIED', late())
    assert look(service, clock, 9) is None
    assert look(service, clock, 1) is not None


@pytest.mark.parametrize(
    'change',
    [
        {'owner': None},
        {'owner': {'kind': 'DaemonSet', 'uid': 'd', 'controller': True}},
        {'owner': {'kind': 'ReplicaSet', 'uid': 'd', 'controller': False}},
    ],
)
def test_a_pod_nobody_would_make_again_stays(make_service, clock, change, caplog):
    service = make_service(pods=[late(**change)])
    assert look(service, clock, 30) is None
    # said once, not every second
    assert caplog.text.count('no controller would recreate it') == 1


def test_a_pod_that_ends_already_is_not_evicted_again(make_service, clock):
    ending = late()
    ending['metadata']['deletionTimestamp'] = '2026-01-01T00:00:00Z'
    assert look(make_service(pods=[ending]), clock, 30) is None


def test_nobody_moves_to_where_there_is_no_room(make_service, clock):
    service = make_service(pods=[late(), pod('there', node='gpu-1', **HOG)])
    assert look(service, clock, 30) is None
    service.note('pods', 'DELETED', pod('there', node='gpu-1', **HOG))
    assert look(service, clock, 2).target == 'gpu-1'


@pytest.mark.parametrize(
    ('change', 'pod_spec', 'moves'),
    [
        ({}, {}, True),
        ({'spec': {'unschedulable': True}}, {}, False),
        ({'status': {'conditions': [{'type': 'Ready', 'status': 'False'}]}}, {}, False),
        ({'spec': {'taints': [{'key': 'k', 'effect': 'NoSchedule'}]}}, {}, False),
        ({'spec': {'taints': [{'key': 'k', 'effect': 'PreferNoSchedule'}]}}, {}, True),
        (
            {'spec': {'taints': [{'key': 'k', 'value': 'v', 'effect': 'NoExecute'}]}},
            {'tolerations': [{'key': 'k', 'value': 'v', 'effect': 'NoExecute'}]},
            True,
        ),
        (
            {'spec': {'taints': [{'key': 'k', 'value': 'v', 'effect': 'NoExecute'}]}},
            {'tolerations': [{'key': 'k', 'value': 'w'}]},
            False,
        ),
        (
            {'spec': {'taints': [{'key': 'k', 'value': 'v', 'effect': 'NoExecute'}]}},
            {'tolerations': [{'operator': 'Exists'}]},
            True,
        ),
        ({}, {'nodeSelector': {'zone': 'a'}}, False),
    ],
)
def test_the_other_node_must_suit(make_service, clock, change, pod_spec, moves):
    service = make_service('gpu-0', pods=[late(spec=pod_spec)])
    service.note('nodes', 'ADDED', {**node('gpu-1'), **change})
    assert (look(service, clock, 30) is not None) == moves


def test_one_move_at_a_time_the_worst_first(make_service, clock):
    pods = [
        pod(f'late-{n}', node='gpu-0', observed_ms=200 + n, **{**SMALL, 'rate_per_s': 1})
        for n in (1, 3, 2)
    ]
    service = make_service(pods=pods)
    assert look(service, clock, 10).pod.name == 'default/late-3'
    assert look(service, clock, 29) is None
    assert look(service, clock, 1).pod.name == 'default/late-2'


def test_a_move_that_failed_waits_for_the_others_and_gives_its_room_back(make_service, clock):
    service = make_service(pods=[late('a'), late('b', 'tpu-0', observed_ms=60, **SMALL)])
    service.note('pods', 'MODIFIED', late('b', 'tpu-0', **{**SMALL, 'observed_ms': 210}))
    first = look(service, clock, 10)
    assert first.pod.name == 'default/a' and service.counts()['reservations'] == 1
    service.moved(first, ok=False)
    assert service.counts()['reservations'] == 0
    second = look(service, clock, 30)
    assert second.pod.name == 'default/b'
    assert look(service, clock, 30).pod.name == 'default/a'


def test_a_node_nobody_left_is_not_shunned_once_its_answers_are_in_time(make_service, clock):
    service = make_service(pods=[late()])
    service.moved(look(service, clock, 10), ok=False)
    service.note('pods', 'MODIFIED', late(observed_ms=30))
    service.next_move()
    assert 'gpu-0' in filter_names(service, pod('a', **SMALL))


def test_the_node_that_was_left_takes_nothing_for_a_time(make_service, clock):
    service = make_service(pods=[late()])
    service.moved(look(service, clock, 10), ok=True)
    service.note('pods', 'DELETED', late())
    assert 'gpu-0' not in filter_names(service, pod('a', **SMALL))
    # but pods that ask for nothing
    assert filter_names(service, pod('plain', declared=False)) == list(NODES)
    clock.now += 101
    service.heard('pods')
    assert 'gpu-0' in filter_names(service, pod('a', **SMALL))


def test_a_node_with_late_answers_takes_nothing_new_either(make_service, clock):
    service = make_service(pods=[late(owner=None)])
    look(service, clock, 10)
    found = service.filter(by_names(pod('a', **SMALL), *NODES))
    assert found['FailedNodes'] == {'gpu-0': 'edge-sched: results there are observed to be late'}


def test_a_successor_gets_the_room_that_others_do_not(make_service, clock):
    service = make_service(pods=[late()])
    service.moved(look(service, clock, 10), ok=True)
    service.note('pods', 'DELETED', late())
    stranger = {'kind': 'ReplicaSet', 'uid': 'other', 'controller': True}
    assert filter_names(service, pod('else', owner=stranger, **HOG)) == []
    assert filter_names(service, pod('next', **HOG)) == ['gpu-1']


def test_a_node_may_say_what_is_observed(make_service, clock):
    service = make_service(pods=[late(observed_ms=None)])
    service.note('nodes', 'MODIFIED', node('gpu-0', observed=json.dumps({'default/late': 90})))
    assert look(service, clock, 10) is not None


@pytest.mark.parametrize('said', ['', '{', '[]', '{"default/late": "soon"}'])
def test_a_node_that_says_nonsense_is_not_believed(make_service, clock, said):
    service = make_service(pods=[late(observed_ms=None)])
    service.note('nodes', 'MODIFIED', node('gpu-0', observed=said))
    assert look(service, clock, 30) is None
