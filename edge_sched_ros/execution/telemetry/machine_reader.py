# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All telemetry of a machine at one moment."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from edge_sched_ros.execution.discovery.power_mode import PowerMode
from edge_sched_ros.execution.discovery.power_mode import read_power_mode
from edge_sched_ros.execution.telemetry.activity import Activity
from edge_sched_ros.execution.telemetry.activity import PowerTimes
from edge_sched_ros.execution.telemetry.cpus import CoreReading
from edge_sched_ros.execution.telemetry.cpus import Cpus
from edge_sched_ros.execution.telemetry.gpu import Gpu
from edge_sched_ros.execution.telemetry.gpu import GpuReading
from edge_sched_ros.execution.telemetry.ina3221 import Ina3221
from edge_sched_ros.execution.telemetry.rails import rail_of
from edge_sched_ros.execution.telemetry.rapl import Energy
from edge_sched_ros.execution.telemetry.rapl import power_mw
from edge_sched_ros.execution.telemetry.rapl import Rapl
from edge_sched_ros.execution.telemetry.thermal import Heat
from edge_sched_ros.execution.telemetry.thermal import Thermal

#: label of a PC's only rail, which feeds all its cores
PACKAGE = 'CPU package (RAPL)'
#: interval after which the next of four readers searches for its files again
_LOOK_AGAIN_NS = 2_500_000_000


@dataclass(frozen=True, slots=True)
class MachineReading:
    """
    The telemetry of a machine at one moment.

    :param cores: number -> CPU core
    :param rails_mw: label -> power of a rail, in mW; unreadable rails are left out
    :param times: unit -> its powered time
    :param energy: energy counter of a PC's processor
    :param reasons: values that could not be read at all -> why
    """

    now_ns: int
    mode: PowerMode
    heat: Heat
    gpu: GpuReading
    cores: Mapping[int, CoreReading]
    rails_mw: Mapping[str, float]
    times: Mapping[str, PowerTimes]
    energy: Energy
    reasons: Mapping[str, str]

    def rail_of(self, kind: str) -> str:
        """Return the label of the rail of a kind of unit; empty when none is known."""
        if kind == 'cpu' and PACKAGE in self.rails_mw:
            return PACKAGE
        return rail_of(kind, self.rails_mw)


class MachineReader:
    """
    All readers of a machine.

    They search for their files again from time to time, one reader at each read: drivers may be
    loaded later than this process, and removed.

    :param cores: CPU cores to read
    :param root: the folder with ``sys``, ``etc`` and ``var``
    """

    def __init__(self, cores: Iterable[int], root: Path = Path('/')) -> None:
        self._root = root
        self._thermal = Thermal(root)
        self._gpu = Gpu(root)
        self._cpus = Cpus(cores, root)
        self._ina3221 = Ina3221(root)
        self._activity = Activity(root)
        self._rapl = Rapl(root)
        self._again = cycle((self._find_gpu, self._find_rails, self._find_heat, self._find_rest))
        self._found_ns: int | None = None

    def _look_again(self, now_ns: int) -> None:
        """Let the next reader search for its files, so often that each does within ten seconds."""
        if self._found_ns is None:
            self._found_ns = now_ns
        if now_ns - self._found_ns >= _LOOK_AGAIN_NS:
            self._found_ns = now_ns
            next(self._again)()

    def _find_gpu(self) -> None:
        self._gpu = Gpu(self._root)

    def _find_rails(self) -> None:
        self._ina3221 = Ina3221(self._root)

    def _find_heat(self) -> None:
        self._thermal = Thermal(self._root)

    def _find_rest(self) -> None:
        self._activity, self._rapl = Activity(self._root), Rapl(self._root)

    def read(self, now_ns: int, before: MachineReading | None) -> MachineReading:
        """
        Read everything.

        :param now_ns: time on any monotonic clock
        :param before: the previous reading, for values computed from differences
        """
        self._look_again(now_ns)
        rails = self._ina3221.read()
        rails_mw = {rail.label: rail.power_mw for rail in rails.rails if rail.power_mw is not None}
        energy = self._rapl.read()
        if before is not None:
            spent = power_mw(before.energy, energy, (now_ns - before.now_ns) / 1e9)
            if spent is not None:
                rails_mw[PACKAGE] = spent
        heat, gpu, mode = self._thermal.read(), self._gpu.read(), read_power_mode(self._root)
        reasons = {
            'power': '' if energy.total_uj is not None or rails_mw else rails.reason,
            'temperature': heat.reason,
            'gpu': gpu.reason,
            'power_mode': mode.reason,
            'energy': energy.reason,
        }
        return MachineReading(
            now_ns=now_ns,
            mode=mode,
            heat=heat,
            gpu=gpu,
            cores=self._cpus.read(),
            rails_mw=rails_mw,
            times=self._activity.read(),
            energy=energy,
            reasons={what: why for what, why in reasons.items() if why},
        )
