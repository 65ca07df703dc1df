# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Misses of high-level policies and of the clairvoyant optimum, on one device:
``dev/env.sh python benchmarks/fleet_bound.py``. Simulated; needs OR-tools.

The fleet ``fleet_orin`` (GPU, two DLAs, four networks in segments) with its rate and deadlines
scaled to a least load. Only windows whose optimum is proven count.
"""

from __future__ import annotations

import argparse
from typing import Any

from edge_sched_ros.simulation.bound.clairvoyant import clairvoyant_bound
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.load import least_load
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile


def at_load(file: SystemFile, load: float) -> SystemFile:
    """Return a system with other periods; deadlines are three of them, as in the file."""
    factor = least_load(System(file)) / load
    (name, stream), *_ = file.streams.items()
    period_ms = stream.period_ms * factor
    tasks = {
        key: task.model_copy(update={'deadline_ms': (task.deadline_ms or 0.0) * factor})
        for key, task in file.tasks.items()
    }
    streams = {name: stream.model_copy(update={'period_ms': period_ms})}
    return file.model_copy(update={'streams': streams, 'tasks': tasks})


def missed_by(simulator: Any, seconds: float) -> int:
    """Run a window and return how many jobs were not on time."""
    simulator.run(seconds)
    simulator.dispatcher.validate()
    accounts = simulator.dispatcher.ledger.tasks.values()
    return sum(account.released - account.on_time for account in accounts)


def main() -> None:
    """Print a row for each load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--loads', default='0.6,0.8,0.9,1.0,1.2')
    parser.add_argument('--policies', default='whole_network,earliest_finish,look_ahead')
    parser.add_argument('--plain', default='edf+drop,horizon')
    parser.add_argument('--seeds', default='100,101,102,103,104')
    parser.add_argument('--seconds', type=float, default=0.1)
    parser.add_argument('--time-limit', type=float, default=20.0)
    given = parser.parse_args()
    policies, plain = given.policies.split(','), given.plain.split(',')
    print('| least load | windows | jobs | optimum |', ' | '.join([*plain, *policies]), '|')
    print('| --- ' * (4 + len(plain) + len(policies)) + '|')
    for load in map(float, given.loads.split(',')):
        file = at_load(load_system('fleet_orin'), load)
        system, fleet = System(file), FleetSystem(file)
        counts = dict.fromkeys(('windows', 'jobs', 'optimum', *plain, *policies), 0)
        for seed in map(int, given.seeds.split(',')):
            bound = clairvoyant_bound(
                system, seed=seed, seconds=given.seconds, time_limit_s=given.time_limit, workers=1
            )
            if not bound.proven:
                continue
            counts['windows'] += 1
            counts['jobs'] += bound.jobs
            counts['optimum'] += bound.missed
            for name in plain:
                counts[name] += missed_by(Simulator(system, policy=name, seed=seed), given.seconds)
            for name in policies:
                run = FleetSimulator(fleet, policy=name, seed=seed)
                counts[name] += missed_by(run, given.seconds)
        print(f'| {load:g} |', ' | '.join(str(count) for count in counts.values()), '|')


if __name__ == '__main__':
    main()
