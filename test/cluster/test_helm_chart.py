# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The Helm chart: it lints, and what it makes is what the kustomization makes."""

from __future__ import annotations

import copy
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from edge_sched_ros.cluster.types_file import load_types

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / 'config' / 'helm' / 'edge-sched'
CONFIG = ROOT / 'config' / 'kubernetes'
HELM = shutil.which('helm')

needs_helm = pytest.mark.skipif(HELM is None, reason='helm is not installed')


def helm(*arguments):
    return subprocess.run(
        [HELM, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def rendered(*options, version='1.36.2', namespace='edge-sched'):
    done = helm('template', 'e', str(CHART), '-n', namespace, '--kube-version', version, *options)
    assert done.returncode == 0, done.stderr
    return {
        (one['kind'], one['metadata']['name']): one
        for one in yaml.safe_load_all(done.stdout)
        if one
    }


def in_kustomization(folder=CONFIG):
    (said,) = yaml.safe_load_all((folder / 'kustomization.yaml').read_text())
    found = {}
    for file in said['resources']:
        for one in yaml.safe_load_all((folder / file).read_text()):
            if one and one['kind'] != 'Namespace':
                found[one['kind'], one['metadata']['name']] = one
    return said, found


def plain(one):
    """Return a workload without what the chart adds, and without images."""
    one = copy.deepcopy(one)
    template = one.get('spec', {}).get('template')
    if isinstance(template, dict):
        template['metadata'].pop('annotations', None)
        for container in template['spec']['containers']:
            container.pop('image')
    return one


def test_the_example_of_the_values_is_that_of_the_kustomization(tmp_path):
    values = yaml.safe_load((CHART / 'values.yaml').read_text())
    assert values['types'] == yaml.safe_load((CONFIG / 'types.yaml').read_text())
    (tmp_path / 't.yaml').write_text(yaml.safe_dump(values['types']))
    assert load_types(tmp_path / 't.yaml').nodes


def test_the_chart_has_the_classes_of_devices_of_the_kustomization():
    """Needs no Helm, which most computers lack."""
    name = 'device-classes.yaml'
    lines = (CHART / 'templates' / name).read_text().splitlines()
    assert lines[0].startswith('{{- if ') and lines[-1] == '{{- end }}'
    assert lines[1:-1] == (CONFIG / 'slices' / name).read_text().splitlines()


@needs_helm
def test_the_chart_lints():
    done = helm('lint', '--strict', str(CHART))
    assert done.returncode == 0, done.stdout


@needs_helm
def test_the_chart_makes_what_the_kustomization_makes():
    said, wanted = in_kustomization()
    found = rendered()
    maps = {key: found.pop(key) for key in list(found) if key[0] == 'ConfigMap'}
    assert {key: plain(one) for key, one in found.items()} == {
        key: plain(one) for key, one in wanted.items()
    }
    assert {name for _, name in maps} == {one['name'] for one in said['configMapGenerator']}
    scheduler = maps['ConfigMap', 'edge-sched-scheduler']['data']['scheduler.yaml']
    assert yaml.safe_load(scheduler) == yaml.safe_load((CONFIG / 'scheduler-v1.yaml').read_text())
    images = {one['name']: f'{one["newName"]}:{one["newTag"]}' for one in said['images']}
    workloads = [one for (kind, _), one in found.items() if kind in ('Deployment', 'DaemonSet')]
    pods = [one['spec']['template']['spec'] for one in workloads]
    assert {one['image'] for pod in pods for one in pod['containers']} == set(images.values())


@needs_helm
def test_with_slices_it_makes_what_the_component_makes():
    _, wanted = in_kustomization(CONFIG / 'slices')
    before, found = rendered(), rendered('--set', 'agent.publishAs=slices')
    assert {key: found[key] for key in found.keys() - before.keys()} == wanted
    (container,) = found['DaemonSet', 'edge-sched-agent']['spec']['template']['spec']['containers']
    assert container['args'] == ['kube', 'node', '--publish-as=slices']


@needs_helm
def test_with_the_plugin_it_makes_what_that_component_makes():
    _, wanted = in_kustomization(CONFIG / 'plugin')
    slices = ('--set', 'agent.publishAs=slices')
    before, found = rendered(*slices), rendered(*slices, '--set', 'plugin.enabled=true')
    added = {key: plain(found[key]) for key in found.keys() - before.keys()}
    assert added == {key: plain(one) for key, one in wanted.items()}


@needs_helm
def test_another_namespace_is_named_everywhere():
    found = rendered(namespace='robots')
    policy = found['ValidatingAdmissionPolicy', 'edge-sched-agent']['spec']
    assert 'serviceaccount:robots:' in policy['matchConditions'][0]['expression']
    assert 'edge-sched.robots.svc' in str(found['ConfigMap', 'edge-sched-scheduler'])
    assert "'namespace': 'edge-sched'" not in str(found)


@needs_helm
@pytest.mark.parametrize(
    ('version', 'config', 'has_policy'),
    [
        ('1.20.2', 'v1beta1', False),
        ('1.22.0', 'v1beta2', False),
        ('1.24.9', 'v1beta3', False),
        ('1.29.0', 'v1', False),
        ('1.30.0-gke.1', 'v1', True),
    ],
)
def test_it_makes_what_the_version_of_the_cluster_knows(version, config, has_policy):
    found = rendered(version=version)
    said = found['ConfigMap', 'edge-sched-scheduler']['data']['scheduler.yaml']
    assert yaml.safe_load(said)['apiVersion'] == f'kubescheduler.config.k8s.io/{config}'
    assert any(kind == 'ValidatingAdmissionPolicy' for kind, _ in found) is has_policy


@needs_helm
def test_parts_can_be_left_out_and_options_added():
    found = rendered(
        *('--set', 'scheduler.enabled=false', '--set', 'agent.enabled=false'),
        *('--set', 'extender.args={--reserve-s=30}'),
    )
    assert {name for kind, name in found if kind in ('Deployment', 'DaemonSet')} == {
        'edge-sched-extender'
    }
    assert ('ConfigMap', 'edge-sched-scheduler') not in found
    (container,) = found['Deployment', 'edge-sched-extender']['spec']['template']['spec'][
        'containers'
    ]
    assert container['args'][-1] == '--reserve-s=30'


@needs_helm
@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (('--set', 'agent.publishAs=both'), 'publishAs'),
        (('--set', 'agent.publish=slices'), 'publish'),
        (('--set', 'types=3'), 'types'),
        (('--set', 'plugin.enabled=true'), 'plugin.enabled needs agent.publishAs: slices'),
    ],
)
def test_values_that_cannot_be_used_are_named(options, words):
    done = helm('template', 'e', str(CHART), '--kube-version', '1.36.2', *options)
    assert done.returncode != 0 and words in done.stderr


@needs_helm
def test_devices_on_a_cluster_that_is_too_old_are_refused():
    options = ('--kube-version', '1.33.0', '--set', 'agent.publishAs=slices')
    done = helm('template', 'e', str(CHART), *options)
    assert done.returncode != 0
    assert 'agent.publishAs: slices needs Kubernetes 1.34, and this is v1.33.0' in done.stderr
