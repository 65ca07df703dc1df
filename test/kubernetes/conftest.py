# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A real control plane, the extender as a process of its own, and nodes that are said to be there.

Only ``make test-kubernetes`` runs these tests: it first makes the control plane, or takes the
programs in the folder that KUBE_BIN names.
"""

from __future__ import annotations

import logging
import os
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
if find_spec('kubernetes') is None:
    collect_ignore_glob = ['test_*.py']


def _why_not() -> str:
    """Return why these tests cannot run; empty where they can."""
    if not os.environ.get('EDGE_SCHED_TEST_KUBERNETES'):
        return 'make test-kubernetes runs these'
    from control_plane.programs import why_not

    return why_not(ROOT)


@pytest.fixture(scope='session')
def plane(tmp_path_factory):
    """etcd, API server and controllers."""
    reason = _why_not()
    if reason:
        pytest.skip(reason)
    from control_plane.programs import find_programs
    from control_plane.servers import ControlPlane

    plane = ControlPlane(find_programs(ROOT), tmp_path_factory.mktemp('plane'))
    try:
        plane.start()
        yield plane
    finally:
        plane.stop()


@pytest.fixture(scope='session')
def admin(plane):
    """A client that may do anything."""
    from kubernetes import client
    from kubernetes import config

    settings = client.Configuration()
    config.load_kube_config(
        str(plane.credentials.kubeconfigs['admin']), client_configuration=settings
    )
    # while the API server is away it is asked every moment, and each time would be logged
    logging.getLogger('urllib3').setLevel(logging.ERROR)
    settings.retries = False
    with client.ApiClient(settings) as found:
        yield found


@pytest.fixture(scope='session')
def installation(plane, admin):
    """What config/kubernetes makes of it."""
    from control_plane.installation import Installation
    from kubernetes import client

    return Installation(plane, ROOT / 'config' / 'kubernetes', client.CoreV1Api(admin))


@pytest.fixture(scope='session')
def extender(plane, installation, tmp_path_factory):
    """Extender and scheduler, each with the rights of its service account alone."""
    from control_plane.extender import Extender
    from control_plane.workloads import TYPES

    folder = tmp_path_factory.mktemp('extender')
    config = folder / 'placement.yaml'
    config.write_text(yaml.safe_dump(TYPES))
    account = installation.kubeconfig('edge-sched-extender')
    options = ('--violation-s', '1', '--migrate-every-s', '2')
    extender = Extender(folder, account, config, *options)
    try:
        extender.start()
        config = installation.scheduler_config(extender.url, extender.certificate)
        plane.start_scheduler(config, installation.kubeconfig('edge-sched-scheduler'))
        yield extender
    finally:
        extender.process.stop()


@pytest.fixture(scope='session')
def kubelet(admin):
    """Says of pods that they run."""
    from control_plane.nodes import Kubelet
    from kubernetes import client

    with Kubelet(client.CoreV1Api(admin)):
        yield


@pytest.fixture
def cluster(plane, admin, extender, kubelet):
    """A cluster without nodes and pods, which is cleared afterwards."""
    from control_plane.cluster import Cluster

    found = Cluster(admin, extender, plane.programs)
    yield found
    found.clear()
