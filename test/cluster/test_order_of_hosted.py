# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node that is described anew, as a unit was claimed, is as busy as before to the last digit."""

from __future__ import annotations

import random

import pytest
from kube_objects import by_names
from kube_objects import make_types
from kube_objects import node
from kube_objects import pod

from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.cluster.service import Service

ON_GPU = {'network': 'only-gpu', 'preprocess': None, 'latency_ms': 500}


def claim(name, on, unit):
    result = {'driver': 'edge-sched.io', 'pool': on, 'device': unit, 'request': 'r'}
    status = {'allocation': {'devices': {'results': [result]}}}
    return {'metadata': {'uid': name, 'name': name, 'namespace': 'default'}, 'status': status}


def place(service, asking, *names):
    """Ask for a pod as kube-scheduler does; return its node, empty for none."""
    fits = service.filter(by_names(asking, *names))['NodeNames']
    scores = service.prioritize(by_names(asking, *fits)) if fits else []
    return max(scores, key=lambda one: one['Score'])['Host'] if scores else ''


@pytest.mark.parametrize('unit', ['cpu0', 'vic7'])
def test_a_claim_during_the_binding_of_a_pod_changes_no_load(make_service, unit):
    rates = dict(zip('abc', (1, 3, 6)))
    work = [rate / 1e3 * 20 for rate in rates.values()]
    assert sum(work) != sum((work[2], *work[:2])), 'the order makes no difference'
    service = make_service('gpu-0')
    for name in ('a', 'b'):
        service.note('pods', 'ADDED', pod(name, node='gpu-0', **ON_GPU, rate_per_s=rates[name]))
    assert place(service, pod('c', **ON_GPU, rate_per_s=rates['c']), 'gpu-0') == 'gpu-0'
    before = service.utilisation()['gpu-0', 'gpu0']
    assert before == sum(work)
    service.note('resourceclaims', 'ADDED', claim('x', 'gpu-0', unit))
    assert service.utilisation()['gpu-0', 'gpu0'] == before


def test_an_application_stays_on_its_unit_when_another_one_is_claimed(make_service):
    units = {'gpu0': {'kind': 'gpu'}, 'gpu1': {'kind': 'gpu'}, 'cpu0': {'kind': 'cpu'}}
    devices = {'two': {'memory_mib': 8000, 'network_ms': 10, 'units': units}}
    asked = {**ON_GPU, 'rate_per_s': 16, 'latency_ms': 50}
    pods = [pod(name, node='two-0', **asked) for name in ('a', 'b')]
    service = make_service('two-0', pods=pods, devices=devices)
    service.note('pods', 'DELETED', pods[0])
    before = service.utilisation()
    assert before['two-0', 'gpu0'] == 0 and before['two-0', 'gpu1'] > 0
    service.note('resourceclaims', 'ADDED', claim('x', 'two-0', 'cpu0'))
    assert service.utilisation()['two-0', 'gpu1'] == before['two-0', 'gpu1']
    # its own unit is claimed: the model has to put it elsewhere
    service.note('resourceclaims', 'ADDED', claim('y', 'two-0', 'gpu1'))
    assert service.utilisation()['two-0', 'gpu0'] == before['two-0', 'gpu1']


def test_with_devices_pods_go_where_the_model_says(tmp_path):
    """The first of benchmarks/kubernetes_cluster.py --nodes 100 --pods 500 --publish-as slices."""
    pytest.importorskip('kubernetes', reason='kubernetes is not installed')
    from control_plane.workloads import Model
    from control_plane.workloads import said_of
    from placements import app

    draw = random.Random(7)
    apps = {
        f'p{index:04}': app(
            draw.choice(('small', 'large', 'only-gpu')),
            rate_per_s=draw.choice((1, 2, 3)),
            deadline_ms=draw.choice((300, 500)),
        )
        for index in range(280)
    }
    types = {f'{kind}-{index:03}': kind for index in range(50) for kind in ('gpu', 'tpu')}
    service = Service(make_types(tmp_path), make_algorithm('ibis'), clock=lambda: 0.0)
    service.replace('nodes', [node(name) for name in types])
    for kind in ('pods', 'resourceclaims'):
        service.replace(kind, [])
    model, elsewhere = Model(types, apps, 'ibis'), []
    for index, (name, asked) in enumerate(apps.items()):
        said, raw = model.answer(name), pod(name)
        raw['metadata']['annotations'] = said_of(asked)
        where = place(service, raw, *types)
        assert isinstance(said, Choice) and where
        if not model.alike(where, said.node):
            elsewhere.append(name)
        model.host(name, said, where)
        # the scheduler allocates the device, and then binds
        service.note('resourceclaims', 'ADDED', claim(f'c{index}', where, f'vic{index}'))
        raw['spec']['nodeName'] = where
        service.note('pods', 'MODIFIED', raw)
    assert elsewhere == []
    service.validate()
