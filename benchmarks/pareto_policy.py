# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
``pareto`` against what stays put and what balances: ``dev/env.sh python
benchmarks/pareto_policy.py [--seconds N] [--json]``.

Two or three networks that always have a frame waiting, one of each in flight, share the CPU and
the GPU of a phone; times of whole networks are those published by Seo et al. (ACM TACO 18(4),
2021, Table 1). Assumed are four segments of equal time, 1 ms for a hand-over, lognormal times with
a spread of 5 %. ``tablet`` has a CPU that is between as fast and four times as slow as the GPU,
depending on the segment: an assumption too, to see what more equal units change. Each is taken
with units that serve one stage after the other, and (``shared``) with units that run all at once,
as several processes would have it.

Rates are relative to those of each network alone on the GPU, added up. ``best static`` is the best
of all maps of whole networks to units, known only afterwards; ``balancer`` the best of mael,
slo_mael and shortest_expected_latency in each case; ``published`` is ``pareto`` with
``balanced=0``. ``--mappings`` adds the best of all maps of segments to units of two networks,
which is what no policy that moves networks from map to map can pass for long.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.planning.apply import planned_tasks
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

#: network -> ms on the CPU and the GPU of a Snapdragon 845
PHONE = {
    'googlenet': (330.1, 28.6),
    'vgg16': (1150.3, 264.5),
    'squeezenet': (182.4, 16.9),
    'yolo_tiny': (253.9, 48.1),
    'faster_rcnn': (105.4, 20.2),
}
SEGMENTS = 4
#: how much slower the CPU of the other device is, by segment
TABLET = (1.0, 2.5, 4.0, 1.2)
HANDOVER_MS = 1.0
SPREAD = 0.05
BALANCERS = ('mael', 'slo_mael', 'shortest_expected_latency')
GROUPS = (
    ('vgg16', 'faster_rcnn'),
    ('yolo_tiny', 'faster_rcnn'),
    ('googlenet', 'yolo_tiny'),
    ('squeezenet', 'googlenet'),
    ('vgg16', 'yolo_tiny', 'faster_rcnn'),
    ('googlenet', 'yolo_tiny', 'squeezenet'),
)


def make_system(networks: tuple[str, ...], device: str, *, shared: bool) -> System:
    """Return networks that always have a frame waiting."""
    tasks, costs = {}, {}
    for name in networks:
        cpu, gpu = (ms / SEGMENTS for ms in PHONE[name])
        slower = TABLET if device == 'tablet' else (cpu / gpu,) * SEGMENTS
        costs[name] = {
            'stages': [
                {'name': f's{index}', 'cost': {'cpu': factor * gpu, 'gpu': gpu}}
                for index, factor in enumerate(slower)
            ]
        }
        gpu = PHONE[name][1]
        tasks[name] = {'network': name, 'period_ms': gpu / 20, 'deadline_ms': 1e5}
    slots = len(networks) if shared else 1
    units = {'cpu': {'kind': 'cpu', 'slots': slots}, 'gpu': {'kind': 'gpu', 'slots': slots}}
    handovers = [
        {'from': begin, 'to': end, 'ms': HANDOVER_MS}
        for begin, end in (('cpu', 'gpu'), ('gpu', 'cpu'))
    ]
    return System(
        SystemFile.model_validate({'name': '+'.join(networks), 'tasks': tasks, 'networks': costs}),
        SystemFile.model_validate(
            {'name': device, 'units': units, 'transitions': handovers, 'latency_cv': SPREAD}
        ),
    )


def rates(system: System, policy: str, seconds: float, **parameters: float) -> dict[str, float]:
    """Return answers a second of each task, relative to it alone."""
    simulator = Simulator(system, policy=policy, policy_parameters=parameters)
    simulator.run(seconds)
    found = {}
    for name, account in simulator.dispatcher.ledger.tasks.items():
        gpu_ms = PHONE[name][1]
        found[name] = (account.on_time + account.late) / seconds * gpu_ms / 1e3
    return found


def fixed(system: System, plan: Mapping[str, Sequence[str]], seconds: float) -> dict[str, float]:
    """Return the rates when every segment of a network stays on its unit."""
    before = system.tasks
    system.tasks = planned_tasks(before, plan)
    try:
        return rates(system, 'plan_follower', seconds)
    finally:
        system.tasks = before


def best_mapping(system: System, networks: tuple[str, ...], seconds: float) -> float:
    """Return the summed rates of the best of all maps of segments to units."""
    maps = list(itertools.product(('cpu', 'gpu'), repeat=SEGMENTS))
    return max(
        sum(fixed(system, dict(zip(networks, plan)), seconds).values())
        for plan in itertools.product(maps, repeat=len(networks))
    )


def measure(
    networks: tuple[str, ...], device: str, *, shared: bool, seconds: float, mappings: bool
) -> dict[str, Any]:
    """Return the summed rates of every contender on one case."""
    system = make_system(networks, device, shared=shared)
    found: dict[str, float] = {}
    if mappings:
        found['best mapping'] = best_mapping(system, networks, seconds)
    for units in itertools.product(('cpu', 'gpu'), repeat=len(networks)):
        whole = {name: [unit] * SEGMENTS for name, unit in zip(networks, units)}
        total = sum(fixed(system, whole, seconds).values())
        found['best static'] = max(found.get('best static', 0.0), total)
        if len(set(units)) == 1:
            found[f'all {units[0]}'] = total
    for policy in BALANCERS:
        total = sum(rates(system, policy, seconds).values())
        found['balancer'] = max(found.get('balancer', 0.0), total)
    found['published'] = sum(rates(system, 'pareto', seconds, balanced=0).values())
    found['pareto'] = sum(rates(system, 'pareto', seconds).values())
    name = f'{device}{", shared" if shared else ""}: {" + ".join(networks)}'
    return {'case': name, 'rates': found}


def main() -> None:
    """Print a line per case, and the geometric means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=60.0)
    parser.add_argument('--mappings', action='store_true', help='pairs only; slow')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    cases = [
        measure(
            networks, device, shared=shared, seconds=options.seconds, mappings=options.mappings
        )
        for device in ('phone', 'tablet')
        for shared in (False, True)
        for networks in GROUPS
        if not options.mappings or len(networks) == 2
    ]
    if options.json:
        print(json.dumps(cases, indent=2))
        return
    names = list(cases[0]['rates'])
    print(f'{"case":56}' + ''.join(f'{name:>12}' for name in names))
    for case in cases:
        print(f'{case["case"]:56}' + ''.join(f'{case["rates"][name]:12.3f}' for name in names))
    print('pareto over each, geometric mean:')
    for device in ('phone', 'tablet'):
        for name in names[:-1]:
            ratios = [
                case['rates']['pareto'] / case['rates'][name]
                for case in cases
                if case['case'].startswith(device)
            ]
            print(
                f'  {device:8}{name:12} {statistics.geometric_mean(ratios):6.3f} '
                f'({min(ratios):.2f} to {max(ratios):.2f})'
            )


if __name__ == '__main__':
    main()
