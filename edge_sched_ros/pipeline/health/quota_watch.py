# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Watches the CPU quota of the units, and its throttling."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from edge_sched_ros.execution.discovery.cpu_quota import CpuQuota
from edge_sched_ros.execution.discovery.cpu_quota import limiting
from edge_sched_ros.execution.discovery.cpu_quota import read_cpu_quota
from edge_sched_ros.execution.discovery.cpu_quota import read_throttling
from edge_sched_ros.execution.discovery.cpu_quota import Throttling


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """
    A quota below the number of this machine's cores.

    :param cpu_units: number of cores used as units
    :param throttling: throttling since the pipeline was started
    """

    quota: CpuQuota
    cpu_units: int
    throttling: Throttling = field(default_factory=Throttling)

    @property
    def too_many_units(self) -> bool:
        """Whether the units together can use more than the quota."""
        return self.cpu_units > self.quota.cpus

    def __str__(self) -> str:
        """Return the quota as text."""
        units = f'{self.cpu_units} CPU unit' + ('s' if self.cpu_units != 1 else '')
        shares = 'share' if self.cpu_units != 1 else 'has'
        return f'{units} {shares} {self.quota}'

    def to_dict(self) -> dict[str, Any]:
        """Return the quota in JSON types."""
        return {
            'cpus': self.quota.cpus,
            'period_ms': self.quota.period_ms,
            'group': self.quota.group,
            'cpu_units': self.cpu_units,
            'periods': self.throttling.periods,
            'throttled': self.throttling.throttled,
            'stopped_s': round(self.throttling.stopped_s, 3),
        }


class QuotaWatch:
    """
    Watches the quota of this process, which may change at any time.

    :param root: the folder with ``proc`` and ``sys``
    :param cores: cores that the process may run on
    :param cpu_units: those of them in use
    """

    def __init__(self, root: Path, cores: int, cpu_units: int) -> None:
        self._root = root
        self._cores = cores
        self._cpu_units = cpu_units
        self._before = Throttling()

    def begin(self) -> None:
        """Restart counting."""
        self._before = read_throttling(self._root)

    def read(self) -> QuotaUse | None:
        """Return the present quota; ``None`` without one that limits."""
        quota = limiting(read_cpu_quota(self._root), self._cores)
        if quota is None:
            return None
        done = read_throttling(self._root).since(self._before)
        return QuotaUse(quota, self._cpu_units, done)
