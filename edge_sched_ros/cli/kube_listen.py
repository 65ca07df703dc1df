# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where ``edge-sched kube serve`` listens, and with which certificates."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any

from edge_sched_ros.cli.kube_options import check_there
from edge_sched_ros.core.errors import ConfigError

_MOST_PORT, _MOST_DIGITS = 65535, 5


def read_address(listen: str, certificates: Any) -> tuple[str, int]:
    """
    Return host and port of ``--listen``.

    :raises ConfigError: for anything else, and for an address that others reach without TLS
    """
    host, _, port = listen.rpartition(':')
    digits = port.isascii() and port.isdigit() and len(port) <= _MOST_DIGITS
    if not digits or int(port) > _MOST_PORT or not host:
        raise ConfigError('--listen', f"must be HOST:PORT, not '{listen}'")
    host = host.strip('[]')
    if certificates is None and not _is_loopback(host):
        problem = f'{host} can be reached by others: needs --tls-cert and --tls-key'
        raise ConfigError('--listen', problem)
    return host, int(port)


def read_certificates(cert: Path | None, key: Path | None, client_ca: Path | None) -> Any:
    """
    Return the certificates of the options, ``None`` without.

    :raises ConfigError: when one option lacks another, or a file cannot be used
    """
    from edge_sched_ros.cluster.tls import Certificates

    if cert is None and key is None:
        if client_ca is not None:
            raise ConfigError('--tls-client-ca', 'needs --tls-cert and --tls-key')
        return None
    if cert is None or key is None:
        missing, given = (
            ('--tls-cert', '--tls-key') if cert is None else ('--tls-key', '--tls-cert')
        )
        raise ConfigError(missing, f'is missing; {given} needs it')
    files = {'--tls-cert': cert, '--tls-key': key, '--tls-client-ca': client_ca}
    for option, path in files.items():
        check_there(path, option)
    return Certificates(cert, key, client_ca)


def _is_loopback(host: str) -> bool:
    """Whether only this computer reaches an address; names are not looked up."""
    try:
        return host == 'localhost' or ip_address(host).is_loopback
    except ValueError:
        return False
