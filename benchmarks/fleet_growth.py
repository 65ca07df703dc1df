# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Fleets that grow, and a device that dies: ``dev/env.sh python benchmarks/fleet_growth.py WHAT``.

All simulated, all made up; times of decisions are those of the machine that runs this.

- ``scaling``: 1 to 8 equal devices, each with a camera that is faster than the device.
- ``growth``: many devices and many tasks.
- ``death``: one of four devices is killed under load.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Any

from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.system.parsing import make_system

_SEED = 100
_NETWORK = {
    'inputs': ['image'],
    'outputs': ['boxes'],
    'tensors': {
        'image': {'dtype': 'uint8', 'shape': [320, 320, 3]},
        'mid': {'dtype': 'float32', 'shape': [24, 40, 40]},
        'boxes': {'dtype': 'float32', 'shape': [100, 6]},
    },
    'stages': [
        {'name': 's0', 'inputs': ['image'], 'outputs': ['mid'], 'cost': {'cpu': 6.0}},
        {'name': 's1', 'inputs': ['mid'], 'outputs': ['boxes'], 'cost': {'cpu': 4.0}},
    ],
}


def fleet(devices: int, cores: int, tasks: dict[str, Any], **keys: Any) -> FleetSystem:
    """Return equal devices on a switch where the coordinator runs, and tasks of one network."""
    units = [f'cpu{index}' for index in range(cores)]
    data = {
        'devices': {
            'switch': {'units': {'vic0': {'kind': 'vic'}}},
            'box': {'count': devices, 'units': units, 'latency_cv': 0.05},
        },
        'links': [{'from': 'box', 'to': 'switch', 'latency_ms': 0.15, 'bandwidth_mbps': 940}],
        'networks': {'net': _NETWORK},
        'tasks': {name: {'network': 'net', **task} for name, task in tasks.items()},
        **keys,
    }
    return FleetSystem(make_system(data, name='growth'))


def run(system: FleetSystem, policy: str, seconds: float) -> FleetSimulator:
    """Run a fleet."""
    simulator = FleetSimulator(system, policy=policy, device_policy='edf', seed=_SEED)
    simulator.run(seconds)
    simulator.validate()
    return simulator


def scaling(policy: str, seconds: float) -> None:
    """Print answers per second, and CPU time of the coordinator per job, for 1 to 8 devices."""
    print(f'{policy}, {seconds:g} s\n| devices | answers per s | of linear | us of CPU per job |')
    print('| --- | --- | --- | --- |')
    one = 0.0
    for count in (1, 2, 4, 8):
        task = {'period_ms': 8, 'deadline_ms': 40}
        tasks = {f'cam{n}': {**task, 'device': f'box-{n}'} for n in range(count)}
        runs = [run(fleet(count, 1, tasks), policy, seconds) for _ in range(3)]
        accounts = runs[0].dispatcher.ledger.tasks.values()
        rate = sum(account.on_time + account.late for account in accounts) / seconds
        one = one or rate
        jobs = sum(account.released for account in accounts)
        cpu_us = min(simulator.coordinator.cpu_ns for simulator in runs) / 1e3 / jobs
        print(f'| {count} | {rate:.1f} | {rate / one / count:.1%} | {cpu_us:.0f} |')


def growth(policy: str, seconds: float, devices: int, tasks: int) -> None:
    """Print how long a run takes, and its decisions."""
    task = {'period_ms': 200, 'deadline_ms': 150}
    every = {f't{n}': {**task, 'device': f'box-{n % devices}'} for n in range(tasks)}
    started = perf_counter()
    simulator = run(fleet(devices, 4, every), policy, seconds)
    wall_s = perf_counter() - started
    accounts = simulator.dispatcher.ledger.tasks.values()
    released = sum(account.released for account in accounts)
    on_time = sum(account.on_time for account in accounts)
    joined = len(simulator.fleet.devices)
    joining_s = sum(simulator.coordinator.decision_ns[:joined]) / 1e9
    spent = sorted(simulator.coordinator.decision_ns[joined:])
    print(
        f'{policy}, {devices} devices, {tasks} tasks, {seconds:g} s: {wall_s:.1f} s, {released} '
        f'jobs, {on_time / released:.2%} on time; joining {joining_s:.1f} s; then '
        f'{len(spent)} events of the coordinator, median '
        f'{median(spent) / 1e3:.0f} us, p99 {spent[len(spent) * 99 // 100] / 1e3:.0f} us, '
        f'per job {sum(spent) / 1e3 / released:.0f} us'
    )


def death(policy: str, seconds: float) -> None:
    """Print what each task lost when a device died, and its longest silence after."""
    at_s = seconds / 2
    task = {'period_ms': 20, 'deadline_ms': 80}
    tasks = {f'cam{n}': {**task, 'device': f'box-{n}'} for n in range(4)}
    tasks |= {f'hub{n}': {**task, 'period_ms': 40, 'device': 'switch'} for n in range(4)}
    change = {'at_s': at_s, 'device': 'box-3', 'set': {'state': 'unavailable'}}
    simulator = run(fleet(4, 1, tasks, changes=[change]), policy, seconds)
    there = simulator.accounts['box-3'].segments
    print(f'{policy}, box-3 dies at {at_s:g} s of {seconds:g}; segments it ran: {there}')
    for name, account in simulator.dispatcher.ledger.tasks.items():
        answers = [ns / 1e9 for ns in simulator.coordinator.answers_ns[name]]
        silence_s = max(b - a for a, b in pairwise(answers))
        missed = account.released - account.on_time
        print(
            f'  {name}: {account.released} jobs, {missed} not on time '
            f'({account.failed or "no failure"}, {account.dropped or "no drop"}, late '
            f'{account.late}), longest silence {silence_s * 1e3:.0f} ms, last {answers[-1]:.2f} s'
        )


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('what', choices=('scaling', 'growth', 'death'))
    parser.add_argument('--policies', default='whole_network,earliest_finish,look_ahead')
    parser.add_argument('--seconds', type=float, default=4.0)
    parser.add_argument('--devices', type=int, default=64)
    parser.add_argument('--tasks', type=int, default=1000)
    given = parser.parse_args()
    for policy in given.policies.split(','):
        if given.what == 'scaling':
            scaling(policy, given.seconds)
        elif given.what == 'growth':
            growth(policy, given.seconds, given.devices, given.tasks)
        else:
            death(policy, given.seconds)


if __name__ == '__main__':
    main()
