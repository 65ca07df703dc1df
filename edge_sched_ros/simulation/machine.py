# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The units of a platform at work: progress of running stages, sharing, contention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.system.contention import Contention
from edge_sched_ros.system.device import Device

#: called with (time, active stage) when a stage should end unless its pace changes before
EndAt = Callable[[int, 'Active'], None]


class Platform(Protocol):
    """What runs stages; a system is one."""

    @property
    def device(self) -> Device:
        """The units, and what they are like."""

    @property
    def contention(self) -> Contention | None:
        """How busy units slow down others."""


class Active:
    """
    A stage at work.

    :param variant: of the network
    :param index: of the stage
    :param work_ns: at full speed, undisturbed
    :param demand: memory bandwidth in GB/s
    :param energy_mj: of the whole run at the clock that costs are given for
    """

    __slots__ = (
        'demand', 'energy_mj', 'factor', 'index', 'left_ns', 'lost', 'pace', 'run', 'since_ns',
        'spent_mj', 'started_ns', 'turn', 'variant', 'work_ns',
    )  # fmt: skip

    def __init__(
        self,
        run: Run,
        variant: VariantSpec,
        index: int,
        work_ns: float,
        demand: float,
        energy_mj: float,
    ) -> None:
        self.run = run
        self.variant = variant
        self.index = index
        self.work_ns = self.left_ns = work_ns
        self.demand = demand
        self.energy_mj = energy_mj
        #: energy so far, and what a unit of work takes now relative to the clock of the costs
        self.spent_mj = 0.0
        self.factor = 1.0
        #: work done per nanosecond; 0 before it is known
        self.pace = 0.0
        self.since_ns = self.started_ns = 0
        #: counts changes of pace; an end foreseen before the latest of them is void
        self.turn = 0
        #: its unit is gone
        self.lost = False

    def advance(self, now_ns: int) -> None:
        """Account for the work done since the pace changed last."""
        done_ns = min(self.left_ns, (now_ns - self.since_ns) * self.pace)
        if self.work_ns:
            self.spent_mj += self.energy_mj * self.factor * done_ns / self.work_ns
        self.left_ns -= done_ns
        self.since_ns = now_ns

    def finish(self) -> None:
        """Account for the rest."""
        if self.work_ns:
            self.spent_mj += self.energy_mj * self.factor * self.left_ns / self.work_ns
        else:
            self.spent_mj = self.energy_mj * self.factor
        self.left_ns = 0.0


class Machine:
    """
    All running stages of a platform.

    A stage's pace is the speed of its unit, divided by the stages that share the unit and by
    the slowdown from other units.

    :param end_at: told when a stage should end; told again when that changes
    """

    def __init__(self, system: Platform, end_at: EndAt) -> None:
        self._end_at = end_at
        self._contention = system.contention
        #: units whose stages change their pace when others begin or end
        self._changing = {
            name
            for name, unit in system.device.units.items()
            if unit.slots > 1 or self._contention is not None
        }
        self.speeds = dict.fromkeys(system.device.units, 1.0)
        self.factors = dict.fromkeys(system.device.units, 1.0)
        self._active: dict[str, list[Active]] = {name: [] for name in system.device.units}
        self._reserved: dict[str, list[Active]] = {name: [] for name in system.device.units}

    def reserve(self, active: Active) -> None:
        """Note a stage that will begin when its data has been handed over."""
        self._reserved[active.run.unit].append(active)

    def start_reserved(self, active: Active, now_ns: int) -> None:
        """Let a stage begin that was reserved for, unless its unit has been lost meanwhile."""
        if not active.lost:
            self._reserved[active.run.unit].remove(active)
            self.start(active, now_ns)

    def start(self, active: Active, now_ns: int) -> None:
        """Let a stage begin now."""
        unit = active.run.unit
        active.since_ns = active.started_ns = now_ns
        active.factor = self.factors[unit]
        self._active[unit].append(active)
        if unit in self._changing:
            self._refresh(unit, now_ns)
        else:
            pace = active.pace = self.speeds[unit]
            self._end_at(now_ns + round(active.left_ns / pace), active)

    def end(self, active: Active, now_ns: int) -> None:
        """Take out a stage that has ended."""
        active.finish()
        unit = active.run.unit
        self._active[unit].remove(active)
        if unit in self._changing:
            self._refresh(unit, now_ns)

    def set_clock(self, unit: str, speed: float, factor: float, now_ns: int) -> None:
        """Change the clock of a unit, and what a unit of work takes there."""
        for active in self._active[unit]:
            active.advance(now_ns)
            active.factor = factor
        self.speeds[unit] = speed
        self.factors[unit] = factor
        self._refresh(unit, now_ns)

    def lose(self, unit: str) -> None:
        """Forget what runs on a unit that is gone."""
        for active in self._active[unit] + self._reserved[unit]:
            active.turn += 1
            active.lost = True
        self._active[unit].clear()
        self._reserved[unit].clear()

    def _refresh(self, unit: str, now_ns: int) -> None:
        """Bring the pace of all stages that this unit's change concerns up to date."""
        contention, speeds = self._contention, self.speeds
        if contention is None:
            running = self._active[unit]
            for active in running:
                self._set_pace(active, speeds[unit] / len(running), now_ns)
            return
        busy = [(name, running) for name, running in self._active.items() if running]
        demands = {name: max([one.demand for one in running]) for name, running in busy}
        for name, running in busy:
            share = speeds[name] / len(running)
            for active in running:
                slowdown = contention.slowdown(name, active.demand, demands)
                self._set_pace(active, share / slowdown, now_ns)

    def _set_pace(self, active: Active, pace: float, now_ns: int) -> None:
        if pace == active.pace:
            return
        active.advance(now_ns)
        active.pace = pace
        active.turn += 1
        self._end_at(now_ns + round(active.left_ns / pace), active)
