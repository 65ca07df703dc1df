# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How many cameras does one GPU carry? Cell by cell, as in a notebook."""

# %% one device, one network, cameras at 10 frames a second
import edge_sched_ros as es

BOARD = {
    'units': {'gpu0': {'discipline': 'fcfs'}},
    'costs': {'detector': {'gpu': {'latency_ms': 12, 'cv': 0.2}}},
}
CAMERA = {'network': 'detector', 'rate_per_s': 10, 'deadline_ms': 100, 'queue_depth': 99}


def with_cameras(count):
    """Return the device with so many cameras."""
    return es.make_system(BOARD, {'tasks': {f'camera{n}': CAMERA for n in range(count)}})


# %% the longest time that 99 of 100 answers take, by queueing models
for count in range(1, 9):
    first = es.analyse(with_cameras(count))['tasks']['camera0']
    time = 'overloaded' if first['p99_ms'] is None else f'{first["p99_ms"]:.0f} ms'
    print(f'{count} cameras: {time}{"" if first["feasible"] else ", too late"}')

# %% the simulator agrees: at the most that is feasible about 1 of 100 answers is late
most = max(n for n in range(1, 9) if es.analyse(with_cameras(n))['tasks']['camera0']['feasible'])
run = es.simulate(with_cameras(most), policy='fcfs', seconds=400)
print(f'{most} cameras, simulated: {run["miss_ratio"]:.1%} late')
