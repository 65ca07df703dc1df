# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The extender goes away and comes back; the API server goes away and comes back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from control_plane.waiting import wait_for
from control_plane.workloads import Model
from control_plane.workloads import said_of
from placements import app

CONFIG = Path(__file__).resolve().parents[2] / 'config' / 'kubernetes'
APPS = {f's{index}': app('only-gpu', rate_per_s=8) for index in range(9)}
ALGORITHM = 'ibis'


def _question(cluster, asked):
    """Return what kube-scheduler would ask of a pod that it never saw."""
    meta = {
        'name': 'asked',
        'namespace': 'default',
        'uid': 'u-1',
        'annotations': said_of(asked),
    }
    return {'Pod': {'metadata': meta}, 'NodeNames': sorted(cluster.nodes)}


def test_after_a_crash_it_knows_again_what_is_where(cluster):
    cluster.add_nodes('gpu')
    model = Model(cluster.nodes, APPS, ALGORITHM)
    fit = model.place(APPS)
    waits = next(name for name in APPS if name not in fit)
    cluster.add_pods({name: APPS[name] for name in fit})
    for name in fit:
        cluster.node_of(name)

    cluster.extender.process.kill()
    cluster.add_pods({waits: APPS[waits]})
    wait_for('error of the scheduler', lambda: cluster.events_of(waits, 'FailedScheduling'))
    assert waits not in cluster.where()
    cluster.extender.start()
    # a new node makes the scheduler try again at once, even one that is of no use
    cluster.add_nodes('tpu')
    # had the extender forgotten what is bound, it would let this one in
    cluster.why_pending(waits, 'edge-sched: ')
    assert cluster.where() == fit
    cluster.remove_pods(next(iter(fit)))
    cluster.node_of(waits)


def test_without_the_api_server_it_answers_from_what_it_knows(cluster, plane):
    cluster.add_nodes('gpu', 'tpu')
    fit = Model(cluster.nodes, APPS, ALGORITHM).place(APPS)
    # one more place for the question below, for which room is held as well
    fits, waits = list(fit)[:-2], list(APPS)[-1]
    cluster.add_pods({name: APPS[name] for name in fits})
    for name in fits:
        cluster.node_of(name)
    question = _question(cluster, APPS[waits])
    before = cluster.extender.ask('/filter', question)
    assert len(before['NodeNames']) == 1

    told = cluster.extender.told('is not available, retrying')
    plane.api.kill()
    try:
        wait_for(
            'word of both watches',
            lambda: cluster.extender.told('is not available, retrying') >= told + 2,
        )
        assert cluster.extender.process.running
        assert cluster.extender.status('/healthz') == 200
        assert cluster.extender.ask('/filter', question) == before
    finally:
        plane.api.start()
        plane.wait_for_api()
    # both watches go on by themselves: a node and a pod of now are seen
    cluster.add_nodes('tpu')
    cluster.add_pods({waits: APPS[waits]})
    cluster.node_of(waits)
    wait_for(
        'pods in the books', lambda: cluster.extender.metric('edge_sched_apps') == len(fits) + 1
    )
    assert Model(cluster.nodes, APPS, ALGORITHM).put(cluster.where()) == []


@pytest.mark.parametrize('version', ['v1', 'v1beta1'])
def test_a_scheduler_refuses_a_configuration_of_another_time_in_one_line(plane, version):
    if version == plane.programs.scheduler_config:
        pytest.skip('it knows this one')
    command = [plane.programs.path('kube-scheduler')]
    command.append(f'--config={CONFIG / f"scheduler-{version}.yaml"}')
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    said = [
        line
        for line in done.stderr.splitlines()
        if f'kubescheduler.config.k8s.io/{version}' in line
    ]
    assert len(said) == 1 and 'is registered for version' in said[0]
