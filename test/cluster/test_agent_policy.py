# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The admission policy of agents: what the agent changes passes, anything else is denied.

The rules are evaluated where a CEL library is installed (``pip install
common-expression-language``); no other test needs one, so the environment has none.
"""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.publication import Facts
from edge_sched_ros.cluster.publication import node_patch
from edge_sched_ros.cluster.publication import status_patch

CONFIG = Path(__file__).resolve().parents[2] / 'config' / 'kubernetes'
POLICY, BINDING = yaml.safe_load_all((CONFIG / 'agent-policy.yaml').read_text())
NODE_NAME = 'authentication.kubernetes.io/node-name'
AGENT = 'system:serviceaccount:edge-sched:edge-sched-agent'
OLD = {
    'metadata': {
        'name': 'here',
        'labels': {'zone': 'a', names.MODULE: 'orin'},
        'annotations': {'flannel': '1', names.PROFILES: '{}'},
    },
    'spec': {'taints': [{'key': 'robot', 'effect': 'NoSchedule'}]},
    'status': {'capacity': {'cpu': '4', 'edge-sched.io/gpu': '1'}, 'allocatable': {'cpu': '4'}},
}
OLD['status']['addresses'] = [{'type': 'Hostname', 'address': 'here'}]


def test_the_policy_is_about_the_agents_account_and_its_writes():
    (account,) = (
        one
        for one in yaml.safe_load_all((CONFIG / 'service-accounts.yaml').read_text())
        if one['metadata']['name'].endswith('agent')
    )
    (condition,) = POLICY['spec']['matchConditions']
    meta = account['metadata']
    assert f'system:serviceaccount:{meta["namespace"]}:{meta["name"]}' == AGENT
    assert condition['expression'] == f"request.userInfo.username == '{AGENT}'"
    (rule,) = POLICY['spec']['matchConstraints']['resourceRules']
    (role, _) = yaml.safe_load_all((CONFIG / 'rbac-agent.yaml').read_text())
    written = {res for one in role['rules'] if 'patch' in one['verbs'] for res in one['resources']}
    # a patch is an update when it is admitted
    assert set(rule['resources']) == written and rule['operations'] == ['UPDATE']
    assert POLICY['spec']['failurePolicy'] == 'Fail'
    assert BINDING['spec'] == {
        'policyName': POLICY['metadata']['name'],
        'validationActions': ['Deny'],
    }


def merged(old, patch):
    """Apply a JSON merge patch."""
    new = copy.deepcopy(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        elif isinstance(value, dict):
            new[key] = merged(new.get(key) or {}, value)
        else:
            new[key] = value
    return new


def denials(patch, *, extra=None, user=AGENT):
    cel = pytest.importorskip('cel', reason='no CEL library is installed')
    known = {
        'object': merged(OLD, patch),
        'oldObject': OLD,
        'request': {
            'userInfo': {
                'username': user,
                'extra': {NODE_NAME: ['here']} if extra is None else extra,
            }
        },
    }
    spec = POLICY['spec']
    if not all(cel.evaluate(one['expression'], known) for one in spec['matchConditions']):
        return None
    known['variables'] = {
        one['name']: cel.evaluate(one['expression'], known) for one in spec['variables']
    }
    return [
        one['message']
        for one in spec['validations']
        if cel.evaluate(one['expression'], known) is not True
    ]


def test_all_that_the_agent_publishes_passes():
    facts = Facts({'dla0': 'dla'}, 'Orin NX', 'orin', {'n': {'gpu': 5}}, {'default/a': 3.5})
    for one in (facts, Facts({})):
        assert denials(node_patch(one, OLD)) == []
        assert denials(status_patch(one, OLD)) == []


@pytest.mark.parametrize(
    ('patch', 'words'),
    [
        ({'metadata': {'labels': {'zone': 'b'}}}, 'labels'),
        ({'metadata': {'labels': {'zone': None}}}, 'labels'),
        ({'metadata': {'labels': {'node-role.kubernetes.io/control-plane': ''}}}, 'labels'),
        ({'metadata': {'annotations': {'flannel': '2'}}}, 'annotations'),
        ({'metadata': {'annotations': {'flannel': None}}}, 'annotations'),
        ({'spec': {'taints': []}}, 'specification'),
        ({'spec': {'unschedulable': True}}, 'specification'),
        ({'status': {'capacity': {'cpu': '64'}}}, 'resources'),
        ({'status': {'allocatable': {'memory': '64Gi'}}}, 'resources'),
        ({'status': {'capacity': {'cpu': None}}}, 'resources of edge-sched.io'),
        ({'status': {'conditions': []}}, 'only resources in the status'),
        ({'status': {'addresses': None}}, 'only resources in the status'),
        ({'metadata': {'finalizers': ['a.example.com/b']}}, 'finalizers'),
        ({'metadata': {'ownerReferences': [{'name': 'x'}]}}, 'owners'),
    ],
)
def test_an_agent_changes_nothing_that_is_not_its_own(patch, words):
    (found,) = denials(patch)
    assert words in found


@pytest.mark.parametrize('extra', [{}, {NODE_NAME: ['elsewhere']}])
def test_an_agent_changes_no_other_node(extra):
    (found,) = denials({'metadata': {'annotations': {names.UNITS: 'gpu0'}}}, extra=extra)
    assert 'only the node that it runs on' in found


def test_others_are_not_held_back():
    assert denials({'spec': {'unschedulable': True}}, user='kubernetes-admin') is None
