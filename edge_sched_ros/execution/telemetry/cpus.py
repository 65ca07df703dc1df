# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Clocks of CPU cores, and which of them are switched on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.files import parse_range
from edge_sched_ros.execution.discovery.files import read_int
from edge_sched_ros.execution.discovery.files import read_text


@dataclass(frozen=True, slots=True)
class CoreReading:
    """
    A core at one moment; ``None`` if a value cannot be read.

    :param online: whether it is switched on
    :param cap_khz: the highest clock that the governor may now choose
    """

    online: bool
    clock_khz: int | None = None
    cap_khz: int | None = None


class Cpus:
    """
    Some CPU cores.

    :param cores: their numbers
    :param root: the folder with ``sys``
    """

    def __init__(self, cores: Iterable[int], root: Path = Path('/')) -> None:
        self._folder = root / 'sys/devices/system/cpu'
        self._cores = tuple(cores)

    def read(self) -> dict[int, CoreReading]:
        """Return every core by its number."""
        online = parse_range(read_text(self._folder / 'online') or '')
        return {core: self._core(core, not online or core in online) for core in self._cores}

    def _core(self, core: int, online: bool) -> CoreReading:
        if not online:
            return CoreReading(False)
        folder = self._folder / f'cpu{core}/cpufreq'
        return CoreReading(
            True, read_int(folder / 'scaling_cur_freq'), read_int(folder / 'scaling_max_freq')
        )
