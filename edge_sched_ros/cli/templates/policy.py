# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scheduling policy, with a test."""

from __future__ import annotations

GROUP = 'policies'

MODULE = '''"""A policy: decides which job runs on which unit."""

import edge_sched_ros as es


class $cls(es.Policy):
    """Starts the job with the earliest deadline; a priority counts as time."""

    name = '$name'
    parameters = (
        es.PolicyParameter('priority_ms', 5.0, 0.0, 1000.0, 'Time that one priority is worth'),
    )

    def __init__(self, *, priority_ms):
        self._priority_ns = priority_ms * 1e6

    def decide(self, view):
        """Return what starts now: ready jobs, each on the idle unit that is fastest for it."""
        runs, free = [], view.free_slots()
        for job in sorted(view.ready, key=self._rank):
            idle = [unit for unit in job.stage.units if free.get(unit)]
            if idle:
                unit = min(idle, key=lambda one: view.cost_ns(job, job.stage, one))
                free[unit] -= 1
                runs.append(
                    es.Run(job.id, job.task, job.stage.name, unit, job.variant.name, job.items)
                )
        return runs

    def _rank(self, job):
        return job.deadline_ns - job.priority * self._priority_ns, job.id
'''

TEST = '''"""$cls schedules a robot's tasks in virtual time."""

import edge_sched_ros as es


def test_jobs_end_and_the_parameter_is_read():
    drone = es.load_system('robot_drone', 'orin_nx')
    for priority_ms in (0.0, 100.0):
        run = es.simulate(
            drone,
            policy='$name:$cls+drop',
            parameters={'priority_ms': priority_ms},
            seconds=1.0,
            load=0.8,
        )
        assert run['miss_ratio'] < 0.5
'''

USE = """In virtual time, beside a built-in policy; `+drop` adds early dropping:

```bash
edge-sched compare --suite robot --only drone --policies edf+drop,$name+drop
```

In the parameter file of the node: `policy: $name+drop` (without an installation:
`$name:$cls+drop`), and `policies.$name.priority_ms: 7.0`.
"""
