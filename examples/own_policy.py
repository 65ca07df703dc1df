# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A scheduling policy of one's own, simulated beside a built-in one.

The node takes it as ``policy: own_policy:ShortestFirst``, where Python finds this module.
"""

import edge_sched_ros as es


class ShortestFirst(es.Policy):
    """Starts the job that needs least time until its answer; a priority counts as time."""

    name = 'shortest_first'
    parameters = (
        es.PolicyParameter('priority_ms', 5.0, 0.0, 1000.0, 'Time that one priority is worth'),
    )

    def __init__(self, *, priority_ms):
        self._priority_ns = priority_ms * 1e6

    def decide(self, view):
        """Start ready jobs, each on the idle unit that is fastest for it."""
        runs, free = [], view.free_slots()

        def needs(job):
            return view.least_remaining_ns(job) - job.priority * self._priority_ns, job.id

        for job in sorted(view.ready, key=needs):
            idle = [unit for unit in job.stage.units if free.get(unit)]
            if idle:
                unit = min(idle, key=lambda one: view.cost_ns(job, job.stage, one))
                free[unit] -= 1
                runs.append(
                    es.Run(job.id, job.task, job.stage.name, unit, job.variant.name, job.items)
                )
        return runs


if __name__ == '__main__':
    drone = es.load_system('robot_drone', 'orin_nx')
    for policy in ('edf', 'edf+drop', '__main__:ShortestFirst', '__main__:ShortestFirst+drop'):
        run = es.simulate(drone, policy=policy, load=0.9)
        print(f'{policy:27}  {run["miss_ratio"]:5.1%} missed')
