# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What clients may use of the server at once: connections, bytes and time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from threading import Lock

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Bounds of a server, whoever its clients are.

    JSON of many small values takes about 25 times its size in Python, so ``bytes_in_flight``
    bounds the memory of all requests together: 16 MiB become at most 400 MiB.

    :param body_bytes: maximum body of a request
    :param bytes_in_flight: maximum of all bodies that are being read or answered
    :param connections: maximum number of open connections
    :param connections_of_peer: maximum number of them from one address
    :param at_once: requests that are answered at once; others wait until ``request_s`` is over
    :param handshake_s: maximum time of a TLS handshake, in seconds
    :param request_s: maximum time from the first byte of a request to the last of its answer
    :param idle_s: maximum time between two requests of a connection
    """

    body_bytes: int = 8 * _MIB
    bytes_in_flight: int = 16 * _MIB
    connections: int = 128
    connections_of_peer: int = 32
    at_once: int = 8
    handshake_s: float = 10.0
    request_s: float = 15.0
    idle_s: float = 120.0


def limits_for(body_mib: int) -> Limits:
    """Return the default limits for another maximum body, of which two may be in flight."""
    return Limits(body_bytes=body_mib * _MIB, bytes_in_flight=2 * body_mib * _MIB)


class ConnectionCount:
    """Counts open connections, in all and for each address."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = Lock()
        #: address -> open connections; never an entry of 0
        self._open: Counter[str] = Counter()

    def admit(self, peer: str) -> bool:
        """Count a new connection; ``False``: there are too many, and it does not count."""
        with self._lock:
            limits = self._limits
            if (
                self._open.total() >= limits.connections
                or self._open[peer] >= limits.connections_of_peer
            ):
                self._open += Counter()
                return False
            self._open[peer] += 1
            return True

    def release(self, peer: str) -> None:
        """Count the end of a connection that was admitted."""
        with self._lock:
            self._open[peer] -= 1
            # entries of 0 would grow with the addresses that have ever connected
            if self._open[peer] <= 0:
                del self._open[peer]

    @property
    def total(self) -> int:
        """The number of open connections."""
        with self._lock:
            return self._open.total()


class ByteBudget:
    """Counts bytes that are held for requests, and refuses what would be too much."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held = limit, 0
        self._lock = Lock()

    def take(self, count: int) -> bool:
        """Hold bytes; ``False``: not available now, and nothing is held."""
        with self._lock:
            if self._held + count > self._limit:
                return False
            self._held += count
            return True

    def give_back(self, count: int) -> None:
        """Hold bytes no more."""
        with self._lock:
            self._held -= count

    @property
    def held(self) -> int:
        """The number of bytes that are held."""
        with self._lock:
            return self._held
