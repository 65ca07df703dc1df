# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Time from the creation of a pod until it is bound, on a real Kubernetes control plane.

Every pod declares an application and requests a unit of its node, which is published in the
status of the node or as a device. Pods are created one after the other, and each must land where
the placement model says. Usage: ``[KUBE_BIN=FOLDER] python benchmarks/kubernetes_cluster.py``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client
from kubernetes import config

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / 'test' / 'helpers'))

from control_plane.cluster import Cluster  # noqa: E402
from control_plane.extender import Extender  # noqa: E402
from control_plane.installation import Installation  # noqa: E402
from control_plane.nodes import refusal  # noqa: E402
from control_plane.programs import find_programs  # noqa: E402
from control_plane.programs import why_not  # noqa: E402
from control_plane.servers import ControlPlane  # noqa: E402
from control_plane.waiting import wait_for  # noqa: E402
from control_plane.workloads import Model  # noqa: E402
from control_plane.workloads import NAMESPACE  # noqa: E402
from control_plane.workloads import TYPES  # noqa: E402
from placements import app  # noqa: E402

from edge_sched_ros.capacity.placement.algorithms.base import Choice  # noqa: E402
from edge_sched_ros.cluster.publication import Facts  # noqa: E402
from edge_sched_ros.cluster.publication import status_patch  # noqa: E402
from edge_sched_ros.cluster.slices import make_slice  # noqa: E402

#: more than the model puts on a node, so that the model alone decides
UNITS = {f'vic{index}': 'vic' for index in range(40)}
_KINDS = ('small', 'large', 'only-gpu')


@contextmanager
def running_plane(folder: Path) -> Iterator[tuple[ControlPlane, client.ApiClient, Installation]]:
    """Yield a control plane, a client that may do anything, and what is installed."""
    plane = ControlPlane(find_programs(ROOT), folder)
    try:
        plane.start()
        settings = client.Configuration()
        admin = str(plane.credentials.kubeconfigs['admin'])
        config.load_kube_config(admin, client_configuration=settings)
        with client.ApiClient(settings) as api:
            core = client.CoreV1Api(api)
            yield plane, api, Installation(plane, ROOT / 'config' / 'kubernetes', core)
    finally:
        plane.stop()


def publish(cluster: Cluster, api: client.ApiClient, how: str) -> None:
    """Publish units of all nodes as their agents would."""
    objects = client.CustomObjectsApi(api)
    for name in cluster.nodes:
        raw = api.sanitize_for_serialization(cluster.core.read_node(name))
        facts = Facts(UNITS)
        if how == 'status':
            cluster.core.patch_node_status(name, status_patch(facts, raw))
        else:
            item = make_slice(facts, raw, None)
            objects.create_cluster_custom_object('resource.k8s.io', 'v1', 'resourceslices', item)


def place(cluster: Cluster, model: Model, apps: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Create pods one after the other; return their times, and how many went as expected."""
    times, as_said, refused = [], 0, 0
    for name, asked in apps.items():
        said = model.answer(name)
        begin = time.perf_counter()
        cluster.add_pods({name: asked}, resources={'edge-sched.io/vic': '1'})

        def look(name: str = name) -> Any:
            pod = cluster.core.read_namespaced_pod(name, NAMESPACE)
            return pod if pod.spec.node_name or refusal(pod) else None

        pod = wait_for(f'answer on {name}', look, every_s=0.01)
        node = pod.spec.node_name
        if node:
            times.append(time.perf_counter() - begin)
        else:
            refused += 1
        if isinstance(said, Choice):
            as_said += bool(node) and model.alike(node, said.node)
            if node:
                model.host(name, said, node)
        else:
            as_said += not node
    return {'times': sorted(times), 'as_said': as_said, 'refused': refused}


def measure(nodes: int, pods: int, how: str) -> str:
    """Return a row of a table."""
    draw = random.Random(7)
    apps = {
        f'p{index:04}': app(
            draw.choice(_KINDS),
            rate_per_s=draw.choice((1, 2, 3)),
            deadline_ms=draw.choice((300, 500)),
        )
        for index in range(pods)
    }
    with tempfile.TemporaryDirectory() as folder:
        place_of = Path(folder)
        types = place_of / 'types.yaml'
        types.write_text(yaml.safe_dump(TYPES))
        with running_plane(place_of) as (plane, api, installation):
            if how == 'slices':
                installation.add_slices()
            account = installation.kubeconfig('edge-sched-extender')
            extender = Extender(place_of, account, types)
            try:
                extender.start()
                settings = installation.scheduler_config(extender.url, extender.certificate)
                scheduler = installation.kubeconfig('edge-sched-scheduler')
                plane.start_scheduler(settings, scheduler)
                cluster = Cluster(api, extender, plane.programs)
                cluster.add_nodes(*(('gpu', 'tpu')[index % 2] for index in range(nodes)))
                publish(cluster, api, how)
                found = place(cluster, Model(cluster.nodes, apps, 'ibis'), apps)
            finally:
                extender.process.stop()
    times = found['times']
    return (
        f'| 1.{plane.programs.minor} | {how} | {nodes} | {pods} | {found["as_said"]} | '
        f'{found["refused"]} | {statistics.median(times) * 1e3:.0f} / {times[-1] * 1e3:.0f} ms |'
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--nodes', type=int, default=20)
    parser.add_argument('--pods', type=int, default=200)
    parser.add_argument('--publish-as', choices=('status', 'slices'), default='status')
    options = parser.parse_args()
    reason = why_not(ROOT)
    if reason:
        raise SystemExit(reason)
    print(measure(options.nodes, options.pods, options.publish_as))


if __name__ == '__main__':
    main()
