# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Placement over many devices: ``dev/env.sh python benchmarks/placement.py [--scaling] [--json]``.

Without options: ten GPU and ten edgeTPU nodes (config/placement/nodes.yaml), applications drawn
from the mix below come one after the other. Every algorithm places them until the first
application answers too late in the mean, by the models. Counted are the applications hosted until
then; those an algorithm turns away do not count, and it goes on. What it put together is then
simulated (Poisson requests, real swaps); those who answer too late there are counted, and the
last to come are taken away again until nobody does (``hosted_in_time``).
``--optimum`` compares with CP-SAT, which knows all applications beforehand: how many of them any
placement could host.

``--scaling``: time of a decision with ten applications a node, from 125 to 1,000 nodes, for an
application that finds a place and for one that no node can take; CPU time of its thread, so that
other programs on the machine count little.

Networks, service times and the three classes of deadlines are those of the Ibis authors' code;
rates are uniform in their range of 5 to 10 requests a second. That every network is as likely,
the deadlines of ResNet18, GoogleNet, ResNet34 and EfficientNet-S, and the numbers of nodes are
assumptions.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.online import place_all
from edge_sched_ros.capacity.placement.placement_file import make_problem as problem_of
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.registry import ALGORITHMS
from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.capacity.placement.verdict import late_on
from edge_sched_ros.reporting.simulated_placement import simulate_nodes
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.workload import Task

NODES = Path(__file__).resolve().parents[1] / 'config' / 'placement' / 'nodes.yaml'
#: network -> deadline in ms
DEADLINES_MS = {
    'mobilenet-v2': 200,
    'resnet50': 400,
    'inception-v3': 600,
    'efficientnet-s': 200,
    'resnet18': 200,
    'googlenet': 200,
    'resnet34': 400,
}
RATES_PER_S = (5.0, 10.0)
MEMORY_MIB = (50.0, 100.0)
DEADLINES_ONLY: dict[str, Any] = {'front_end_limit': None, 'deadline_share': 0.75}
#: nodes; half of them of each kind
SIZES = (126, 250, 500, 1000)
AWARE = ('ibis', 'ibis-first-fit', 'balanced')
KNAPSACKS = ('first-fit', 'best-fit', 'worst-fit')


@dataclass(frozen=True)
class Row:
    """One algorithm and one drawing of applications."""

    algorithm: str
    seed: int
    hosted: int
    ended: str
    #: of these, in the simulation
    violations: int
    #: what is left when the last to come go until the simulation has nobody late either
    hosted_in_time: int


def make_problem(apps: int, seed: int, **limits: Any) -> Problem:
    """Return the cluster and applications drawn for it."""
    data = yaml.safe_load(NODES.read_text(encoding='utf-8'))
    chance = random.Random(seed)
    data['tasks'] = {
        f'app{index}': {
            'network': (network := chance.choice(list(DEADLINES_MS))),
            'preprocess': 'decode',
            'rate_per_s': chance.uniform(*RATES_PER_S),
            'deadline_ms': DEADLINES_MS[network],
            'memory_mib': chance.uniform(*MEMORY_MIB),
        }
        for index in range(apps)
    }
    return problem_of(parse_system((str(NODES), {**data, **limits})))


def host_until_late(problem: Problem, name: str, seed: int, seconds: float) -> Row:
    """Place one after the other until the first answers late; who is turned away is not hosted."""
    state, algorithm = ClusterState(problem), make_algorithm(name)
    ended = 'all that came'
    for app in problem.apps:
        found = algorithm.choose(state, app)
        if not isinstance(found, Choice):
            continue
        state.host(app, found.node, found.option)
        late = late_on(state.nodes[found.node])
        if late:
            first = next(iter(late))
            ended = f'with {app.name}: {first}: {late[first]}'
            state.remove(app.name)
            break
    hosted = len(state.where)
    late_by_node = {n: _late_on(node, seed, seconds) for n, node in state.nodes.items()}
    violations = sum(late_by_node.values())
    while any(late_by_node.values()):
        last = next(reversed(state.where))
        node_name = state.where[last]
        state.remove(last)
        late_by_node[node_name] = _late_on(state.nodes[node_name], seed, seconds)
    return Row(name, seed, hosted, ended, violations, len(state.where))


def _late_on(node: NodeState, seed: int, seconds: float) -> int:
    """Return how many answer too late in a simulation."""
    seen = simulate_nodes([node], seconds=seconds, seed=seed)
    return sum(bool(got.problem) for got in seen.values())


def compare(seeds: Sequence[int], apps: int, seconds: float, **limits: Any) -> list[Row]:
    """Return a row for every algorithm and drawing."""
    return [
        host_until_late(make_problem(apps, seed, **limits), name, seed, seconds)
        for seed in seeds
        for name in ALGORITHMS
    ]


def against_optimum(seed: int, apps: int, time_limit_s: float, **limits: Any) -> dict[str, Any]:
    """Return what is hosted of applications that all come, by both, and the solver's bound."""
    from edge_sched_ros.capacity.placement.optimum import find_optimum

    problem = make_problem(apps, seed, **limits)
    hosted = {
        name: len(place_all(ClusterState(problem), make_algorithm(name), problem.apps).state.where)
        for name in AWARE
    }
    best = find_optimum(problem, time_limit_s=time_limit_s)
    return {
        'seed': seed,
        'came': apps,
        **hosted,
        'cp_sat': len(best.placed.state.where),
        'bound': best.bound,
        'share_of_bound': {name: count / best.bound for name, count in hosted.items()},
        'solve_s': best.solve_s,
    }


# --- time of a decision ---------------------------------------------------------------------


def decision_ms(name: str, nodes: int, repeats: int) -> dict[str, float]:
    """Return the time of a decision on a cluster with ten applications a node."""
    problem = _crowded(nodes)
    state, names = ClusterState(problem), list(problem.nodes)
    for index, app in enumerate(problem.apps):
        node = names[index % nodes]
        state.host(app, node, state.options(app)[id(problem.nodes[node])][0])
    algorithm = make_algorithm(name)
    gc.collect()
    # another rate each time: nothing is known from the time before
    times: dict[str, list[float]] = {'fits': [], 'refused': []}
    for turn in range(repeats):
        for what, rate in (('fits', 0.5 + turn / 100), ('refused', 9.0 + turn / 100)):
            network = 'mobilenet-v2' if what == 'fits' else 'inception-v3'
            app = _app(f'new-{what}', rate, network)
            before = time.thread_time()
            found = algorithm.choose(state, app)
            times[what].append((time.thread_time() - before) * 1e3)
            if isinstance(found, Choice) != (what == 'fits'):
                raise RuntimeError(f'{what}: {found}')
    longest = {f'{what}_longest': max(values) for what, values in times.items()}
    return {**{what: statistics.median(values) for what, values in times.items()}, **longest}


def _app(name: str, rate_per_s: float, network: str) -> App:
    task = Task(network=network, preprocess='decode', rate_per_s=rate_per_s, deadline_ms=400)
    return App(name, task, rate_per_s)


def _crowded(nodes: int) -> Problem:
    """Return nodes of both kinds, and ten applications for each with 1.5 requests a second."""
    data = yaml.safe_load(NODES.read_text(encoding='utf-8'))
    for device in data['devices'].values():
        device.update(count=nodes // 2, memory_mib=16384)
    # nodes 0 .. nodes/2 have a GPU, the others an edgeTPU
    kinds = [['resnet18', 'googlenet'], ['mobilenet-v2', 'efficientnet-s']]
    data['tasks'] = {
        f'app{index}': {
            'network': kinds[2 * (index % nodes) // nodes][index // nodes % 2],
            'preprocess': 'decode',
            'rate_per_s': 1.5,
            'deadline_ms': 600,
        }
        for index in range(10 * nodes)
    }
    return problem_of(parse_system((str(NODES), data)))


def exponent(times: dict[int, float]) -> float:
    """Return k of the fit ``time ~ nodes ** k``."""
    fit = statistics.linear_regression(
        [math.log(nodes) for nodes in times], [math.log(value) for value in times.values()]
    )
    return fit.slope


def scaling(repeats: int) -> dict[str, Any]:
    """Return times by number of nodes and the exponents of their growth, by algorithm."""
    found = {}
    for name in ('ibis', 'balanced'):
        by_nodes = {nodes: decision_ms(name, nodes, repeats) for nodes in SIZES}
        found[name] = {
            'decision_ms': by_nodes,
            'exponent': {
                what: exponent({nodes: row[what] for nodes, row in by_nodes.items()})
                for what in ('fits', 'refused')
            },
        }
    return found


# --- output ---------------------------------------------------------------------------------


def summary(rows: list[Row]) -> dict[str, Any]:
    """Return means over the drawings, and ours over the best knapsack."""
    found: dict[str, Any] = {}
    for key in ('hosted', 'hosted_in_time'):
        mean = {
            name: statistics.mean(getattr(row, key) for row in rows if row.algorithm == name)
            for name in ALGORITHMS
        }
        best = max(mean[name] for name in KNAPSACKS)
        found[key] = mean
        found[f'{key}_over_best_knapsack'] = {name: mean[name] / best for name in AWARE}
    found['late_in_simulation'] = {
        name: sum(row.violations for row in rows if row.algorithm == name) for name in ALGORITHMS
    }
    return found


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n\n')[0])
    parser.add_argument('--seeds', type=int, default=3, help='drawings of applications')
    parser.add_argument('--first-seed', type=int, default=0)
    parser.add_argument('--apps', type=int, default=150, help='that come, at most')
    parser.add_argument('--seconds', type=float, default=60.0, help='of each simulation')
    parser.add_argument(
        '--deadlines-only',
        action='store_true',
        help='no limit of the front-ends, but a quarter of every deadline left for bad luck',
    )
    parser.add_argument('--optimum', type=float, metavar='SECONDS', help='for the solver')
    parser.add_argument('--scaling', action='store_true')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    found: dict[str, Any]
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    limits = DEADLINES_ONLY if options.deadlines_only else {}
    if options.scaling:
        found = scaling(repeats=20)
    elif options.optimum:
        found = {
            'optimum': [
                against_optimum(seed, options.apps, options.optimum, **limits) for seed in seeds
            ]
        }
    else:
        rows = compare(seeds, options.apps, options.seconds, **limits)
        if not options.json:
            for row in rows:
                line = f'{row.seed} {row.algorithm:15} {row.hosted:4} {row.violations:3} late'
                line += f' {row.hosted_in_time:4} in time'
                print(f'{line}  {row.ended[:100]}')
        found = {**summary(rows), 'rows': [asdict(row) for row in rows]}
        if not options.json:
            found.pop('rows')
    json.dump(found, sys.stdout, indent=2)
    print()


if __name__ == '__main__':
    main()
