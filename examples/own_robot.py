# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An own robot, simulated: which policy gets its two networks their answers in time?"""

import edge_sched_ros as es

ROBOT = es.make_system(
    {
        'units': {'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}, 'cpu0': {'kind': 'cpu'}},
        'latency_cv': 0.1,
        'networks': {
            'detector': {'cost': {'gpu': 14, 'dla': 22}},
            'depth': {'cost': {'gpu': 11, 'cpu': 70}},
        },
        'tasks': {
            'detection': {'network': 'detector', 'period_ms': 25, 'deadline_ms': 40},
            'depth': {'network': 'depth', 'period_ms': 33, 'deadline_ms': 50},
        },
    }
)

for policy in ('edf+drop', 'heft', 'horizon'):
    run = es.simulate(ROBOT, policy=policy, seconds=5)
    busy = ', '.join(f'{name} {unit["utilisation"]:.0%}' for name, unit in run['units'].items())
    print(f'{policy:8}  {run["miss_ratio"]:5.1%} missed; busy: {busy}')
