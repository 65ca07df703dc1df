# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Nobody is evicted for a pod that the model refuses all the same, and those are who make room.

Where the scheduler never asks extenders, priority classes are ``preemptionPolicy: Never``, as
docs/kubernetes.md says.
"""

from __future__ import annotations

import pytest
from control_plane.waiting import wait_for
from control_plane.workloads import create_deployment
from kubernetes import client
from placements import app

HIGH = 'test-high'
#: of the 64 of a node: two do not fit
CPU = {'cpu': '40'}
#: even an empty node refuses it
TOO_MUCH = app('only-gpu', rate_per_s=60)
FITS = app('only-gpu', rate_per_s=4)


@pytest.fixture(scope='session')
def asks(plane):
    """Whether the scheduler asks before it evicts."""
    return plane.programs.asks_before_evictions


@pytest.fixture(scope='session')
def high(admin, asks):
    """A PriorityClass above the default."""
    body = {'metadata': {'name': HIGH}, 'value': 1000}
    if not asks:
        body['preemptionPolicy'] = 'Never'
    client.SchedulingV1Api(admin).create_priority_class(body)
    return HIGH


def _asked(cluster):
    return cluster.extender.metric('edge_sched_requests_total{code="200",verb="preempt"}')


def _ask_several_times(cluster, asks, before, times=3):
    """Let the scheduler try again, as other changes of the cluster do."""
    for turn in range(times):
        if asks:
            wait_for('question', lambda turn=turn: _asked(cluster) > before + turn)
        else:
            # its message counts the nodes
            cluster.why_pending('vain', f'0/{len(cluster.nodes)} nodes')
        cluster.add_nodes('tpu')


@pytest.mark.parametrize('budget', [False, True], ids=['no budget', 'budget'])
def test_no_eviction_for_a_pod_that_the_node_would_refuse(cluster, asks, high, budget):
    cluster.add_nodes('gpu')
    create_deployment(cluster.apps, 'web', None, CPU['cpu'])
    web = cluster.pod_of('web')
    if budget:
        wait_for('available', lambda: cluster.available('web') == 1)
        cluster.add_budget('web')
    before = _asked(cluster)
    cluster.add_pods({'vain': TOO_MUCH}, CPU, high)
    _ask_several_times(cluster, asks, before)
    assert cluster.pod_of('web').metadata.uid == web.metadata.uid
    assert cluster.events_of(web.metadata.name, 'Preempted') == []


def test_no_eviction_on_a_busy_node(cluster, asks, high):
    """The application in the way is as important as the new one."""
    (node,) = cluster.add_nodes('gpu')
    apps = {f'b{index}': app('only-gpu', rate_per_s=8) for index in range(9)}
    cluster.add_pods(apps, priority=high)
    wait_for('full node', lambda: cluster.refused())
    cluster.remove_pods(*cluster.refused())
    create_deployment(cluster.apps, 'web', None, CPU['cpu'])
    web = cluster.pod_of('web')
    before = _asked(cluster)
    cluster.add_pods({'vain': app('only-gpu', rate_per_s=8)}, CPU, high)
    _ask_several_times(cluster, asks, before)
    assert cluster.pod_of('web').metadata.uid == web.metadata.uid
    assert node not in {cluster.where().get('vain')}


def test_evicted_is_where_the_model_lets_the_pod_in_and_nowhere_else(cluster, asks, high):
    """One of three nodes can serve it."""
    if not asks:
        pytest.skip('this scheduler never asks extenders before it evicts (kubernetes#102971)')
    (gpu,) = cluster.add_nodes('gpu')
    cluster.add_nodes('tpu', 'tpu')
    for index in range(3):
        create_deployment(cluster.apps, f'web-{index}', None, CPU['cpu'])
    before = {f'web-{index}': cluster.pod_of(f'web-{index}') for index in range(3)}
    assert len({pod.spec.node_name for pod in before.values()}) == 3
    cluster.add_pods({'wanted': FITS}, CPU, high)
    assert cluster.node_of('wanted') == gpu
    for name, pod in before.items():
        if pod.spec.node_name != gpu:
            assert cluster.pod_of(name).metadata.uid == pod.metadata.uid
            assert cluster.events_of(pod.metadata.name, 'Preempted') == []
