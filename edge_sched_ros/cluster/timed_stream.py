# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A socket as a stream with one deadline for any number of reads and writes."""

from __future__ import annotations

import io
import socket
import time
from typing import Any


class TimedStream(io.RawIOBase):
    """
    Reads and writes a connection until a deadline.

    The timeout of a socket is for each call alone: a client that sends a byte now and then would
    keep its connection for ever.

    :param connection: plain or TLS
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._deadline = time.monotonic()

    def allow(self, seconds: float) -> None:
        """Set the deadline, from now."""
        self._deadline = time.monotonic() + seconds

    def left_s(self) -> float:
        """Return the time until the deadline, in seconds; at least 0."""
        return max(0.0, self._deadline - time.monotonic())

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def writable(self) -> bool:
        """Whether it can be written: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """
        Read what has arrived; 0 at the end.

        :raises TimeoutError: at the deadline
        """
        self._arm()
        return self._connection.recv_into(buffer)

    def write(self, data: Any) -> int:
        """
        Write a part, and return its size.

        :raises TimeoutError: at the deadline
        """
        self._arm()
        return self._connection.send(data)

    def _arm(self) -> None:
        left = self.left_s()
        if left <= 0:
            raise TimeoutError('the time of a request is over')
        self._connection.settimeout(left)
