# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keys, tokens and kubeconfig files of a control plane."""

from __future__ import annotations

import json
import secrets
import subprocess
from pathlib import Path

#: who asks -> user and group as the API server's own roles know them
USERS = {
    'admin': ('test-admin', 'system:masters'),
    'controller-manager': ('system:kube-controller-manager', ''),
}


def _openssl(*arguments: str) -> None:
    subprocess.run(['openssl', *arguments], check=True, capture_output=True, timeout=60)


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Return certificate and key, both files, of a server on loopback; it vouches for itself."""
    certificate, key = folder / f'{name}.crt', folder / f'{name}.key'
    _openssl(
        *('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', f'/CN={name}'),
        *('-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'),
        *('-keyout', str(key), '-out', str(certificate)),
    )
    return certificate, key


class Credentials:
    """
    Everything that has to do with who may ask; files in one folder.

    :param server: URL of the API server
    """

    def __init__(self, folder: Path, server: str) -> None:
        self._folder = folder
        self._server = server
        self.certificate, self.key = make_certificate(folder, 'apiserver')
        #: signs the tokens of service accounts
        self.accounts_key = folder / 'accounts.key'
        _openssl('genrsa', '-out', str(self.accounts_key), '2048')
        self.tokens = folder / 'tokens.csv'
        known = {name: secrets.token_hex(16) for name in USERS}
        lines = [f'{known[name]},{user},{user},{group}' for name, (user, group) in USERS.items()]
        self.tokens.write_text('\n'.join(lines) + '\n')
        self.kubeconfigs = {name: self.kubeconfig(name, token) for name, token in known.items()}

    def kubeconfig(self, name: str, token: str) -> Path:
        """Return a file that lets its owner ask in the name of whom the token is of."""
        cluster = {'server': self._server, 'certificate-authority': str(self.certificate)}
        found = {
            'apiVersion': 'v1',
            'kind': 'Config',
            'clusters': [{'name': 'test', 'cluster': cluster}],
            'users': [{'name': name, 'user': {'token': token}}],
            'contexts': [{'name': 'test', 'context': {'cluster': 'test', 'user': name}}],
            'current-context': 'test',
        }
        file = self._folder / f'{name}.kubeconfig'
        file.write_text(json.dumps(found))
        return file
