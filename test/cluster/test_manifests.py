# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""config/kubernetes and docs/kubernetes.md against the code they are about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from edge_sched_ros.cli.kube_node import node as node_command
from edge_sched_ros.cli.kube_plugin import plugin as plugin_command
from edge_sched_ros.cli.kube_serve import serve as serve_command
from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.metrics import _GAUGES
from edge_sched_ros.cluster.reading import read_pod
from edge_sched_ros.cluster.types_file import load_types
from edge_sched_ros.core.units import UNIT_KINDS

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / 'config' / 'kubernetes'
DOC = (ROOT / 'docs' / 'kubernetes.md').read_text()


#: of KubeSchedulerConfiguration -> minor versions of Kubernetes 1 for which it is named here, and
#: those that take it (KEP-785); there is no end for v1
VERSIONS = {
    'v1beta1': ('1.19 to 1.21', range(19, 23)),
    'v1beta2': ('1.22', range(22, 28)),
    'v1beta3': ('1.23, 1.24', range(23, 29)),
    'v1': ('1.25 and later', range(25, 1000)),
}


def objects(file):
    return [one for one in yaml.safe_load_all((CONFIG / file).read_text()) if one]


KUSTOMIZATION = objects('kustomization.yaml')[0]
ALL = [one for file in KUSTOMIZATION['resources'] for one in objects(file)]
WORKLOADS = [one for one in ALL if one['kind'] in ('Deployment', 'DaemonSet')]


def by_name(items):
    return pytest.mark.parametrize('item', items, ids=lambda one: one['metadata']['name'])


def test_everything_is_in_the_kustomization_or_said_to_be_outside():
    known = {*KUSTOMIZATION['resources'], 'kustomization.yaml', 'example.yaml', 'types.yaml'}
    known |= {f'scheduler-{version}.yaml' for version in VERSIONS}
    assert {path.name for path in CONFIG.glob('*.yaml')} == known
    for generator in KUSTOMIZATION['configMapGenerator']:
        for file in generator['files']:
            assert (CONFIG / file.rpartition('=')[2]).exists()


@by_name(WORKLOADS)
def test_containers_may_do_little(item):
    spec = item['spec']['template']['spec']
    assert spec['securityContext']['runAsNonRoot'] is True
    assert spec['serviceAccountName'] in {
        one['metadata']['name'] for one in objects('service-accounts.yaml')
    }
    assert 'hostNetwork' not in spec and 'hostPID' not in spec
    for container in spec['containers']:
        rights = container['securityContext']
        assert rights['readOnlyRootFilesystem'] is True
        assert rights['allowPrivilegeEscalation'] is False
        assert rights['capabilities'] == {'drop': ['ALL']}
        assert container['resources']['requests'] and container['resources']['limits']
        assert container['image'] in {one['name'] for one in KUSTOMIZATION['images']}


@by_name(WORKLOADS)
def test_volumes_and_selectors_fit(item):
    template = item['spec']['template']
    assert item['spec']['selector']['matchLabels'] == template['metadata']['labels']
    volumes = {one['name'] for one in template['spec'].get('volumes', [])}
    for container in template['spec']['containers']:
        assert {one['name'] for one in container.get('volumeMounts', [])} == volumes
    maps = {one['name'] for one in KUSTOMIZATION['configMapGenerator']}
    for volume in template['spec'].get('volumes', []):
        assert volume.get('configMap', {'name': 'edge-sched-types'})['name'] in maps


@pytest.mark.parametrize(
    ('workload', 'command'),
    [('edge-sched-extender', serve_command), ('edge-sched-agent', node_command)],
)
def test_arguments_are_options_of_the_command(workload, command):
    (item,) = (one for one in WORKLOADS if one['metadata']['name'] == workload)
    (container,) = item['spec']['template']['spec']['containers']
    group, name, *options = container['args']
    assert (group, name) == ('kube', command.name)
    known = {option for parameter in command.params for option in parameter.opts}
    assert {option.partition('=')[0] for option in options} <= known


def test_all_scheduler_configurations_say_the_same():
    one, *others = (objects(f'scheduler-{version}.yaml')[0] for version in VERSIONS)
    said = [item.pop('apiVersion') for item in (one, *others)]
    assert said == [f'kubescheduler.config.k8s.io/{version}' for version in VERSIONS]
    assert all(one == other for other in others)
    (extender,) = one['extenders']
    (service,) = (item for item in ALL if item['kind'] == 'Service')
    meta = service['metadata']
    assert extender['urlPrefix'] == f'https://{meta["name"]}.{meta["namespace"]}.svc'
    verbs = ('filter', 'prioritize', 'preempt')
    assert tuple(extender[f'{verb}Verb'] for verb in verbs) == verbs
    # the extender asks for a certificate, and the scheduler has one
    (serving,) = (item for item in WORKLOADS if item['metadata']['name'] == 'edge-sched-extender')
    (container,) = serving['spec']['template']['spec']['containers']
    assert any(option.startswith('--tls-client-ca=') for option in container['args'])
    assert set(extender['tlsConfig']) == {'caFile', 'certFile', 'keyFile'}
    # names alone, and nothing placed without an answer
    assert extender['nodeCacheCapable'] is True and extender['ignorable'] is False
    assert service['spec']['publishNotReadyAddresses'] is True


@pytest.mark.parametrize('version', VERSIONS)
def test_the_page_names_a_file_that_the_clusters_version_takes(version):
    named, taken = VERSIONS[version]
    assert re.search(rf'^\| {re.escape(named)} \| `scheduler-{version}\.yaml`', DOC, re.MULTILINE)
    minors = [int(text) for text in re.findall(r'1\.(\d+)', named)]
    assert set(range(min(minors), max(minors) + 1)) <= set(taken)


def test_the_example_can_be_placed_by_the_example_types():
    types = load_types(CONFIG / 'types.yaml')
    (example,) = objects('example.yaml')
    template = example['spec']['template']
    meta = {'name': 'gate', 'uid': 'u', **template['metadata']}
    found = read_pod({'metadata': meta, 'spec': template['spec']}, types)
    assert found.app is not None and found.problem == ''


def test_roles_are_bound_to_their_accounts():
    bindings = [one for one in ALL if one['kind'] in ('ClusterRoleBinding', 'RoleBinding')]
    bound = {(one['subjects'][0]['name'], one['roleRef']['name']) for one in bindings}
    assert bound == {
        ('edge-sched-extender', 'edge-sched-extender'),
        ('edge-sched-agent', 'edge-sched-agent'),
        ('edge-sched-scheduler', 'system:kube-scheduler'),
        ('edge-sched-scheduler', 'system:volume-scheduler'),
        ('edge-sched-scheduler', 'extension-apiserver-authentication-reader'),
    }
    assert all(one['subjects'][0]['namespace'] == 'edge-sched' for one in bindings)


def test_the_page_knows_all_annotations_options_and_metrics():
    table = re.findall(r'^\| `(edge-sched\.io/[a-z-]+)` \|', DOC, re.MULTILINE)
    assert set(table) == {*names.KEYS, names.UNIT, names.OBSERVED}
    for gauge in _GAUGES:
        assert f'_{gauge}' in DOC, gauge
    options = {
        option
        for command in (serve_command, node_command, plugin_command)
        for parameter in command.params
        for option in parameter.opts
    }
    known = {*options, '-k', '-f', '-n', '-o'}
    said = set(re.findall(r'(?<![\w-])(--[a-z][a-z0-9-]+)', DOC.partition('## What an app')[2]))
    assert said <= known


# --- units as devices -------------------------------------------------------------------------

SLICES = CONFIG / 'slices'


def of_slices(file):
    return [one for one in yaml.safe_load_all((SLICES / file).read_text()) if one]


def test_everything_for_devices_is_in_its_component():
    (component,) = of_slices('kustomization.yaml')
    assert component['kind'] == 'Component'
    files = {path.name for path in SLICES.iterdir()} - {'kustomization.yaml'}
    assert set(component['resources']) == files
    (patch,) = component['patches']
    (change,) = yaml.safe_load(patch['patch'])
    option, _, value = change['value'].partition('=')
    known = {name: one for one in node_command.params for name in one.opts}
    assert value in known[option].type.choices
    agent = next(one for one in WORKLOADS if one['metadata']['name'] == patch['target']['name'])
    assert agent['spec']['template']['spec']['containers'][0]['name'] == 'agent'


def test_there_is_a_device_class_for_every_kind():
    classes = of_slices('device-classes.yaml')
    found = {one['metadata']['name']: one['spec'] for one in classes}
    assert found == {
        f'edge-sched-{kind}': {
            'extendedResourceName': f'{names.GROUP}/{kind}',
            'selectors': [
                {
                    'cel': {
                        'expression': f"device.driver == '{names.GROUP}' && "
                        f"device.attributes['{names.GROUP}'].kind == '{kind}'"
                    }
                }
            ],
        }
        for kind in UNIT_KINDS
    }


def test_the_policy_of_slices_is_about_all_that_an_agent_may_write():
    policy, binding = of_slices('slice-policy.yaml')
    (node_policy, _) = objects('agent-policy.yaml')
    assert policy['spec']['matchConditions'] == node_policy['spec']['matchConditions']
    (rule,) = policy['spec']['matchConstraints']['resourceRules']
    role, _ = objects('rbac-agent.yaml')
    (may,) = (one for one in role['rules'] if one['apiGroups'] == rule['apiGroups'])
    assert set(rule['resources']) == set(may['resources'])
    assert {verb.lower() for verb in rule['operations']} == set(may['verbs']) - {'get'}
    assert binding['spec']['policyName'] == policy['metadata']['name']


# --- the kubelet plugin -----------------------------------------------------------------------

PLUGIN = CONFIG / 'plugin'


def of_plugin(file):
    return [one for one in yaml.safe_load_all((PLUGIN / file).read_text()) if one]


def test_the_plugin_is_a_component_of_its_own():
    (component,) = of_plugin('kustomization.yaml')
    assert component['kind'] == 'Component'
    files = {path.name for path in PLUGIN.iterdir()} - {'kustomization.yaml'}
    assert set(component['resources']) == files
    account, role, binding = of_plugin('rbac-plugin.yaml')
    assert binding['roleRef']['name'] == role['metadata']['name']
    (subject,) = binding['subjects']
    assert subject['name'] == account['metadata']['name'] and subject['namespace'] == 'edge-sched'


def test_the_plugin_may_write_kubelets_folders_and_nothing_else():
    (item,) = of_plugin('plugin.yaml')
    template = item['spec']['template']
    assert item['spec']['selector']['matchLabels'] == template['metadata']['labels']
    spec = template['spec']
    assert spec['serviceAccountName'] == 'edge-sched-plugin'
    assert 'hostNetwork' not in spec and 'hostPID' not in spec
    (container,) = spec['containers']
    rights = container['securityContext']
    assert rights['readOnlyRootFilesystem'] is True
    assert rights['allowPrivilegeEscalation'] is False
    assert rights['capabilities'] == {'drop': ['ALL']} and 'privileged' not in rights
    assert container['args'] == ['kube', plugin_command.name]
    # kubelet is given paths, so they are the same for both, and those that the command takes
    mounts = {one['name']: one['mountPath'] for one in container['volumeMounts']}
    assert mounts == {one['name']: one['hostPath']['path'] for one in spec['volumes']}
    options = {one.name: one.default for one in plugin_command.params}
    assert {name: str(options[name]) for name in mounts} == mounts


def test_the_plugin_runs_where_the_agent_does():
    (item,) = of_plugin('plugin.yaml')
    agent = next(one for one in WORKLOADS if one['metadata']['name'] == 'edge-sched-agent')
    both = [one['spec']['template']['spec'] for one in (item, agent)]
    assert both[0]['nodeSelector'] == both[1]['nodeSelector']
    assert both[0]['containers'][0]['image'] == both[1]['containers'][0]['image']
