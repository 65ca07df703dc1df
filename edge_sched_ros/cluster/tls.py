# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Certificates of the server, read again when their files change."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError

_log = logging.getLogger(__name__)


class Certificates:
    """
    A TLS context that follows its files, which change when a Secret is renewed.

    :param client_ca: clients may show a certificate, which must be of this authority; whether a
        path needs one is decided by the server, because the probes of kubelet have none
    :raises ConfigError: naming the file that cannot be used
    """

    def __init__(self, cert: Path, key: Path, client_ca: Path | None = None) -> None:
        self._cert, self._key, self._client_ca = cert, key, client_ca
        self._seen = self._state()
        #: for new connections
        self.context = self._load()

    @property
    def for_clients(self) -> bool:
        """Whether clients are asked for a certificate."""
        return self._client_ca is not None

    def refresh(self) -> None:
        """Load changed files for new connections; unusable files are tried again later."""
        state = self._state()
        if state == self._seen:
            return
        try:
            self.context = self._load()
        except ConfigError as error:
            _log.warning('keeping the old certificates: %s', error)
            return
        self._seen = state
        files = filter(None, (self._cert, self._key, self._client_ca))
        _log.info('%s: read again', ', '.join(map(str, files)))

    def _load(self) -> ssl.SSLContext:
        """Return a new context: one in use would be broken by a failed load."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        for file in filter(None, (self._cert, self._key, self._client_ca)):
            _check_readable(file)
        try:
            context.load_cert_chain(self._cert, self._key)
        except (OSError, ValueError) as error:
            problem = f'is not a certificate for the key {self._key}: {tls_words(error)}'
            raise ConfigError(str(self._cert), problem) from None
        if self._client_ca is not None:
            try:
                context.load_verify_locations(self._client_ca)
            except (OSError, ValueError) as error:
                problem = f'is not a certificate: {tls_words(error)}'
                raise ConfigError(str(self._client_ca), problem) from None
            context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def _state(self) -> list[tuple[int, int]]:
        found = []
        for file in filter(None, (self._cert, self._key, self._client_ca)):
            try:
                stat = file.stat()
                found.append((stat.st_mtime_ns, stat.st_ino))
            except OSError:
                found.append((0, 0))
        return found


def _check_readable(file: Path) -> None:
    try:
        file.read_bytes()
    except OSError as error:
        raise ConfigError(str(file), f'cannot be read: {error.strerror}') from None


def tls_words(error: Exception) -> str:
    """Return the message of the TLS library, shortened."""
    return ' '.join(str(getattr(error, 'reason', '') or error).split())[:100]
