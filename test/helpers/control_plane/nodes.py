# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes that are only said to be there, and pods on them that are only said to run."""

from __future__ import annotations

from datetime import datetime
from datetime import timezone
from threading import Event
from threading import Thread
from typing import Any

from kubernetes import client

from control_plane.waiting import wait_for

#: that a node is of a type of the placement file
TYPE = 'edge-sched.io/type'
_ROOM = {'pods': '200', 'cpu': '64', 'memory': '64Gi'}


def _condition(kind: str) -> dict[str, Any]:
    now = datetime.now(timezone.utc).isoformat(timespec='seconds')
    return {
        'type': kind,
        'status': 'True',
        'reason': 'Said',
        'message': 'by a test',
        'lastHeartbeatTime': now,
        'lastTransitionTime': now,
    }


def add_node(core: client.CoreV1Api, name: str, type_: str) -> None:
    """Say that there is a node that is ready and has room by Kubernetes' own measures."""
    core.create_node({'metadata': {'name': name, 'annotations': {TYPE: type_}}})
    status = {'capacity': _ROOM, 'allocatable': _ROOM, 'conditions': [_condition('Ready')]}
    core.patch_node_status(name, {'status': status})


class Kubelet:
    """
    Says of all pods that they run where they are bound, and lets those go that shall.

    :param core: may do all of that
    """

    def __init__(self, core: client.CoreV1Api) -> None:
        self._core = core
        self._ends = Event()
        self._thread = Thread(target=self._run, name='kubelet', daemon=True)

    def __enter__(self) -> Kubelet:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ends.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self._ends.wait(0.2):  # short on purpose
            try:
                for pod in self._core.list_pod_for_all_namespaces().items:
                    self._look_after(pod)
            except (client.ApiException, OSError, client.rest.urllib3.exceptions.HTTPError):
                # the API server is away, or somebody else was quicker: looked at again soon
                continue

    def _look_after(self, pod: client.V1Pod) -> None:
        name, namespace = pod.metadata.name, pod.metadata.namespace
        if not pod.spec.node_name:
            return
        if pod.metadata.deletion_timestamp is not None:
            self._core.delete_namespaced_pod(name, namespace, grace_period_seconds=0)
        elif pod.status.phase == 'Pending':
            conditions = [_condition('Ready'), _condition('PodScheduled')]
            status = {'phase': 'Running', 'conditions': conditions}
            self._core.patch_namespaced_pod_status(name, namespace, {'status': status})


def pod_on(core: client.CoreV1Api, namespace: str, name: str) -> str:
    """Return the node that a pod gets, once it has."""

    def look() -> client.V1Pod:
        return core.read_namespaced_pod(name, namespace)

    return wait_for(
        f'node for {name}', lambda: look().spec.node_name or '', why=lambda: refusal(look())
    )


def refusal(pod: client.V1Pod) -> str:
    """Return what the scheduler last said of a pod that it could not place; else nothing."""
    for one in pod.status.conditions or ():
        if one.type == 'PodScheduled' and one.status == 'False' and one.reason == 'Unschedulable':
            return str(one.message)
    return ''
