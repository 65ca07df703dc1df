# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A policy of one's own for several devices, simulated beside built-in ones.

The coordinator takes it as ``high_level_policy: own_high_level_policy:HomeFirst``, where Python
finds this module.
"""

import edge_sched_ros as es
from edge_sched_ros.core.high_level.cutting import whole
from edge_sched_ros.policies.high_level.re_placing import place_open


class HomeFirst(es.HighLevelPolicy):
    """Runs a network where its frames are, unless more than so much work waits there."""

    name = 'home_first'
    parameters = (
        es.PolicyParameter('most_waiting_ms', 20.0, 0.0, 1e4, 'Work that may wait at home'),
    )

    def __init__(self, *, most_waiting_ms):
        self._most_ns = most_waiting_ms * 1e6

    def cuts(self, task, view):
        """Return the network in one piece: devices get ready for that."""
        cut = whole(task.graph)
        return [cut] if view.runs_somewhere(task, cut) else []

    def assign(self, job, view):
        """Return the device of every partition."""
        if job.cut is not None:
            # a device was lost: this is about what it leaves to be done
            return place_open(job, view)
        chosen = []
        for part in whole(job.spec.graph):
            devices = view.devices_for(job, part)
            if not devices:
                return 'no_device'
            waits = {name: self._waits_ns(view, name) for name in devices}
            home = job.spec.home
            if waits.get(home, self._most_ns + 1) > self._most_ns:
                home = min(devices, key=waits.__getitem__)
            chosen.append(es.Assignment(part.name, home, job.deadline_ns))
        return chosen

    def _waits_ns(self, view, device):
        """Return how long it takes until a unit of a device is free."""
        units = view.devices[device].offer.units
        return min(view.free_at_ns(device, unit.name) for unit in units) - view.now_ns


if __name__ == '__main__':
    robot = es.load_system('fleet_robot_desk_faults')
    for policy in ('whole_network', 'look_ahead', '__main__:HomeFirst'):
        run = es.simulate(robot, high_level_policy=policy, seconds=4)
        print(f'{policy:18}  {run["miss_ratio"]:5.1%} missed')
