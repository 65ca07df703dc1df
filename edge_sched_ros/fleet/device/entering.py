# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Entering nodes: partitions that wait until all their inputs are on the device."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.fleet.device.partitions import LoadedPartition
from edge_sched_ros.fleet.device.store import Key
from edge_sched_ros.fleet.wire.orders import PushOrder


@dataclass(frozen=True, slots=True)
class Entering:
    """
    A partition of a job that was pushed.

    :param keys: input -> where it is kept
    """

    order: PushOrder
    loaded: LoadedPartition
    keys: Mapping[str, Key]


class EnteringNodes:
    """Those that wait, by what they wait for."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[int, str], Entering] = {}
        self._missing: dict[tuple[int, str], set[Key]] = {}
        self._waiting: dict[Key, list[tuple[int, str]]] = {}

    @property
    def nodes(self) -> Collection[Entering]:
        """All that wait."""
        return self._nodes.values()

    def has(self, job: int, partition: str) -> bool:
        """Whether a partition waits."""
        return (job, partition) in self._nodes

    def add(self, node: Entering, missing: Collection[Key]) -> None:
        """Let one wait for tensors."""
        where = (node.order.job, node.order.partition)
        self._nodes[where] = node
        self._missing[where] = set(missing)
        for key in missing:
            self._waiting.setdefault(key, []).append(where)

    def arrived(self, key: Key) -> list[Entering]:
        """Count a tensor; return those that are complete with it, which wait no more."""
        complete = []
        for where in self._waiting.pop(key, ()):
            missing = self._missing.get(where)
            if missing is not None:
                missing.discard(key)
                if not missing:
                    complete.append(self._take(where))
        return complete

    def remove(self, job: int, partition: str) -> Entering | None:
        """Let one wait no more; return it if it did."""
        return self._take((job, partition)) if self.has(job, partition) else None

    def remove_job(self, job: int) -> list[Entering]:
        """Let all of a job wait no more."""
        return [self._take(where) for where in list(self._nodes) if where[0] == job]

    def remove_all(self) -> list[Entering]:
        """Let none wait any more."""
        return [self._take(where) for where in list(self._nodes)]

    def overdue(self, before_ns: int) -> list[Entering]:
        """Let those wait no more whose deadline was before a time."""
        late = [w for w, node in self._nodes.items() if node.order.deadline_ns < before_ns]
        return [self._take(where) for where in late]

    def _take(self, where: tuple[int, str]) -> Entering:
        for key in self._missing.pop(where):
            others = self._waiting.get(key)
            if others is not None:
                others.remove(where)
                if not others:
                    del self._waiting[key]
        return self._nodes.pop(where)
