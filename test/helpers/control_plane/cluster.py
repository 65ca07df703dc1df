# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One test's cluster: its nodes, pods and deployments."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from kubernetes import client

from control_plane import nodes
from control_plane import workloads
from control_plane.extender import Extender
from control_plane.programs import Programs
from control_plane.waiting import wait_for

#: what the server is told is of the past when its node is gone: no two tests share names
_TURNS = count()


class Cluster:
    """
    Nodes and what is on them, by names that are only this cluster's.

    :param api: may do anything
    """

    def __init__(self, api: client.ApiClient, extender: Extender, programs: Programs) -> None:
        self.core = client.CoreV1Api(api)
        self.apps = client.AppsV1Api(api)
        self._custom = client.CustomObjectsApi(api)
        self.extender = extender
        # Kubernetes 1.20 has no policy/v1, and 1.25 no v1beta1
        self._budgets = 'v1' if programs.has_budgets_v1 else 'v1beta1'
        self._turn = f't{next(_TURNS)}'
        #: name -> type
        self.nodes: dict[str, str] = {}

    # --- what there is ----------------------------------------------------------------------

    def add_nodes(self, *types: str) -> list[str]:
        """Add nodes of these types, and wait until the extender knows them."""
        names = []
        for type_ in types:
            name = f'{self._turn}-{type_}-{len(self.nodes)}'
            nodes.add_node(self.core, name, type_)
            self.nodes[name] = type_
            names.append(name)
        self._until_extender_knows()
        return names

    def add_pods(
        self,
        apps: Mapping[str, Mapping[str, Any] | None],
        resources: Mapping[str, str] | None = None,
        priority: str = '',
    ) -> None:
        """Create pods, all at once; resources are for each of them."""
        for name, app in apps.items():
            workloads.create_pod(self.core, name, app, resources or {}, priority)

    def add_budget(self, deployment: str) -> None:
        """Forbid that a deployment is ever without a pod, and wait until that holds."""
        spec = {'minAvailable': 1, 'selector': {'matchLabels': {'app': deployment}}}
        body = {'kind': 'PodDisruptionBudget', 'metadata': {'name': deployment}, 'spec': spec}
        body['apiVersion'] = f'policy/{self._budgets}'
        self._custom.create_namespaced_custom_object(*self._budget_path(), body)

        def look() -> bool:
            found = self._custom.get_namespaced_custom_object(*self._budget_path(), deployment)
            return found.get('status', {}).get('currentHealthy') == 1

        wait_for('budget that holds', look)

    def remove_budget(self, deployment: str) -> None:
        """Allow it again."""
        self._custom.delete_namespaced_custom_object(*self._budget_path(), deployment)

    def remove_pods(self, *names: str) -> None:
        """Delete pods, and wait until they are gone."""
        for name in names:
            self.core.delete_namespaced_pod(name, workloads.NAMESPACE)
        wait_for('end of pods', lambda: not set(names) & set(self.pods()))

    def clear(self) -> None:
        """Remove everything."""
        namespace = workloads.NAMESPACE
        self.apps.delete_collection_namespaced_deployment(namespace)
        wait_for('end of replica sets', lambda: not self._replica_sets())
        self.core.delete_collection_namespaced_pod(namespace, grace_period_seconds=0)
        wait_for('end of pods', lambda: not self.pods())
        self._custom.delete_collection_namespaced_custom_object(*self._budget_path())
        for name in self.nodes:
            self.core.delete_node(name)
        self.nodes.clear()
        self._until_extender_knows()

    # --- questions --------------------------------------------------------------------------

    def pods(self) -> dict[str, client.V1Pod]:
        """Return all pods by name."""
        found = self.core.list_namespaced_pod(workloads.NAMESPACE).items
        return {pod.metadata.name: pod for pod in found}

    def where(self) -> dict[str, str]:
        """Return the nodes of the pods that have one."""
        return {n: pod.spec.node_name for n, pod in self.pods().items() if pod.spec.node_name}

    def node_of(self, name: str) -> str:
        """Return the node that a pod gets, once it has."""
        return nodes.pod_on(self.core, workloads.NAMESPACE, name)

    def why_pending(self, name: str, part: str = '') -> str:
        """
        Return why the scheduler could not place a pod, once it has said so.

        :param part: of what is waited for; another reason may have been said before
        """

        def look() -> str:
            pod = self.core.read_namespaced_pod(name, workloads.NAMESPACE)
            said = nodes.refusal(pod)
            return said if part in said else ''

        return wait_for(f"refusal of {name} for '{part}'", look)

    def refused(self) -> list[str]:
        """Return the pods that the scheduler has said it cannot place."""
        return [
            name
            for name, pod in self.pods().items()
            if not pod.spec.node_name and nodes.refusal(pod)
        ]

    def events_of(self, name: str, reason: str) -> list[str]:
        """Return the messages of a pod's events."""
        chosen = f'involvedObject.name={name},reason={reason}'
        found = self.core.list_namespaced_event(workloads.NAMESPACE, field_selector=chosen).items
        return [str(one.message) for one in found]

    def pod_of(self, deployment: str, *, other_than: str = '') -> client.V1Pod:
        """
        Return the pod of a deployment that is bound and stays.

        :param other_than: uid of one that is not meant
        """

        def look() -> client.V1Pod | None:
            label = f'app={deployment}'
            pods = self.core.list_namespaced_pod(workloads.NAMESPACE, label_selector=label).items
            for pod in pods:
                ends = pod.metadata.deletion_timestamp is not None
                if pod.spec.node_name and not ends and pod.metadata.uid != other_than:
                    return pod
            return None

        return wait_for(f'pod of {deployment}', look)

    def available(self, deployment: str) -> int:
        """Return how many pods of a deployment are available."""
        found = self.apps.read_namespaced_deployment(deployment, workloads.NAMESPACE)
        return found.status.available_replicas or 0

    def observe(self, pod: client.V1Pod, response_ms: float) -> None:
        """Say what a pod is seen to take."""
        patch = {'metadata': {'annotations': {workloads.OBSERVED: f'{response_ms}'}}}
        self.core.patch_namespaced_pod(pod.metadata.name, workloads.NAMESPACE, patch)

    def _budget_path(self) -> tuple[str, ...]:
        return ('policy', self._budgets, workloads.NAMESPACE, 'poddisruptionbudgets')

    def _replica_sets(self) -> list[Any]:
        found = self.apps.list_namespaced_replica_set(workloads.NAMESPACE).items
        return list(found)

    def _until_extender_knows(self) -> None:
        wanted = len(self.nodes)
        wait_for(
            f'{wanted} nodes in the books',
            lambda: self.extender.metric('edge_sched_nodes') == wanted,
        )
