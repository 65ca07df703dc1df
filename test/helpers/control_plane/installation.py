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
        self.objects = list(yaml.safe_load_all(plane.kubectl('kustomize', str(folder))))
        plane.kubectl('apply', '-f', '-', text=yaml.safe_dump_all(self.objects))

    def kubeconfig(self, account: str) -> Path:
        """Return a file that lets its owner ask in the name of a service account."""
        namespace = self.namespace_of(account)
        wait_for('service account', lambda: self._account(namespace, account))
        request = {'spec': {'expirationSeconds': 3600, 'audiences': None}}
        answer = self._core.create_namespaced_service_account_token(account, namespace, request)
        return self._plane.credentials.kubeconfig(account, answer.status.token)

    def namespace_of(self, account: str) -> str:
        """Return the namespace of a service account."""
        return str(self._one('ServiceAccount', account)['metadata']['namespace'])

    def scheduler_config(self, url: str, authority: Path) -> dict[str, Any]:
        """
        Return the KubeSchedulerConfiguration of the folder, but for a server elsewhere.

        :param authority: certificate that vouches for that server
        """
        text = (self._folder / 'scheduler-v1beta1.yaml').read_text()
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
