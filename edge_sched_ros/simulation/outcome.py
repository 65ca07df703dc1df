# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The outcome of a run in JSON types."""

from __future__ import annotations

import statistics
from typing import Any

from edge_sched_ros.simulation.objectives import accuracy_share
from edge_sched_ros.simulation.objectives import fairness
from edge_sched_ros.simulation.objectives import loss
from edge_sched_ros.simulation.simulator import Simulator


def outcome(simulator: Simulator) -> dict[str, Any]:
    """
    Return the outcome of a run that has ended.

    Energies in mJ, responses in ms, times of decisions in us. Unit energy includes idling.
    """
    dispatcher, system = simulator.dispatcher, simulator.system
    ledger = dispatcher.ledger
    elapsed_ns = max(1, simulator.now_ns)
    units = {}
    for name, state in dispatcher.units.items():
        busy = state.busy_ns / state.unit.slots
        idle_mj = system.device.units[name].idle_mw * max(0.0, elapsed_ns - busy) / 1e9
        units[name] = {
            'utilisation': round(min(1.0, busy / elapsed_ns), 6),
            'energy_mj': round(state.energy_mj + idle_mj, 6),
        }
    return {
        'policy': dispatcher.policy_name,
        'workload': system.workload.name,
        'platform': system.platform.name,
        'seed': simulator.seed,
        'seconds': elapsed_ns / 1e9,
        'tasks': {name: _task(simulator, name) for name in dispatcher.tasks},
        'units': units,
        'uxcost': ledger.uxcost,
        'loss': loss(dispatcher.tasks.values(), ledger.tasks),
        'miss_ratio': ledger.miss_ratio,
        'xrbench_overall': simulator.score.overall,
        'fairness': fairness(ledger.tasks.values()),
        'accuracy': accuracy_share(dispatcher.tasks.values(), ledger.tasks),
        'energy_mj': sum(unit['energy_mj'] for unit in units.values()),
        'decisions': decision_times(simulator.decision_ns),
    }


def _task(simulator: Simulator, name: str) -> dict[str, Any]:
    account = simulator.dispatcher.ledger.tasks[name]
    score = simulator.score.of(name)
    figures = account.to_dict(simulator.dispatcher.tasks[name].deadline_ns)
    return {
        **figures,
        'energy_mj': round(account.energy_mj, 6),
        'normalised_energy': account.normalised_energy,
        'variants': dict(account.variants),
        'xrbench': {
            'realtime': score.realtime,
            'energy': score.energy,
            'qoe': score.qoe,
            'overall': score.overall,
        },
    }


def decision_times(spent_ns: list[int]) -> dict[str, float]:
    """Return the times of a dispatcher, in us."""
    if len(spent_ns) < 2:
        return {'count': len(spent_ns), 'mean_us': 0.0, 'median_us': 0.0, 'p99_us': 0.0}
    cuts = statistics.quantiles(spent_ns, n=100)
    return {
        'count': len(spent_ns),
        'mean_us': statistics.fmean(spent_ns) / 1e3,
        'median_us': cuts[49] / 1e3,
        'p99_us': cuts[98] / 1e3,
    }
