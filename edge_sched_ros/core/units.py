# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Processing units of a device."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.profiles import StageCost

#: the kinds of processing units
UNIT_KINDS = ('cpu', 'gpu', 'dla', 'pva', 'vic', 'ofa', 'npu')

AVAILABLE = 'available'
UNAVAILABLE = 'unavailable'
HUNG = 'hung'
UNIT_STATES = (AVAILABLE, UNAVAILABLE, HUNG)


@dataclass(frozen=True, slots=True)
class Unit:
    """
    One processing unit.

    :param name: unique on the device, e.g. ``cpu0``
    :param kind: one of :data:`UNIT_KINDS`
    :param slots: number of stages it runs at a time: 1 for one after the other; more share the
        unit
    :param depth: number of stages that may be handed over to it; it runs them in this order. At
        most one of ``slots`` and ``depth`` is above 1
    """

    name: str
    kind: str = 'cpu'
    slots: int = 1
    depth: int = 1


@dataclass(slots=True)
class Running:
    """
    A stage that runs on a unit, or waits in it for the stages handed over before.

    :param started_ns: its start; expected, while it waits in the unit
    :param due_ns: expected end by its profile; its start while the cost is unknown
    :param hang_at_ns: time when the watchdog declares it hung
    :param cost: its expected cost at the start
    :param hung: whether the watchdog has given it up
    """

    job_id: int
    task: str
    stage: str
    started_ns: int
    due_ns: int
    hang_at_ns: int
    cost: StageCost | None = None
    hung: bool = False


class UnitState:
    """The present state of a unit. Policies only read it."""

    __slots__ = (
        'busy_ns',
        'energy_mj',
        'last_task',
        'places',
        'reason',
        'running',
        'slots',
        'speed',
        'stages_done',
        'state',
        'unit',
    )

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.slots = unit.slots
        #: number of stages that may be on the unit, those that wait in it included
        self.places = max(unit.slots, unit.depth)
        self.state = AVAILABLE
        self.reason = ''
        #: clock relative to that of the profiles (0.5 = half speed)
        self.speed = 1.0
        #: running stages by job; a hung unit keeps its hung stage
        self.running: dict[int, Running] = {}
        #: the task whose stage was started here last; its working set may still be cached
        self.last_task = ''
        #: total time of ended stages, summed over slots
        self.busy_ns = 0
        #: total energy of stages that ended, as far as it is known
        self.energy_mj = 0.0
        self.stages_done = 0

    @property
    def idle(self) -> bool:
        """Whether a stage may be handed over now; with a depth above 1 it may have to wait."""
        return len(self.running) < self.places and self.state == AVAILABLE

    def free_at_ns(self, now_ns: int) -> int:
        """Return when a stage handed over next is expected to begin; never before now."""
        if len(self.running) < self.slots:
            return now_ns
        dues_ns = [run.due_ns for run in self.running.values()]
        return max(now_ns, max(dues_ns) if self.unit.depth > 1 else min(dues_ns))

    def busy_until_now_ns(self, now_ns: int) -> int:
        """Total busy time, the running stage included, in nanoseconds."""
        running = sum(max(0, now_ns - run.started_ns) for run in self.running.values())
        return self.busy_ns + running
