# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Baselines for plans; all keep the limit on changes of unit."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from edge_sched_ros.planning.objective import Candidate
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.planning.splits import splits

GPU_ONLY = 'gpu_only'
SINGLE_UNIT = 'best_single_unit'
WHOLE_NETWORKS = 'gpu_and_dla'
HERALD = 'herald_like'
H2H = 'h2h_like'
#: maximum number of combinations of whole networks, and of mappings of one network
_MOST = 4096


def baselines(problem: Problem, objective: Objective) -> dict[str, Candidate]:
    """
    Return the baselines that exist for a problem.

    ``gpu_only`` puts everything on the first GPU; ``best_single_unit`` on the best unit;
    ``gpu_and_dla`` each network as a whole on one unit, the best of all combinations (groups the
    unit cannot run fall back to the GPU); ``herald_like`` splits each network so that the busiest
    unit has the least work, ignoring contention and the cost of changes of unit; ``h2h_like``
    includes this cost. Herald and H2H search per layer and with their own cost models; these
    baselines are only like them in what they consider.
    """
    found: dict[str, Candidate] = {}
    gpu = next((unit for unit in problem.units if problem.kinds.get(unit) == 'gpu'), None)
    single = {unit: mapping for unit in problem.units if (mapping := _all_on(problem, unit))}
    if gpu in single:
        found[GPU_ONLY] = objective.judge(problem, single[gpu])
    if single:
        judged = (objective.judge(problem, mapping) for mapping in single.values())
        found[SINGLE_UNIT] = min(judged, key=objective.sort_key)
    whole = [objective.judge(problem, mapping) for mapping in _whole(problem, gpu)]
    if whole:
        found[WHOLE_NETWORKS] = min(whole, key=objective.sort_key)
    for name, sees_changes in ((HERALD, False), (H2H, True)):
        balanced = _balanced(problem, sees_changes=sees_changes)
        if balanced is not None:
            found[name] = objective.judge(problem, balanced)
    return found


def _all_on(problem: Problem, unit: str) -> tuple[Mapped, ...] | None:
    for network in problem.networks:
        if any(network.time_ms(group, unit) is None for group in range(network.groups)):
            return None
    return tuple((unit,) * network.groups for network in problem.networks)


def _whole(problem: Problem, gpu: str | None) -> Iterator[tuple[Mapped, ...]]:
    choices = [_ways(network, problem.units, gpu) for network in problem.networks]
    yield from itertools.islice(itertools.product(*choices), _MOST)


def _ways(network: Network, units: tuple[str, ...], gpu: str | None) -> list[Mapped]:
    """Return the network on each unit, with the groups that this unit cannot run on the GPU."""
    ways = []
    for unit in units:
        mapped = []
        for group in range(network.groups):
            able = [name for name in (unit, gpu) if name and name in network.units_of(group)]
            mapped += able[:1]
        fits = (
            len(mapped) == network.groups
            and network.switches(tuple(mapped)) <= network.max_switches
        )
        if fits and unit in mapped:
            ways.append(tuple(mapped))
    return ways


def _balanced(problem: Problem, *, sees_changes: bool) -> tuple[Mapped, ...] | None:
    """Split the longest network first, each so that the busiest unit has the least work."""
    load = dict.fromkeys(problem.units, 0.0)
    chosen: dict[str, Mapped] = {}
    for network in sorted(problem.networks, key=lambda network: network.least_ms, reverse=True):
        best: tuple[float, float, Mapped, dict[str, float]] | None = None
        for mapped in itertools.islice(splits(network, problem.units), _MOST):
            after = dict(load)
            for unit, work in zip(mapped, _seen_ms(problem, network, mapped, sees_changes)):
                after[unit] += work
            entry = (max(after.values()), sum(after.values()), mapped, after)
            if best is None or entry[:2] < best[:2]:
                best = entry
        if best is None:
            return None
        chosen[network.name], load = best[2], best[3]
    return tuple(chosen[network.name] for network in problem.networks)


def _seen_ms(
    problem: Problem, network: Network, mapped: Mapped, sees_changes: bool
) -> list[float]:
    if sees_changes:
        return problem.work_ms(network, mapped)
    return [network.time_ms(group, unit) or 0.0 for group, unit in enumerate(mapped)]
