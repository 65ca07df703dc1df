# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched kube serve`` as a process of its own, and what it answers."""

from __future__ import annotations

import json
import re
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from control_plane.credentials import make_certificate
from control_plane.process import free_ports
from control_plane.process import Process

EDGE_SCHED = (sys.executable, '-m', 'edge_sched_ros.cli.main')


class Extender:
    """
    The server, on a port of its own that it keeps when it is started again; over TLS.

    :param options: of the command, further ones
    """

    def __init__(self, folder: Path, kubeconfig: Path, config: Path, *options: str) -> None:
        (port,) = free_ports(1)
        self.url = f'https://127.0.0.1:{port}'
        self.certificate, key = make_certificate(folder, 'edge-sched')
        self._context = ssl.create_default_context(cafile=self.certificate)
        command = (
            *(*EDGE_SCHED, 'kube', 'serve', '--kubeconfig', str(kubeconfig)),
            *('--config', str(config), '--listen', f'127.0.0.1:{port}'),
            *('--tls-cert', str(self.certificate), '--tls-key', str(key), *options),
        )
        self.log = folder / 'edge-sched.log'
        self.process = Process('edge-sched', command, self.log)

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        self.process.start()
        self.process.wait_until(lambda: self.status('/readyz') == 200)

    def status(self, path: str) -> int:
        """Return the status with which a path is answered; 0 where there is no answer."""
        try:
            with self._open(urllib.request.Request(self.url + path)) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def ask(self, path: str, question: Any) -> Any:
        """Return the answer to what kube-scheduler would ask."""
        body = json.dumps(question).encode()
        kind = {'Content-Type': 'application/json'}
        with self._open(urllib.request.Request(self.url + path, body, kind)) as answer:
            return json.load(answer)

    def metric(self, name: str) -> float:
        """Return a metric by its name and labels; 0 where it was never counted."""
        with self._open(urllib.request.Request(f'{self.url}/metrics')) as answer:
            text = answer.read().decode()
        found = re.search(rf'^{re.escape(name)} (\S+)$', text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def told(self, text: str) -> int:
        """Return how often its log has a text."""
        return self.log.read_text().count(text)

    def _open(self, request: urllib.request.Request) -> Any:
        return urllib.request.urlopen(request, timeout=60, context=self._context)
