# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Throughput of networks in segments: ``dev/env.sh python benchmarks/case_studies.py``. Simulated.

All frames of a case are there at once, and every frame needs every network: how many answers
come per second until all are done. Against whole networks, each on one fixed unit (the best of
all such assignments, each of them simulated), and against running one after the other on the best
unit. ``bound`` is what no schedule exceeds. ``cases.py`` beside this file says where costs come
from.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from pathlib import Path
from statistics import fmean
from typing import Any

from edge_sched_ros.cli.settings import parse_settings
from edge_sched_ros.simulation.fleet.load import fleet_least_load
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.pool import run_all
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.parsing import make_system

sys.path.append(str(Path(__file__).parent))

from cases import CASES

#: of every case; the first ones fill the units, the last ones empty them
FRAMES = 100
IN_FLIGHT = 12
POLICIES = (
    'balanced_cut',
    'earliest_finish',
    'look_ahead',
    'look_ahead:pin_units=false',
    'whole_network',
)
#: assignments simulated at most, those with the least load of the busiest unit
_MOST = 6
#: case, policy, policy of devices, task -> unit, seeds
Run = tuple[str, str, str, 'tuple[tuple[str, str], ...]', 'tuple[int, ...]']


def system(case: str, pins: dict[str, str]) -> FleetSystem:
    """
    Return a case with all frames at the start.

    :param pins: task -> the unit that runs all of it
    """
    data = CASES[case]()
    data['streams'] = {'camera': {'period_ms': 0.001, 'phase_ms': 0}}
    for name, task in data['tasks'].items():
        task |= {'stream': 'camera', 'queue_depth': FRAMES, 'max_in_flight': IN_FLIGHT}
        task |= {'deadline_ms': 1e6, **({'unit': pins[name]} if name in pins else {})}
    file = make_system(data, name=case)
    types = {unit.type for device in file.all_devices().values() for unit in device.units.values()}
    costs = {
        name: {unit: cost for unit, cost in on.items() if unit in types}
        for name, on in load_system('jetson_costs').costs.items()
        if name in file.networks
    }
    return FleetSystem(file.model_copy(update={'costs': costs}))


def outcome_of(run: Run) -> dict[str, Any]:
    """Return what came of a run, means over its seeds."""
    case, policy, device_policy, pins, seeds = run
    rates, lost = [], 0
    for seed in seeds:
        name, _, settings = policy.partition(':')
        simulator = FleetSimulator(
            system(case, dict(pins)),
            policy=name,
            policy_parameters=parse_settings(filter(None, settings.split('+'))),
            device_policy=device_policy,
            seed=seed,
        )
        simulator.run((FRAMES - 0.5) * 1e-6)
        simulator.validate()
        accounts = simulator.dispatcher.ledger.tasks.values()
        lost += sum(account.dropped_total + account.failed_total for account in accounts)
        answers = [ns for times in simulator.coordinator.answers_ns.values() for ns in times]
        rates.append(len(answers) / (max(answers) / 1e9) if answers else 0.0)
    return {
        'policy': policy,
        'pins': dict(pins),
        'answers_per_s': fmean(rates),
        'lost_share': lost / (len(seeds) * FRAMES * len(simulator.fleet.tasks)),
    }


def assignments(case: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return task -> unit: whole networks on fixed units, and all of them on one."""
    fleet = system(case, {})
    costs_ms: dict[str, dict[str, float]] = {}
    for name, task in fleet.tasks.items():
        costs_ms[name] = {}
        for device in fleet.devices.values():
            for unit in device.device.units:
                ns = [
                    device.costs.get((task.graph.name, segment.name), {}).get(unit)
                    for segment in task.graph.segments
                ]
                if all(ns):
                    costs_ms[name][unit] = sum(one.latency_ns for one in ns if one) / 1e6

    def load(pins: tuple[str, ...]) -> float:
        busy: dict[str, float] = {}
        for name, unit in zip(costs_ms, pins):
            busy[unit] = busy.get(unit, 0.0) + costs_ms[name][unit]
        return max(busy.values())

    every = sorted(itertools.product(*costs_ms.values()), key=load)
    same = [pins for pins in every if len(set(pins)) == 1]
    return (
        [dict(zip(costs_ms, pins)) for pins in every[:_MOST]],
        [dict(zip(costs_ms, pins)) for pins in same[:2]],
    )


def bound_per_s(case: str) -> float:
    """Return what no schedule exceeds; links, hand-overs and contention count nothing."""
    fleet = system(case, {})
    (stream,) = fleet.streams.values()
    return len(fleet.tasks) * 1e3 / stream.period_ms / fleet_least_load(fleet)


def study(
    case: str, policies: list[str], device_policy: str, seeds: tuple[int, ...], jobs: int
) -> Any:
    """Return the figures of one case."""
    fixed, one_unit = assignments(case)
    runs: list[Run] = [(case, policy, device_policy, (), seeds) for policy in policies]
    for pins in (*fixed, *one_unit):
        runs.append((case, 'whole_network', 'fcfs', tuple(pins.items()), seeds))
    found = run_all(outcome_of, runs, jobs=jobs)
    count = len(policies)
    best = max(found[count : count + len(fixed)], key=lambda one: one['answers_per_s'])
    alone = max(found[count + len(fixed) :], key=lambda one: one['answers_per_s'], default=None)
    return {
        'case': case,
        'bound': bound_per_s(case),
        'fixed': best,
        'sequential': alone,
        'policies': {one['policy']: one for one in found[:count]},
    }


def main() -> None:
    """Run all cases and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--only', default='')
    parser.add_argument(
        '--policies', default=','.join(POLICIES), help='NAME or NAME:KEY=VALUE+KEY=VALUE, ...'
    )
    parser.add_argument('--device-policy', default='edf')
    parser.add_argument('--seeds', default='100,101,102')
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--json', action='store_true')
    given = parser.parse_args()
    policies = given.policies.split(',')
    seeds = tuple(int(seed) for seed in given.seeds.split(','))
    found = [
        study(case, policies, given.device_policy, seeds, given.jobs)
        for case in CASES
        if given.only in case
    ]
    if given.json:
        print(json.dumps(found, indent=2))
        return
    print('answers per second (gain over fixed units, over one unit, jobs lost as overtaken)')
    print('| case | one unit | fixed units | bound |', ' | '.join(policies), '|')
    print('| --- ' * (4 + len(policies)) + '|')
    for one in found:
        print(_row(one, policies))
    for baseline in ('fixed', 'sequential'):
        gains = [
            fmean(_gain(one['policies'][policy], one[baseline]) for one in found)
            for policy in policies
        ]
        shown = ' | '.join(f'{gain:+.1%}' for gain in gains)
        print(f'| mean gain over {baseline} | | | | {shown} |')


def _gain(one: dict[str, Any], baseline: dict[str, Any]) -> float:
    return float(one['answers_per_s'] / baseline['answers_per_s'] - 1)


def _row(one: dict[str, Any], policies: list[str]) -> str:
    cells = [f'{one[key]["answers_per_s"]:.1f}' for key in ('sequential', 'fixed')]
    cells.append(f'{one["bound"]:.1f}')
    for policy in policies:
        mine = one['policies'][policy]
        gains = f'{_gain(mine, one["fixed"]):+.0%}, {_gain(mine, one["sequential"]):+.0%}'
        lost = f', {mine["lost_share"]:.1%} lost' if mine['lost_share'] else ''
        cells.append(f'{mine["answers_per_s"]:.1f} ({gains}{lost})')
    return f'| {one["case"]} | ' + ' | '.join(cells) + ' |'


if __name__ == '__main__':
    main()
