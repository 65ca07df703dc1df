# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pods whose answers are observed to come late move to a node that can hold them."""

from __future__ import annotations

from control_plane.waiting import wait_for
from control_plane.workloads import create_deployment
from control_plane.workloads import Model
from control_plane.workloads import NAMESPACE
from placements import app

ALGORITHM = 'ibis'
ASKED = app('only-gpu', rate_per_s=4, deadline_ms=300)
LATE_MS = 3 * ASKED['deadline_ms']


def _blocked(cluster):
    return cluster.extender.metric('edge_sched_moves_total{result="blocked"}')


def test_a_late_pod_of_a_deployment_moves_to_another_node(cluster):
    cluster.add_nodes('gpu', 'gpu')
    create_deployment(cluster.apps, 'camera', ASKED)
    before = cluster.pod_of('camera')

    cluster.observe(before, LATE_MS)
    after = cluster.pod_of('camera', other_than=before.metadata.uid)
    assert after.spec.node_name != before.spec.node_name
    wait_for('end of the late pod', lambda: before.metadata.name not in cluster.pods())
    assert cluster.where() == {after.metadata.name: after.spec.node_name}
    wait_for('available deployment', lambda: cluster.available('camera') == 1)


def test_the_node_it_left_takes_nothing_new(cluster):
    cluster.add_nodes('gpu', 'gpu')
    create_deployment(cluster.apps, 'camera', ASKED)
    before = cluster.pod_of('camera')
    cluster.observe(before, LATE_MS)
    after = cluster.pod_of('camera', other_than=before.metadata.uid)

    other = app('small', rate_per_s=2)
    model = Model(cluster.nodes, {'camera': ASKED, 'new': other}, ALGORITHM)
    model.put({'camera': after.spec.node_name})
    # were it not for what was observed, the idle node would be the better one
    assert model.answer('new').node == before.spec.node_name
    cluster.add_pods({'new': other})
    assert cluster.node_of('new') == after.spec.node_name


def test_a_pod_in_time_stays(cluster):
    cluster.add_nodes('gpu', 'gpu')
    create_deployment(cluster.apps, 'punctual', ASKED)
    create_deployment(cluster.apps, 'late', ASKED)
    stays, moves = cluster.pod_of('punctual'), cluster.pod_of('late')
    cluster.observe(stays, ASKED['deadline_ms'] - 1)
    cluster.observe(moves, LATE_MS)
    cluster.pod_of('late', other_than=moves.metadata.uid)
    assert cluster.pod_of('punctual').metadata.uid == stays.metadata.uid


def test_it_stays_until_another_node_can_hold_it(cluster):
    cluster.add_nodes('gpu', 'tpu')
    create_deployment(cluster.apps, 'camera', ASKED)
    before = cluster.pod_of('camera')
    cluster.observe(before, LATE_MS)
    wait_for(
        'word that it stays',
        lambda: cluster.extender.told(f'{before.metadata.name} is late on '),
    )
    assert cluster.pod_of('camera').metadata.uid == before.metadata.uid

    (other,) = cluster.add_nodes('gpu')
    after = cluster.pod_of('camera', other_than=before.metadata.uid)
    assert after.spec.node_name == other


def test_a_disruption_budget_is_respected(cluster):
    cluster.add_nodes('gpu', 'gpu')
    create_deployment(cluster.apps, 'camera', ASKED)
    cluster.add_budget('camera')
    before = cluster.pod_of('camera')
    refused = _blocked(cluster)
    cluster.observe(before, LATE_MS)
    wait_for('refused eviction', lambda: _blocked(cluster) > refused)
    assert cluster.pod_of('camera').metadata.uid == before.metadata.uid

    cluster.remove_budget('camera')
    after = cluster.pod_of('camera', other_than=before.metadata.uid)
    assert after.spec.node_name != before.spec.node_name


def test_a_pod_that_nobody_would_make_again_is_not_evicted(cluster):
    cluster.add_nodes('gpu', 'gpu')
    cluster.add_pods({'alone': ASKED})
    cluster.node_of('alone')
    alone = cluster.pods()['alone']
    cluster.observe(alone, LATE_MS)
    wait_for('word that it stays', lambda: cluster.extender.told(f'{NAMESPACE}/alone is late on '))
    assert cluster.pods()['alone'].metadata.uid == alone.metadata.uid
