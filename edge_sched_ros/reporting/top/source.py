# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where ``edge-sched top`` gets its snapshots from."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from edge_sched_ros.reporting.top.snapshot import Snapshot

#: a value of a parameter that keys change
Value = bool | float | str


class Source(Protocol):
    """Schedulers that run, or the file of a run."""

    def poll(self) -> Sequence[Snapshot]:
        """Return the snapshots that have come since the last call; never waits."""

    def messages(self) -> Sequence[str]:
        """Return what is to be told to the user since the last call."""

    def set(self, node: str, parameter: str, value: Value) -> None:
        """Ask a node for a change; a message tells what came of it."""


class RecordedRun:
    """
    A run that has ended: one snapshot of all of it, or a snapshot for each look.

    :param snapshots: in their order
    """

    def __init__(self, snapshots: Sequence[Snapshot]) -> None:
        self._left = deque(snapshots)

    def poll(self) -> Sequence[Snapshot]:
        """Return the next snapshot, if there is one."""
        return [self._left.popleft()] if self._left else []

    def messages(self) -> Sequence[str]:
        """Return nothing: nobody answers."""
        return ()

    def set(self, node: str, parameter: str, value: Value) -> None:
        """Do nothing: a run that has ended cannot change."""
