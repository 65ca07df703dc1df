# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Units as devices of a real control plane, and what an agent may write there."""

from __future__ import annotations

import subprocess

import pytest
from control_plane.extender import EDGE_SCHED
from control_plane.waiting import wait_for
from kubernetes import client

SLICES = ('resource.k8s.io', 'v1', 'resourceslices')


def _publish(config, node, how):
    command = [*EDGE_SCHED, 'kube', 'node', '--kubeconfig', str(config), '--node', node]
    command += ['--publish', 'cpu', '--once', '--publish-as', how]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope='session')
def devices(plane, installation):
    """Classes and the policy of devices."""
    if not plane.programs.has_slices:
        pytest.skip(f'Kubernetes 1.{plane.programs.minor} has no resource.k8s.io/v1')
    installation.add_slices()


def _slices(admin):
    found = client.CustomObjectsApi(admin).list_cluster_custom_object(*SLICES)
    return {one['spec']['nodeName']: one for one in found['items']}


def test_a_cluster_without_devices_gets_units_in_the_status(plane, cluster, installation):
    if plane.programs.has_slices:
        pytest.skip('this one has devices')
    (name,) = cluster.add_nodes('gpu')
    done = _publish(installation.agent_kubeconfig(name), name, 'slices')
    assert done.returncode == 0, done.stderr
    assert 'no resource.k8s.io/v1' in done.stderr
    assert int(cluster.core.read_node(name).status.allocatable['edge-sched.io/cpu']) > 0


def test_requests_for_units_get_devices_that_are_gone_for_the_model(
    cluster, installation, devices, admin
):
    (name,) = cluster.add_nodes('gpu')
    config = installation.agent_kubeconfig(name)
    for _ in range(2):
        done = _publish(config, name, 'slices')
        assert done.returncode == 0, done.stderr
    found = _slices(admin)[name]
    # nothing has changed in between
    assert found['spec']['pool']['generation'] == 1
    assert found['metadata']['ownerReferences'][0]['name'] == name
    assert 'edge-sched.io/cpu' not in (cluster.core.read_node(name).status.allocatable or {})

    units = len(found['spec']['devices'])
    for index in range(units + 1):
        cluster.add_pods({f'whole-{index}': None}, resources={'edge-sched.io/cpu': '1'})
    wait_for('pods on devices', lambda: len(cluster.where()) == units)
    wait_for('pod too many', cluster.refused)
    wait_for('claims', lambda: cluster.extender.metric('edge_sched_claims') == units)


def test_units_are_in_the_slice_or_in_the_status(cluster, installation, devices, admin):
    (name,) = cluster.add_nodes('gpu')
    config = installation.agent_kubeconfig(name)
    for how in ('status', 'slices', 'status'):
        done = _publish(config, name, how)
        assert done.returncode == 0, done.stderr
        counted = int(cluster.core.read_node(name).status.allocatable['edge-sched.io/cpu'])
        assert (counted > 0) is (how == 'status')
        assert (name in _slices(admin)) is (how == 'slices')


def test_an_agent_writes_nothing_of_another_node(plane, cluster, installation, devices, admin):
    mine, other = cluster.add_nodes('gpu', 'gpu')
    config = installation.agent_kubeconfig(mine)

    done = _publish(config, other, 'slices')
    assert done.returncode == 2 and done.stderr.count('\n') == 1, done.stderr
    assert 'only the slice of the node that it runs on' in done.stderr
    assert other not in _slices(admin)
    done = _publish(config, other, 'status')
    assert done.returncode == 2 and 'only the node that it runs on' in done.stderr
    assert 'edge-sched.io/cpu' not in cluster.core.read_node(other).status.allocatable
    assert _publish(config, mine, 'slices').returncode == 0


def test_a_node_takes_its_slice_with_it(cluster, installation, devices, admin):
    (name,) = cluster.add_nodes('gpu')
    assert _publish(installation.agent_kubeconfig(name), name, 'slices').returncode == 0
    cluster.core.delete_node(name)
    del cluster.nodes[name]
    wait_for('end of the slice', lambda: name not in _slices(admin))
