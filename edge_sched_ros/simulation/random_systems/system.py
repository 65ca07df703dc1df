# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A system drawn at random: a device and tasks, at a load from 0.5 to 1.8."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.simulation.load import alone_ns
from edge_sched_ros.simulation.load import least_load
from edge_sched_ros.simulation.random_systems.device import device_data
from edge_sched_ros.simulation.random_systems.device import random_units
from edge_sched_ros.simulation.random_systems.dice import Dice
from edge_sched_ros.simulation.random_systems.work import random_network
from edge_sched_ros.simulation.random_systems.work import random_profiles
from edge_sched_ros.simulation.random_systems.work import random_tasks
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

#: the load of the busiest unit under the best division, tails not counted
_LOADS = (0.5, 1.8)
#: of deadlines, in periods
_DEADLINES = (0.5, 2.0)
#: maximum share of its deadline that a task needs alone on the fastest units, as in other suites
_TIGHTEST = 0.7


def random_system(seed: int) -> SystemFile:
    """
    Return tasks and a device drawn at random, as one system.

    Times are scaled so that the load of the busiest unit, under the best division of the work, is
    between 0.5 and 1.8; deadlines that no schedule could meet are made longer.

    :param seed: same seed, same system
    """
    dice = Dice(seed)
    units = random_units(dice)
    data = device_data(dice, units)
    tasks = data['tasks'] = random_tasks(dice)
    profiles = random_profiles(dice)
    # the tasks' shares of the load differ, and do not go with their periods
    data['networks'] = {
        task['network']: random_network(
            dice, units, dice.scale(0.1, 1.0) * _period_ms(tasks, name), profiles
        )
        for name, task in tasks.items()
    }
    wanted = dice.between(*_LOADS)
    deadlines = {name: dice.scale(*_DEADLINES) for name in tasks}
    title = f'random-{seed}'
    factor = wanted / least_load(System(parse_system(('', data), name=title)))
    _slow_down(data['networks'], factor)
    alone = alone_ns(System(parse_system(('', data), name=title)))
    for name, task in tasks.items():
        drawn_ms = deadlines[name] * _period_ms(tasks, name)
        task['deadline_ms'] = round(max(drawn_ms, alone[name] / 1e6 / _TIGHTEST), 3)
    return parse_system(('', data), name=title)


def _period_ms(tasks: dict[str, dict[str, Any]], name: str) -> float:
    task = tasks[name]
    while 'after' in task:
        task = tasks[task['after']]
    return float(task['period_ms'])


def _slow_down(networks: dict[str, Any], factor: float) -> None:
    """Multiply all times; energies stay in proportion."""
    for network in networks.values():
        for variant in network.get('variants', {'': network}).values():
            for stage in variant['stages']:
                for cost in stage['cost'].values():
                    for key in ('latency_ms', 'per_item_ms', 'energy_mj'):
                        if key in cost:
                            cost[key] *= factor
