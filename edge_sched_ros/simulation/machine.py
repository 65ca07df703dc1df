# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The units of a platform during a run: progress of running stages, sharing, contention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.subclassed import mypyc_attr
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.system.contention import Contention
from edge_sched_ros.system.device import Device

#: called with (time, active stage): the end of a stage unless its speed changes before
EndAt = Callable[[int, 'Active'], None]


class Platform(Protocol):
    """A platform that runs stages, such as a system."""

    @property
    def device(self) -> Device:
        """The units and their properties."""

    @property
    def contention(self) -> Contention | None:
        """The slowdown of units by other busy units."""


class Active:
    """
    A running stage.

    :param variant: variant of the network
    :param index: index of the stage
    :param work_ns: time at full speed, undisturbed
    :param demand: memory bandwidth in GB/s
    :param energy_mj: energy of the whole run at the clock of the costs
    """

    __slots__ = (
        'arrived', 'demand', 'energy_mj', 'factor', 'index', 'left_ns', 'lost', 'pace', 'run',
        'since_ns', 'spent_mj', 'started_ns', 'turn', 'variant', 'work_ns',
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
        #: energy so far, and present energy per work relative to the clock of the costs
        self.spent_mj = 0.0
        self.factor = 1.0
        #: work per nanosecond; 0 before it is known
        self.pace = 0.0
        self.since_ns = self.started_ns = 0
        #: number of changes of speed; an end computed before the latest one is void
        self.turn = 0
        #: whether its unit is lost
        self.lost = False
        #: whether its data has been transferred to its unit
        self.arrived = False

    def advance(self, now_ns: int) -> None:
        """Add the work done since the last change of speed."""
        done_ns = min(self.left_ns, (now_ns - self.since_ns) * self.pace)
        if self.work_ns:
            self.spent_mj += self.energy_mj * self.factor * done_ns / self.work_ns
        self.left_ns -= done_ns
        self.since_ns = now_ns

    def finish(self) -> None:
        """Add the remaining work."""
        if self.work_ns:
            self.spent_mj += self.energy_mj * self.factor * self.left_ns / self.work_ns
        else:
            self.spent_mj = self.energy_mj * self.factor
        self.left_ns = 0.0


@mypyc_attr(allow_interpreted_subclasses=True)
class Machine:
    """
    All running stages of a platform.

    A stage's speed is that of its unit, divided by the number of stages that share the unit and by
    the slowdown from other units. A unit with a depth above 1 runs the stages that it has taken
    one after the other, in this order.

    :param end_at: called with the end of a stage, and again when it changes
    """

    def __init__(self, system: Platform, end_at: EndAt) -> None:
        self._end_at = end_at
        self._contention = system.contention
        #: units whose stages change their speed when others start or end
        self._changing = {
            name
            for name, unit in system.device.units.items()
            if unit.slots > 1 or self._contention is not None
        }
        self.speeds = dict.fromkeys(system.device.units, 1.0)
        self.factors = dict.fromkeys(system.device.units, 1.0)
        self._active: dict[str, list[Active]] = {name: [] for name in system.device.units}
        self._reserved: dict[str, list[Active]] = {name: [] for name in system.device.units}
        #: by unit with a depth above 1: the stages that wait in it, in order
        self._queues: dict[str, list[Active]] = {
            name: [] for name, unit in system.device.units.items() if unit.depth > 1
        }

    def reserve(self, active: Active) -> None:
        """Reserve a unit for a stage that starts when its data has been transferred."""
        queue = self._queues.get(active.run.unit)
        (self._reserved[active.run.unit] if queue is None else queue).append(active)

    def start_reserved(self, active: Active, now_ns: int) -> None:
        """Start a reserved stage, unless its unit has been lost in the meantime."""
        if active.lost:
            return
        unit = active.run.unit
        if unit in self._queues:
            active.arrived = True
            self._start_next(unit, now_ns)
        else:
            self._reserved[unit].remove(active)
            self._start(active, now_ns)

    def start(self, active: Active, now_ns: int) -> None:
        """Start a stage now, or after those that its unit has taken before."""
        queue = self._queues.get(active.run.unit)
        if queue is None:
            self._start(active, now_ns)
        else:
            active.arrived = True
            queue.append(active)
            self._start_next(active.run.unit, now_ns)

    def _start_next(self, unit: str, now_ns: int) -> None:
        queue = self._queues[unit]
        if queue and queue[0].arrived and not self._active[unit]:
            self._start(queue.pop(0), now_ns)

    def _start(self, active: Active, now_ns: int) -> None:
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
        """Remove a stage that has ended."""
        active.finish()
        unit = active.run.unit
        self._active[unit].remove(active)
        if self._queues.get(unit):
            self._start_next(unit, now_ns)
        if unit in self._changing:
            self._refresh(unit, now_ns)

    def set_clock(self, unit: str, speed: float, factor: float, now_ns: int) -> None:
        """Change the clock of a unit, and its energy per work."""
        for active in self._active[unit]:
            active.advance(now_ns)
            active.factor = factor
        self.speeds[unit] = speed
        self.factors[unit] = factor
        self._refresh(unit, now_ns)

    def lose(self, unit: str) -> None:
        """Remove the stages of a lost unit."""
        waiting = (self._active[unit], self._reserved[unit], self._queues.get(unit, []))
        for stages in waiting:
            for active in stages:
                active.turn += 1
                active.lost = True
            stages.clear()

    def _refresh(self, unit: str, now_ns: int) -> None:
        """Update the speed of all stages affected by a change of this unit."""
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
