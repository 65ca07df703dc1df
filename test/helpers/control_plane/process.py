# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A process of the control plane: started, waited for, and ended in any case."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from control_plane.waiting import wait_for


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(('127.0.0.1', 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Process:
    """
    A command with its output in a file; ends with this process, however that ends.

    :param log: takes what the command writes, and is added to when it is started again
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._command = command
        self._log = log
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it must not be running."""
        assert self._process is None
        with self._log.open('ab') as log:
            self._process = subprocess.Popen(
                ['setpriv', '--pdeathsig', 'KILL', *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
            )

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 60.0) -> None:
        """
        Return when it is ready.

        :raises AssertionError: with its last words when it ends, or does not get ready
        """

        def look() -> bool:
            assert self.running, f'{self.name} has ended: {self.last_words()}'
            return ready()

        wait_for(f'ready {self.name}', look, seconds=seconds, why=self.last_words)

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def stop(self, *, seconds: float = 5.0) -> None:
        """End it: kindly at first."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(60)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(60)

    def last_words(self) -> str:
        """Return the end of its log."""
        lines = self._log.read_text(errors='replace').splitlines()
        return '\n'.join(lines[-15:])
