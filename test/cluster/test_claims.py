# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Units that a ResourceClaim has are gone for the model."""

from __future__ import annotations

import pytest
from kube_objects import by_names
from kube_objects import by_victims
from kube_objects import NODES
from kube_objects import pod

from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import NotServed
from edge_sched_ros.cluster.watcher import Watcher

HOG = {'network': 'only-gpu', 'preprocess': None, 'rate_per_s': 12, 'latency_ms': 45}


def claim(name, node, *units, driver='edge-sched.io', **more):
    results = [
        {'request': 'r', 'driver': driver, 'pool': node, 'device': unit, **more} for unit in units
    ]
    status = {'allocation': {'devices': {'results': results}}} if units else {}
    return {'metadata': {'name': name, 'namespace': 'default', 'uid': name}, 'status': status}


def fits(service, asking, *names):
    return service.filter(by_names(asking, *(names or NODES)))['NodeNames']


def test_a_claimed_unit_is_gone_until_the_claim_is(make_service):
    service = make_service(claims=[claim('c', 'gpu-0', 'gpu0')])
    assert fits(service, pod('a', **HOG)) == ['gpu-1']
    assert service.counts()['claims'] == 1
    service.note('resourceclaims', 'DELETED', claim('c', 'gpu-0', 'gpu0'))
    assert fits(service, pod('a', **HOG)) == ['gpu-0', 'gpu-1']


def test_a_claim_counts_when_it_is_allocated(make_service):
    service = make_service()
    service.note('resourceclaims', 'ADDED', claim('c', 'gpu-0'))
    assert fits(service, pod('a', **HOG)) == ['gpu-0', 'gpu-1']
    service.note('resourceclaims', 'MODIFIED', claim('c', 'gpu-0', 'gpu0'))
    assert fits(service, pod('b', **HOG), 'gpu-0') == []
    service.note('resourceclaims', 'MODIFIED', claim('c', 'gpu-0'))
    assert fits(service, pod('b', **HOG), 'gpu-0') != []


def test_a_unit_that_two_claims_share_is_gone_until_both_are(make_service):
    service = make_service(claims=[claim(name, 'gpu-0', 'gpu0') for name in ('c', 'd')])
    service.note('resourceclaims', 'DELETED', claim('c', 'gpu-0', 'gpu0'))
    assert fits(service, pod('a', **HOG), 'gpu-0') == []
    service.replace('resourceclaims', [])
    assert fits(service, pod('a', **HOG), 'gpu-0') == ['gpu-0']


@pytest.mark.parametrize(
    'other',
    [
        claim('c', 'gpu-0', 'gpu0', driver='gpu.example.com'),
        claim('c', 'gpu-0', 'gpu0', adminAccess=True),
        claim('c', 'gpu-0', 'dla7'),
        claim('c', 'elsewhere', 'gpu0'),
        {'metadata': {'uid': 'c'}, 'status': {'allocation': {'devices': {'results': [3]}}}},
        {'metadata': {'uid': 'c'}, 'status': []},
    ],
)
def test_what_is_no_unit_of_the_model_changes_nothing(make_service, other):
    service = make_service(claims=[other])
    assert fits(service, pod('a', **HOG)) == ['gpu-0', 'gpu-1']


def test_a_claim_without_a_uid_hides_no_other(make_service):
    service = make_service(claims=[{}, claim('c', 'gpu-0', 'gpu0')])
    assert fits(service, pod('a', **HOG)) == ['gpu-1']


def test_a_node_whose_units_are_all_claimed_says_so(make_service):
    service = make_service(claims=[claim('c', 'gpu-0', 'gpu0', 'cpu0')])
    found = service.filter(by_names(pod('a'), 'gpu-0'))
    assert 'all units of the node are claimed' in found['FailedNodes']['gpu-0']


def test_applications_on_a_claimed_unit_go_to_another_one_or_out_of_the_model(make_service):
    there = pod('there', node='gpu-0', **HOG)
    service = make_service(pods=[there])
    service.note('resourceclaims', 'ADDED', claim('c', 'gpu-0', 'gpu0'))
    assert service.counts()['unmodelled_apps'] == 1
    service.replace('resourceclaims', [])
    assert service.counts()['unmodelled_apps'] == 0
    assert fits(service, pod('a', **HOG)) == ['gpu-1']


def test_promises_outlive_the_claim_of_another_unit(make_service):
    service = make_service('gpu-0')
    assert fits(service, pod('a', **HOG), 'gpu-0') == ['gpu-0']
    service.note('resourceclaims', 'ADDED', claim('c', 'gpu-0', 'cpu0'))
    assert fits(service, pod('b', **HOG), 'gpu-0') == []
    # the unit of the promise itself is gone
    service.note('resourceclaims', 'ADDED', claim('d', 'gpu-0', 'gpu0'))
    assert service.counts()['reservations'] == 0


def test_open_promises_keep_all_their_nodes(make_service):
    service = make_service()
    assert fits(service, pod('a', **HOG)) == ['gpu-0', 'gpu-1']
    service.note('resourceclaims', 'ADDED', claim('c', 'gpu-0', 'cpu0'))
    assert fits(service, pod('b', **HOG)) == []


def test_a_claim_that_no_node_can_satisfy_promises_and_evicts_nothing(make_service):
    """The scheduler then has no node to ask about."""
    there = pod('there', node='gpu-0', spec={'priority': 0}, **HOG)
    service = make_service('gpu-0', pods=[there], claims=[claim('c', 'gpu-0')])
    asking = pod('a', spec={'priority': 10}, **HOG)
    found = service.filter(by_names(asking))
    assert (found['NodeNames'], found['FailedNodes'], found['Error']) == ([], {}, '')
    assert service.prioritize(by_names(asking)) == []
    assert service.preempt(by_victims(asking))['NodeNameToMetaVictims'] == {}
    assert service.counts()['reservations'] == 0


class Source:
    """A server that refuses a kind."""

    def __init__(self, error):
        self.error = error

    def list(self, kind):
        raise self.error


class Halt:
    """Ends after some waits."""

    def __init__(self, waits):
        self.left = waits

    def is_set(self):
        return self.left == 0

    def wait(self, seconds):
        self.left -= 1


@pytest.mark.parametrize('error', [NotServed('no', 404), ApiError('may not', 403)])
def test_a_cluster_without_claims_is_served_all_the_same(make_service, caplog, error):
    service = make_service()
    service._heard.clear()
    for kind in ('nodes', 'pods'):
        service.heard(kind)
    halt = Halt(3)
    Watcher(Source(error), service, 'resourceclaims', halt, optional=True).run()
    assert service.why_not_ready() == ''
    said = [line for line in caplog.messages if 'none are counted' in line]
    assert len(said) == 1 and said[0].startswith('resourceclaims: cannot be watched')
