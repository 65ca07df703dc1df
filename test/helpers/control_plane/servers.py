# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The servers of a control plane, on loopback, each with ports of its own."""

from __future__ import annotations

import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from control_plane.credentials import Credentials
from control_plane.process import free_ports
from control_plane.process import Process
from control_plane.programs import Programs

#: those that the tests need. Nobody looks after nodes: they are what the tests say they are
_CONTROLLERS = (
    'deployment',
    'disruption',
    'garbagecollector',
    'namespace',
    'replicaset',
    'serviceaccount',
    'serviceaccount-token',
)
#: make claims of templates, and end pods on devices with a taint
_CONTROLLERS_OF_CLAIMS = ('resourceclaim-controller', 'device-taint-eviction-controller')


class ControlPlane:
    """
    etcd, API server and controller manager; a scheduler when it is told how to schedule.

    :param folder: for keys, data and logs
    """

    def __init__(self, programs: Programs, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        peer, client, api, manager, *schedulers = free_ports(6)
        self.url = f'https://127.0.0.1:{api}'
        self.credentials = Credentials(folder, self.url)
        self._scheduler_ports = schedulers
        self.etcd = self._process('etcd', self._etcd(peer, client))
        self.api = self._process('kube-apiserver', self._api_server(client, api))
        self.manager = self._process('kube-controller-manager', self._manager(manager))
        self.scheduler: Process | None = None

    # --- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Start all but the scheduler, and wait until they are ready."""
        self.etcd.start()
        self.api.start()
        self.wait_for_api()
        self.manager.start()

    def wait_for_api(self) -> None:
        """Return when the API server says it is ready."""
        self.api.wait_until(self.ready)

    def start_scheduler(self, config: Mapping[str, Any], kubeconfig: Path) -> None:
        """
        Start a scheduler.

        :param config: a KubeSchedulerConfiguration but for where it listens and whom it asks
        """
        secure, insecure = self._scheduler_ports
        here: dict[str, Any] = {'clientConnection': {'kubeconfig': str(kubeconfig)}}
        if self.programs.has_insecure_ports:
            address = f'127.0.0.1:{insecure}'
            here |= {'healthzBindAddress': address, 'metricsBindAddress': address}
        file = self.folder / 'scheduler.json'
        file.write_text(json.dumps({**config, **here}))
        keys = self.credentials
        arguments = (
            *(f'--config={file}', '--bind-address=127.0.0.1', f'--secure-port={secure}'),
            *(f'--tls-cert-file={keys.certificate}', f'--tls-private-key-file={keys.key}'),
        )
        self.scheduler = self._process('kube-scheduler', arguments)
        self.scheduler.start()
        health = f'https://127.0.0.1:{secure}/healthz'
        self.scheduler.wait_until(lambda: _says_ok(health, keys.certificate))

    def stop(self) -> None:
        """End all processes."""
        for process in (self.scheduler, self.manager, self.api, self.etcd):
            if process is not None:
                process.stop()

    # --- questions --------------------------------------------------------------------------

    def ready(self) -> bool:
        """Return whether the API server answers that it is ready."""
        return _says_ok(f'{self.url}/readyz', self.credentials.certificate)

    def kubectl(self, *arguments: str, text: str = '') -> str:
        """Return what kubectl prints, asked in the name of the admin."""
        config = self.credentials.kubeconfigs['admin']
        done = subprocess.run(
            [self.programs.path('kubectl'), f'--kubeconfig={config}', *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    # --- commands ---------------------------------------------------------------------------

    def _process(self, name: str, arguments: Sequence[str]) -> Process:
        command = [self.programs.path(name), *arguments]
        return Process(name, command, self.folder / f'{name}.log')

    def _etcd(self, peer: int, client: int) -> list[str]:
        clients, peers = f'http://127.0.0.1:{client}', f'http://127.0.0.1:{peer}'
        return [
            f'--data-dir={self.folder / "etcd"}',
            f'--listen-client-urls={clients}',
            f'--advertise-client-urls={clients}',
            f'--listen-peer-urls={peers}',
            f'--initial-advertise-peer-urls={peers}',
            f'--initial-cluster=default={peers}',
        ]

    def _api_server(self, etcd: int, port: int) -> list[str]:
        keys = self.credentials
        return [
            f'--etcd-servers=http://127.0.0.1:{etcd}',
            '--bind-address=127.0.0.1',
            '--advertise-address=127.0.0.1',
            '--endpoint-reconciler-type=none',
            f'--secure-port={port}',
            *(['--insecure-port=0'] if self.programs.has_insecure_ports else []),
            # else every new node is tainted until a controller takes it for healthy
            '--disable-admission-plugins=TaintNodesByCondition',
            '--service-cluster-ip-range=10.0.0.0/24',
            '--authorization-mode=RBAC',
            f'--token-auth-file={keys.tokens}',
            f'--tls-cert-file={keys.certificate}',
            f'--tls-private-key-file={keys.key}',
            f'--service-account-key-file={keys.accounts_key}',
            f'--service-account-signing-key-file={keys.accounts_key}',
            '--service-account-issuer=https://edge-sched.test',
        ]

    def _controllers(self) -> tuple[str, ...]:
        return (*_CONTROLLERS, *(_CONTROLLERS_OF_CLAIMS if self.programs.has_slices else ()))

    def _manager(self, port: int) -> list[str]:
        return [
            f'--kubeconfig={self.credentials.kubeconfigs["controller-manager"]}',
            f'--service-account-private-key-file={self.credentials.accounts_key}',
            f'--controllers={",".join(self._controllers())}',
            # each controller has the rights of a role of its own
            '--use-service-account-credentials',
            '--leader-elect=false',
            *(['--port=0'] if self.programs.has_insecure_ports else []),
            '--bind-address=127.0.0.1',
            f'--secure-port={port}',
        ]


def _says_ok(url: str, authority: Path) -> bool:
    """Return whether a server on loopback answers 200."""
    context = ssl.create_default_context(cafile=authority)
    try:
        with urllib.request.urlopen(url, timeout=30, context=context) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        pass
    return False
