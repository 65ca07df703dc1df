# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Processing units: what a device computes with."""

from __future__ import annotations

from dataclasses import dataclass

#: the kinds of processing unit the vocabulary knows
UNIT_KINDS = ('cpu', 'gpu', 'dla', 'pva', 'vic', 'ofa')

AVAILABLE = 'available'
UNAVAILABLE = 'unavailable'
HUNG = 'hung'
UNIT_STATES = (AVAILABLE, UNAVAILABLE, HUNG)


@dataclass(frozen=True, slots=True)
class Unit:
    """
    One processing unit; runs one stage at a time.

    :param name: unique on the device, e.g. ``cpu0``
    :param kind: one of :data:`UNIT_KINDS`
    """

    name: str
    kind: str = 'cpu'


class UnitState:
    """What the dispatcher knows of a unit now. Policies read it and never write it."""

    __slots__ = (
        'busy_ns',
        'hang_at_ns',
        'job_id',
        'reason',
        'speed',
        'stage',
        'stages_done',
        'started_ns',
        'state',
        'task',
        'unit',
    )

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.state = AVAILABLE
        self.reason = ''
        #: clock relative to the one the profiles were taken at (0.5 = half speed)
        self.speed = 1.0
        #: the running stage; ``None`` when idle. A hung unit keeps what it hangs on.
        self.job_id: int | None = None
        self.task = ''
        self.stage = ''
        self.started_ns = 0
        #: when the watchdog gives up on the running stage
        self.hang_at_ns = 0
        #: total time spent in stages that ended
        self.busy_ns = 0
        self.stages_done = 0

    @property
    def idle(self) -> bool:
        """Whether a stage may be started here now."""
        return self.job_id is None and self.state == AVAILABLE

    def busy_until_now_ns(self, now_ns: int) -> int:
        """Total busy time, the running stage included, in nanoseconds."""
        running = max(0, now_ns - self.started_ns) if self.job_id is not None else 0
        return self.busy_ns + running
