# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched place``: on which node of a cluster each application runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from typing import TYPE_CHECKING

import click
from rich.console import Console

from edge_sched_ros.cli.algorithms import algorithm_of
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.options import refuse_idle
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.cli.warning_lines import show_warnings

if TYPE_CHECKING:
    from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
    from edge_sched_ros.capacity.placement.online import Placed
    from edge_sched_ros.capacity.placement.problem import App
    from edge_sched_ros.capacity.placement.problem import Problem
    from edge_sched_ros.capacity.placement.state import ClusterState

_OPTIMUM = 'optimum'
#: number of decisions about one node above which a progress bar is shown
_MANY = 200_000


@click.command('place')
@click.argument('files', type=NamedPath(), nargs=-1)
@click.option(
    '--apps', type=NamedPath(), help='One more system file, read after FILES and before --cluster.'
)
@click.option('--cluster', type=NamedPath(), help='One more system file, read last.')
@click.option(
    '--algorithm',
    default='ibis',
    show_default=True,
    metavar='NAME',
    help='Placement algorithm. ibis, ibis-first-fit and balanced use the queueing models;'
    ' first-fit, best-fit and worst-fit use only memory; optimum knows all '
    'applications beforehand (extra [plan]). Or your own, installed or as '
    'package.module:Class.',
)
@click.option(
    '--option',
    'settings',
    multiple=True,
    metavar='NAME=VALUE',
    help='Option that an algorithm of another package declares; `edge-sched plugins NAME` shows '
    'them. Repeatable.',
)
@click.option(
    '--evict/--no-evict',
    default=True,
    help='Let urgent applications evict others if there is no other place. Algorithms '
    'that use only memory never evict.',
    show_default=True,
)
@click.option(
    '--simulate',
    type=FiniteRange(0, 3600, min_open=True),
    default=None,
    metavar='SECONDS',
    help='Simulate the placement for this time; an application that answers late counts '
    'as a violation, too.',
)
@click.option('--seed', type=click.IntRange(0), default=0, help='Seed of the simulation.')
@click.option(
    '--time-limit-s',
    type=FiniteRange(0, min_open=True),
    default=30.0,
    show_default=True,
    help='Time limit for optimum; it then returns the best placement found, proven or not.',
)
@click.option(
    '--explain',
    'explained',
    is_flag=True,
    help='Also say what limits the result, and what would change it.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the placement as JSON.')
@click.pass_context
def place(
    context: click.Context,
    files: tuple[str, ...],
    apps: str | None,
    cluster: str | None,
    algorithm: str,
    settings: tuple[str, ...],
    evict: bool,
    simulate: float | None,
    seed: int,
    time_limit_s: float,
    explained: bool,
    as_json: bool,
) -> None:
    """
    Place applications on the nodes of a cluster so that all meet their deadlines.

    FILES are system files. The tasks are the applications, in order of arrival; the devices are
    the nodes. Later files add keys or override keys of earlier files. docs/system_schema.md lists
    the keys.
    """
    from edge_sched_ros.capacity.placement.placement_file import load_problem

    paths = [path for path in (*files, apps, cluster) if path]
    if not paths:
        raise click.UsageError('Missing FILES.')
    chosen = None if algorithm == _OPTIMUM else algorithm_of(algorithm, settings)
    refuse_idle(context, _idle(algorithm, chosen, simulate))
    problem = load_problem(*paths)
    if chosen is None:
        found, state = _best(problem, time_limit_s)
    else:
        found, placed = _online(problem, algorithm, chosen, evict)
        state = placed.state
        if explained:
            from edge_sched_ros.capacity.placement.explain import explain

            found['explanation'] = explain(
                problem, placed, partial(algorithm_of, algorithm, settings), evict=evict
            )
    found['warnings'] = _form_warnings(state)
    show_warnings(found['warnings'])
    if simulate is not None:
        _simulate(found, state, simulate, seed)
    with printing():
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            _show(found, problem)


def _idle(name: str, algorithm: Algorithm | None, simulate: float | None) -> dict[str, str]:
    """Return the options that have no effect in this call, and why."""
    idle = {} if simulate is not None else {'seed': 'without --simulate'}
    if algorithm is None:
        idle['settings'] = f'with --algorithm {name}, which has none'
        idle['explained'] = f'with --algorithm {name}, which would search for each change'
    else:
        idle['time_limit_s'] = f'with --algorithm {name}: only optimum searches'
    if algorithm is None or not algorithm.latency_aware:
        idle['evict'] = f'with --algorithm {name}, which never evicts'
    return idle


def _online(
    problem: Problem, name: str, algorithm: Algorithm, evict: bool
) -> tuple[dict[str, Any], Placed]:
    from edge_sched_ros.capacity.placement.online import place_all
    from edge_sched_ros.capacity.placement.outcome import to_dict
    from edge_sched_ros.capacity.placement.registry import guarded
    from edge_sched_ros.capacity.placement.state import ClusterState

    state = ClusterState(problem)
    with _shown(problem) as apps, guarded(name, '--algorithm'):
        placed = place_all(state, algorithm, apps, evict=evict)
    return {'algorithm': name, **to_dict(placed)}, placed


@contextmanager
def _shown(problem: Problem) -> Iterator[Iterable[App]]:
    """Yield the applications; a progress bar shows how many were taken, if it takes long."""
    apps = problem.apps
    if len(apps) * len(problem.nodes) < _MANY:
        yield apps
        return
    with progress_bar(Console(stderr=True), 'placing', len(apps)) as done:
        yield _counting(apps, done)


def _counting(apps: Iterable[App], done: Callable[[float], None]) -> Iterator[App]:
    for index, app in enumerate(apps):
        done(index)
        yield app


def _best(problem: Problem, time_limit_s: float) -> tuple[dict[str, Any], ClusterState]:
    from edge_sched_ros.capacity.placement.optimum import find_optimum
    from edge_sched_ros.capacity.placement.outcome import to_dict

    best = find_optimum(problem, time_limit_s=time_limit_s)
    found = {'algorithm': _OPTIMUM, **to_dict(best.placed)}
    return {**found, 'bound': best.bound, 'solve_s': best.solve_s}, best.placed.state


def _form_warnings(state: ClusterState) -> list[str]:
    from edge_sched_ros.capacity.form_warning import form_warnings

    return form_warnings(
        {name: node.spec for name, node in state.nodes.items()},
        (
            ((name, unit), demand.service_ms)
            for name, node in state.nodes.items()
            for unit, demands in node.demands.items()
            for demand in demands
        ),
    )


def _simulate(found: dict[str, Any], state: ClusterState, seconds: float, seed: int) -> None:
    """Add a simulation's results: its late applications join those late by the models."""
    from edge_sched_ros.reporting.simulated_placement import check_nodes
    from edge_sched_ros.reporting.simulated_placement import simulate_nodes

    nodes = [node for node in state.nodes.values() if node.hosted]
    check_nodes(nodes)
    seen: dict[str, Any] = {}
    with progress_bar(Console(stderr=True), 'simulating', max(1, len(nodes))) as done:
        for index, node in enumerate(nodes):
            seen.update(simulate_nodes([node], seconds=seconds, seed=seed))
            done(index + 1)
    late = {name: f'simulated: {one.problem}' for name, one in seen.items() if one.problem}
    found['late'] = {**found['late'], **late}
    found['violations'] = len(found['late'])
    found['simulated'] = {
        'seconds': seconds,
        'seed': seed,
        'violations': len(late),
        'answers': sum(one.answers for one in seen.values()),
        'response_ms': {
            name: one.response_ms if one.answers else None for name, one in seen.items()
        },
    }


def _show(found: Mapping[str, Any], problem: Problem) -> None:
    from edge_sched_ros.reporting.explanation import show_explanation
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_line
    from edge_sched_ros.reporting.layout import show_pairs

    console = output_console()
    times = found['decision_ms']
    show_line(
        f'{found["algorithm"]}: {found["hosted"]} of {len(problem.apps)} '
        f'applications hosted, {found["violations"]} of them too late; a decision takes '
        f'{times["mean"]:.3g} ms (p99 {times["p99"]:.3g})',
        console,
    )
    if 'bound' in found:
        show_line(f'no placement hosts more than {found["bound"]}', console)
    hosted: dict[str, list[str]] = {}
    for name, node in found['assignments'].items():
        hosted.setdefault(node, []).append(name)
    show_pairs([(node, ', '.join(names)) for node, names in hosted.items()], console)
    for title, key in (('too late', 'late'), ('rejected', 'rejected'), ('cascade', 'cascades')):
        for name, why in found[key].items():
            show_line(f'{title}: {name}: {why}', console)
    if 'explanation' in found:
        show_explanation(found['explanation'], console)


COMMAND = place
