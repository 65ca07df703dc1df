# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What came of a run of a fleet, as JSON types."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.simulation.fleet.account import DeviceAccount
from edge_sched_ros.simulation.fleet.links import Link
from edge_sched_ros.simulation.fleet.load import fleet_least_load
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.objectives import fairness
from edge_sched_ros.simulation.outcome import decision_times


def fleet_outcome(simulator: FleetSimulator) -> dict[str, Any]:
    """
    Return the account of a run that has ended.

    Energies in mJ, responses in ms, times of decisions in us. Unit energy includes idling; a
    device that is dead counts as idle.
    """
    dispatcher = simulator.dispatcher
    ledger = dispatcher.ledger
    elapsed_ns = max(1, simulator.clock.now_ns)
    tasks = {name: _task(simulator, name) for name in simulator.fleet.tasks}
    devices = {name: _device(simulator, name, elapsed_ns) for name in simulator.accounts}
    units = [unit for device in devices.values() for unit in device['units'].values()]
    ended = [name for name in tasks if ledger.tasks[name].ended]
    rates = sum(ledger.tasks[name].violation_rate for name in ended)
    return {
        'policy': dispatcher.policy_name,
        'device_policy': simulator.device_policy,
        'system': simulator.fleet.name,
        'coordinator': simulator.fleet.coordinator,
        'seed': simulator.seed,
        'seconds': elapsed_ns / 1e9,
        'tasks': tasks,
        'devices': devices,
        'links': {
            f'{source}>{target}': _link(link)
            for (source, target), link in simulator.links.all.items()
        },
        'least_load': fleet_least_load(simulator.fleet),
        'uxcost': rates * sum(tasks[name]['normalised_energy'] for name in ended),
        'miss_ratio': ledger.miss_ratio,
        'fairness': fairness(ledger.tasks.values()),
        'energy_mj': sum(unit['energy_mj'] for unit in units),
        'answers_per_s': sum(task['answers_per_s'] for task in tasks.values()),
        'decisions': decision_times(simulator.coordinator.decision_ns),
        'device_decisions': decision_times(
            [ns for device in simulator.devices.values() for ns in device.runs.decision_ns]
        ),
    }


def _task(simulator: FleetSimulator, name: str) -> dict[str, Any]:
    account = simulator.dispatcher.ledger.tasks[name]
    task = simulator.dispatcher.tasks[name]
    spent_mj = sum(one.task_energy_mj.get(name, 0.0) for one in simulator.accounts.values())
    worst_mj = account.released * _worst_mj(simulator, task)
    return {
        **account.to_dict(task.deadline_ns),
        'home': task.home,
        'energy_mj': round(spent_mj, 6),
        'normalised_energy': spent_mj / worst_mj if worst_mj else 1.0,
        'answers_per_s': round((account.on_time + account.late) / simulator.seconds, 6),
    }


def _worst_mj(simulator: FleetSimulator, task: FleetTask) -> float:
    """Return the energy of a job with every segment on the hungriest unit of all devices."""
    network = task.graph.name
    return sum(
        max(
            cost.energy_mj
            for device in simulator.fleet.devices.values()
            for cost in device.costs.get((network, segment.name), {}).values()
        )
        for segment in task.graph.segments
    )


def _device(simulator: FleetSimulator, name: str, elapsed_ns: int) -> dict[str, Any]:
    account, spec = simulator.accounts[name], simulator.fleet.devices[name]
    units = {}
    for unit, of in spec.device.units.items():
        busy = account.busy_ns.get(unit, 0) / of.slots
        idle_mj = of.idle_mw * max(0.0, elapsed_ns - busy) / 1e9
        units[unit] = {
            'utilisation': round(min(1.0, busy / elapsed_ns), 6),
            'energy_mj': round(account.energy_mj.get(unit, 0.0) + idle_mj, 6),
        }
    return {
        'partitions': _partitions(account),
        'segments': dict(account.segments),
        'units': units,
        'sent_bytes': account.sent_bytes,
        'received_bytes': account.received_bytes,
        'deaths': account.deaths,
    }


def _partitions(account: DeviceAccount) -> dict[str, Any]:
    return {
        'pushed': account.pushed,
        'exited': account.exited,
        'failed': dict(account.failed),
        'cancelled': account.cancelled,
        'lost': account.lost,
        'after_sub_deadline': account.sub_deadlines_missed,
    }


def _link(link: Link) -> dict[str, int]:
    return {'transfers': link.transfers, 'bytes': link.nbytes, 'failed': link.failed}
