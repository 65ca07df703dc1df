# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What limits a placement, and what would change it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace

from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.online import place_all
from edge_sched_ros.capacity.placement.online import Placed
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.system.device import Device

_STEP = 0.1
#: kind of a refusal -> what it says of a node
_WORDS = {
    'memory': 'memory',
    'busy': 'the utilisation of a unit',
    'batch': 'a batch of another network',
    'late': 'a deadline',
    'front_end': 'the number of requests in flight',
}


def explain(
    problem: Problem, placed: Placed, algorithm: Callable[[], Algorithm], *, evict: bool
) -> dict[str, object]:
    """
    Return which constraint refuses most, and how many applications each change would host.

    :param algorithm: makes the algorithm anew for each change
    :return: ``binding``: a sentence; ``changes``: a list of ``change`` and ``result``
    """
    changes = []
    for name, other in _changes(problem):
        state = ClusterState(other)
        place_all(state, algorithm(), other.apps, evict=evict)
        result = f'{len(state.where)} of {len(other.apps)} applications hosted'
        changes.append({'change': name, 'result': result})
    return {'binding': _binding(placed), 'changes': changes}


def _binding(placed: Placed) -> str:
    if not placed.rejected:
        return 'every application is hosted'
    count = len(placed.rejected)
    said, them = f'{count} applications are rejected', 'them'
    if count == 1:
        said, them = '1 application is rejected', 'it'
    total = sum(placed.refusals.values())
    if not total:
        return f'{said}; no node could serve {them}'
    kind, ways = placed.refusals.most_common(1)[0]
    where = f'on {ways} of {total} ways to host {them}'
    return f'{said}; {where} the limit is {_WORDS[kind]}'


def _changes(problem: Problem) -> Iterator[tuple[str, Problem]]:
    specs: dict[int, tuple[str, Device]] = {}
    for name, spec in problem.nodes.items():
        specs.setdefault(id(spec), (name, spec))
    for name, spec in specs.values():
        yield (
            f'one more node like {name}',
            replace(problem, nodes={**problem.nodes, f'one more {name}': spec}),
        )
    slower = tuple(replace(app, rate_per_s=app.rate_per_s * (1 - _STEP)) for app in problem.apps)
    yield f'{_STEP:.0%} lower rates', replace(problem, apps=slower)
    if problem.limits.front_end is not None:
        limits = replace(problem.limits, front_end=None)
        yield 'without front_end_limit', replace(problem, limits=limits)
