# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Energy of a PC's processor, if it may be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.files import read_int
from edge_sched_ros.execution.discovery.files import read_text


@dataclass(frozen=True, slots=True)
class Energy:
    """
    An energy counter.

    :param total_uj: microjoules, wrapping at ``range_uj``; ``None`` when it may not be read
    :param reason: why it may not be read; empty if it may
    """

    total_uj: int | None
    range_uj: int = 0
    reason: str = ''


def power_mw(before: Energy, now: Energy, seconds: float) -> float | None:
    """Return the mean power between two readings; ``None`` when it is not known."""
    if before.total_uj is None or now.total_uj is None or seconds <= 0:
        return None
    spent_uj = now.total_uj - before.total_uj
    if spent_uj < 0:
        spent_uj += now.range_uj
    return spent_uj / seconds / 1000 if spent_uj >= 0 else None


class Rapl:
    """
    The processor package's counter, found once and read repeatedly.

    :param root: the folder with ``sys``
    """

    def __init__(self, root: Path = Path('/')) -> None:
        self._folder: Path | None = None
        for folder in sorted(root.glob('sys/class/powercap/*rapl:*')):
            if (read_text(folder / 'name') or '').startswith('package-0'):
                self._folder = folder
                break

    def read(self) -> Energy:
        """Return the counter now."""
        if self._folder is None:
            return Energy(None, reason='the processor has no RAPL counter here')
        total_uj = read_int(self._folder / 'energy_uj')
        if total_uj is None:
            return Energy(None, reason=f'{self._folder / "energy_uj"} may be read by root only')
        return Energy(total_uj, read_int(self._folder / 'max_energy_range_uj') or 0)
