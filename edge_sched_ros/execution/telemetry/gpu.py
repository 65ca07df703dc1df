# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Load and clock of a Jetson's GPU."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.files import read_int
from edge_sched_ros.execution.discovery.files import read_text

#: names of the GPU's node in the device tree (Xavier, Orin, Thor), or of its devfreq device
_NODES = ('gv11b', 'ga10b', 'gb10b', 'gpu', 'gpu-gpc-0')


@dataclass(frozen=True, slots=True)
class GpuReading:
    """
    The GPU at one moment; ``None`` if a value cannot be read.

    :param load: 0..1, sampled by the driver
    :param reason: why there is no value; empty if there is
    """

    load: float | None = None
    clock_hz: int | None = None
    cap_hz: int | None = None
    governor: str | None = None
    reason: str = ''


class Gpu:
    """
    The GPU's devfreq device, found once and read repeatedly.

    :param root: the folder with ``sys``
    """

    def __init__(self, root: Path = Path('/')) -> None:
        self._folder: Path | None = None
        for folder in sorted(root.glob('sys/class/devfreq/*')):
            node = read_text(folder / 'device/of_node/name')
            if node in _NODES or folder.name in _NODES:
                self._folder = folder
                break

    def read(self) -> GpuReading:
        """Return the present state of the GPU."""
        folder = self._folder
        if folder is None:
            return GpuReading(reason='there is no devfreq device of an integrated GPU')
        load = read_int(folder / 'device/load')
        return GpuReading(
            load=None if load is None else min(1.0, load / 1000),
            clock_hz=read_int(folder / 'cur_freq'),
            cap_hz=read_int(folder / 'max_freq'),
            governor=read_text(folder / 'governor'),
        )
