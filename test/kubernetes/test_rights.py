# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the service accounts may do: what they need, and no more."""

from __future__ import annotations

import json
import subprocess

import pytest
from control_plane.extender import EDGE_SCHED
from control_plane.waiting import wait_for

EXTENDER, AGENT = 'edge-sched-extender', 'edge-sched-agent'


def _may(admin, installation, account, verb, resource, *, group='', sub='', name=''):
    spec = {
        'user': f'system:serviceaccount:{installation.namespace_of(account)}:{account}',
        'groups': ['system:serviceaccounts', 'system:authenticated'],
        'resourceAttributes': {
            'verb': verb,
            'resource': resource,
            'group': group,
            'subresource': sub,
            'name': name,
            'namespace': 'default',
        },
    }
    from kubernetes import client

    answer = client.AuthorizationV1Api(admin).create_subject_access_review({'spec': spec})
    return answer.status.allowed


@pytest.mark.parametrize(
    ('verb', 'resource', 'sub'),
    [
        ('get', 'secrets', ''),
        ('list', 'secrets', ''),
        ('list', 'configmaps', ''),
        ('create', 'pods', ''),
        ('delete', 'pods', ''),
        ('patch', 'pods', ''),
        ('create', 'pods', 'exec'),
        ('create', 'pods', 'binding'),
        ('delete', 'nodes', ''),
        ('*', '*', ''),
    ],
)
@pytest.mark.parametrize('account', [EXTENDER, AGENT])
def test_nobody_may_do_more_than_is_needed(admin, installation, account, verb, resource, sub):
    assert not _may(admin, installation, account, verb, resource, sub=sub)


def test_only_the_extender_evicts_and_only_the_agent_changes_nodes(admin, installation):
    evicts = ('create', 'pods')
    assert _may(admin, installation, EXTENDER, *evicts, sub='eviction')
    assert not _may(admin, installation, AGENT, *evicts, sub='eviction')
    for sub in ('', 'status'):
        assert _may(admin, installation, AGENT, 'patch', 'nodes', sub=sub)
        assert not _may(admin, installation, EXTENDER, 'patch', 'nodes', sub=sub)


@pytest.mark.parametrize(
    ('sub', 'patch', 'words'),
    [
        ('', {'spec': {'unschedulable': True}}, 'specification'),
        ('', {'metadata': {'labels': {'zone': 'b'}}}, 'labels'),
        ('', {'metadata': {'annotations': {'zone': 'b'}}}, 'annotations'),
        ('', {'metadata': {'finalizers': ['a.example.com/b']}}, 'finalizers'),
        ('status', {'status': {'capacity': {'cpu': '65'}}}, 'resources of edge-sched.io'),
        ('status', {'status': {'allocatable': {'cpu': None}}}, 'resources of edge-sched.io'),
        ('status', {'status': {'conditions': None}}, 'only resources in the status'),
        ('status', {'status': {'capacity': {'edge-sched.io/dla': '2'}}}, ''),
        ('', {'metadata': {'labels': {'edge-sched.io/module': 'x'}}}, ''),
    ],
)
def test_an_agent_changes_only_what_is_its_own(plane, cluster, installation, sub, patch, words):
    if not plane.programs.has_admission_policies:
        pytest.skip('there are no admission policies')
    from kubernetes import client
    from kubernetes import config

    (name,) = cluster.add_nodes('gpu')
    agent = config.new_client_from_config(str(installation.agent_kubeconfig(name)))
    with agent:
        core = client.CoreV1Api(agent)
        call = core.patch_node_status if sub else core.patch_node
        if not words:
            call(name, patch)
            return
        with pytest.raises(client.ApiException) as error:
            call(name, patch)
    assert error.value.status == 403 and words in json.loads(error.value.body)['message']


def test_the_agent_publishes_its_node_with_its_own_rights(cluster, installation):
    (name,) = cluster.add_nodes('gpu')
    config = installation.agent_kubeconfig(name)
    command = [*EDGE_SCHED, 'kube', 'node', '--kubeconfig', str(config), '--node', name]
    # what every machine has
    command += ['--publish', 'cpu', '--once']
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    units = int(cluster.core.read_node(name).status.allocatable['edge-sched.io/cpu'])
    assert units > 0

    for index in range(units + 1):
        cluster.add_pods({f'whole-{index}': None}, resources={'edge-sched.io/cpu': '1'})
    (waits,) = wait_for('pod too many', cluster.refused)
    cluster.why_pending(waits, 'edge-sched.io/cpu')
    assert len(cluster.where()) == units
