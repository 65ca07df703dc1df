# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator with two devices in virtual time: frames in, answers of devices out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleets import Fleet

from edge_sched_ros.fleet.coordinator.fleet_status import fleet_status
from edge_sched_ros.fleet.coordinator.health import examine_fleet
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.status import summary
from faults.log import LOG
from faults.log import Log
from faults.scene import DEADLINE_MS
from faults.scene import OTHERS
from faults.scene import total
from faults.scene import VICTIM

#: the devices: faults are done to the first
BAD, GOOD = 'left', 'right'
#: virtual time in which every task must have an answer, whatever happens to a device
_PATIENCE_MS, _STEP_MS = 10_000, 50
#: in which devices join, also when they served another coordinator until its lease ended
_JOINED_MS = 1500


class FleetRobot:
    """
    Three tasks whose networks run on devices; a round is one frame for all.

    What answers is the device that faults are done to.

    :param more: parameters of :class:`Fleet`
    """

    name = 'fleet'

    def __init__(self, more: Mapping[str, Any]) -> None:
        self._log = Log()
        values = {'policy': 'least_loaded', 'deadline_ms': DEADLINE_MS, **more}
        self.fleet = Fleet(tasks=(*OTHERS, VICTIM), **values)
        for name in (BAD, GOOD):
            self.fleet.add(name)
        self.fleet.run(500)
        #: of coordinators that have ended
        self._tasks: list[dict[str, Any]] = []
        #: a fleet has no services
        self.service_s = 0.0

    def round(self) -> None:
        """Let a frame arrive and wait for the end of all jobs."""
        self.fleet.frame()
        for _ in range(_PATIENCE_MS // _STEP_MS):
            self.fleet.run(_STEP_MS)
            if not self.fleet.coordinator.in_flight:
                return
        raise AssertionError(f'jobs did not end: {self.fleet.outcomes()}')

    def answers(self) -> int:
        """Return how many partitions the device has ended for the present coordinator."""
        done = self.fleet.coordinator.done
        return sum(count for (device, _), count in done.items() if device == BAD)

    def note(self, line: str) -> None:
        """Keep a line as if it were in the log."""
        self._log.note(line)

    def health(self) -> list[Health]:
        """Return the diagnostics of the coordinator, and what was logged."""
        found = examine_fleet(self.fleet.coordinator, self.fleet.clock.now_ns)
        return [*found, *(Health(LOG, WARN, line, 'log') for line in self._log.take())]

    def kill(self) -> None:
        """Let the device die."""
        self.fleet.kill(BAD)

    def start(self) -> None:
        """Start it."""
        self.fleet.add(BAD)

    def hang(self) -> None:
        """Let it stand still."""
        self.fleet.hang(BAD)

    def go_on(self) -> None:
        """Let it go on."""
        self.fleet.go_on(BAD)

    def cut(self) -> None:
        """Cut its link."""
        self.fleet.bus.cut.add(BAD)

    def restore(self) -> None:
        """Restore its link."""
        self.fleet.bus.cut.clear()

    def coordinate_again(self, *, killed: bool) -> None:
        """Let the coordinator end, or be killed, and start another one."""
        if killed:
            self.fleet.bus.leave('boss')
        self._end()
        self.fleet.bus.leave('boss')
        self.fleet.kill('home')
        self.fleet.ends.clear()
        self.fleet.coordinate()
        # frames that come before devices have joined are dropped for that
        self.fleet.run(_JOINED_MS)

    def _end(self) -> None:
        coordinator = self.fleet.coordinator
        coordinator.stop()
        self.fleet.bus.pump()
        self._tasks.append(summary(fleet_status(coordinator, self.fleet.clock.now_ns))['tasks'])

    def close(self) -> dict[str, Any]:
        """End the coordinator and return the tasks of all coordinators, as in a summary."""
        try:
            self._end()
        finally:
            self._log.close()
        return total(self._tasks)
