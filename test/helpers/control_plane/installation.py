# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""config/kubernetes applied to a control plane: who edge-sched is there, and how it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from kubernetes import client

from control_plane.servers import ControlPlane
from control_plane.waiting import wait_for


class Installation:
    """
    What the kustomize folder makes of a control plane.

    :param folder: with kustomization.yaml
    """

    def __init__(self, plane: ControlPlane, folder: Path, core: client.CoreV1Api) -> None:
        self._plane, self._core, self._folder = plane, core, folder
        objects = yaml.safe_load_all(plane.kubectl('kustomize', str(folder)))
        policies = plane.programs.has_admission_policies
        self.objects = [one for one in objects if policies or not _is_policy(one)]
        plane.kubectl('apply', '-f', '-', text=yaml.safe_dump_all(self.objects))

    def kubeconfig(self, account: str) -> Path:
        """Return a file that lets its owner ask in the name of a service account."""
        namespace = self.namespace_of(account)
        wait_for('service account', lambda: self._account(namespace, account))
        request = {'spec': {'expirationSeconds': 3600, 'audiences': None}}
        answer = self._core.create_namespaced_service_account_token(account, namespace, request)
        return self._plane.credentials.kubeconfig(account, answer.status.token)

    def agent_kubeconfig(self, node: str) -> Path:
        """Return a file for the agent of a node: the token is that of a pod on it."""
        account = 'edge-sched-agent'
        namespace = self.namespace_of(account)
        wait_for('service account', lambda: self._account(namespace, account))
        spec = {
            'nodeName': node,
            'serviceAccountName': account,
            'containers': [{'name': 'agent', 'image': 'never-pulled'}],
        }
        body = {'metadata': {'name': f'agent-on-{node}'}, 'spec': spec}
        pod = self._core.create_namespaced_pod(namespace, body)
        bound = {'kind': 'Pod', 'apiVersion': 'v1', 'name': pod.metadata.name}
        bound['uid'] = pod.metadata.uid
        request = {'spec': {'audiences': None, 'boundObjectRef': bound}}
        answer = self._core.create_namespaced_service_account_token(account, namespace, request)
        return self._plane.credentials.kubeconfig(f'{account}-{node}', answer.status.token)

    def add_slices(self) -> None:
        """Apply the classes and the policy of devices."""
        for file in ('device-classes.yaml', 'slice-policy.yaml'):
            self._plane.kubectl('apply', '-f', str(self._folder / 'slices' / file))

    def namespace_of(self, account: str) -> str:
        """Return the namespace of a service account."""
        return str(self._one('ServiceAccount', account)['metadata']['namespace'])

    def scheduler_config(self, url: str, authority: Path) -> dict[str, Any]:
        """
        Return the KubeSchedulerConfiguration of the folder, but for a server elsewhere.

        :param authority: certificate that vouches for that server
        """
        version = self._plane.programs.scheduler_config
        text = (self._folder / f'scheduler-{version}.yaml').read_text()
        found: dict[str, Any] = yaml.safe_load(text)
        (extender,) = found['extenders']
        extender['urlPrefix'] = url
        extender['tlsConfig'] = {'caFile': str(authority)}
        return found

    def _one(self, kind: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            one for one in self.objects if one['kind'] == kind and one['metadata']['name'] == name
        )
        return found

    def _account(self, namespace: str, name: str) -> bool:
        try:
            self._core.read_namespaced_service_account(name, namespace)
        except client.ApiException:
            return False
        return True


def _is_policy(one: dict[str, Any]) -> bool:
    """Return whether servers before Kubernetes 1.30 do not know an object's kind."""
    return str(one['kind']).startswith('ValidatingAdmissionPolicy')
