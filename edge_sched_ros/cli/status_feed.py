# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Schedulers that run, as a process that knows ROS tells of them."""

from __future__ import annotations

import json
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.installation.own_module import module_command
from edge_sched_ros.reporting.top.snapshot import Snapshot
from edge_sched_ros.reporting.top.snapshot import snapshot_from
from edge_sched_ros.reporting.top.source import Value

_MODULE = 'edge_sched_ros.nodes.status_feed'
_END_S = 5.0


class StatusFeed:
    """
    A source of snapshots of all schedulers of this ROS domain; use it with ``with``.

    ROS has a process of its own, which ends with this one: what it logs does not spoil the screen.

    :param node: full name of the one scheduler to show; empty for all
    """

    def __init__(self, node: str = '') -> None:
        self._node = f'/{node.strip("/")}' if node else ''
        self._snapshots: deque[Snapshot] = deque(maxlen=64)
        self._messages: deque[str] = deque(maxlen=8)
        self._came = threading.Event()
        self._process = subprocess.Popen(
            module_command(_MODULE),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C is for whoever shows it
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> StatusFeed:
        """Start reading."""
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_END_S)
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def wait(self, timeout_s: float) -> bool:
        """Wait for a first snapshot; return whether one came."""
        return self._came.wait(timeout_s) and bool(self._snapshots)

    def poll(self) -> Sequence[Snapshot]:
        """
        Return what has come since the last call.

        :raises EdgeSchedError: when the process has ended by itself
        """
        found = []
        while self._snapshots:
            found.append(self._snapshots.popleft())
        if not found and self._process.poll() is not None:
            raise EdgeSchedError(f'ROS 2 cannot be read: {self._why()}')
        return found

    def messages(self) -> Sequence[str]:
        """Return what nodes answered since the last call."""
        found = []
        while self._messages:
            found.append(self._messages.popleft())
        return found

    def set(self, node: str, parameter: str, value: Value) -> None:
        """Ask a node for a change."""
        assert self._process.stdin is not None
        line = json.dumps({'node': node, 'parameter': parameter, 'value': value})
        with suppress(OSError):
            self._process.stdin.write(f'{line}\n')
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.startswith('{'):
                continue
            values = json.loads(line)
            if 'message' in values:
                self._messages.append(values['message'])
            else:
                snapshot = snapshot_from(values['snapshot'])
                if self._node in ('', snapshot.source):
                    self._snapshots.append(snapshot)
                    self._came.set()
        self._came.set()

    def _why(self) -> str:
        assert self._process.stderr is not None
        lines = [line.strip() for line in self._process.stderr.read().splitlines() if line.strip()]
        return lines[-1] if lines else f'its process ended with {self._process.returncode}'
