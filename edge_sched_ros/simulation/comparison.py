# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Paired ratios between policies over scenarios and seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

#: two-sided 95 % quantile of Student's t by degrees of freedom
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)

Runs = Sequence[dict[str, Any]]

#: a policy is worse than another in a scenario from this ratio on
WORSE = 1.05
#: what the table of means shows of the runs
_MEANS = ('miss_ratio', 'loss', 'fairness', 'accuracy')


def geomean(values: Sequence[float]) -> float:
    """Return the geometric mean of non-negative numbers; 0 when one of them is 0."""
    if not all(values):
        return 0.0
    return math.exp(statistics.fmean(math.log(value) for value in values))


def ratios(runs: Runs) -> dict[str, dict[str, dict[str, Any]]]:
    """
    Return policy -> baseline -> geometric means of paired ratios over scenarios and seeds.

    ``ci95`` belongs to the UXCost ratio: a t interval over the seeds' geometric means (``null``
    with one seed). Miss ratios are computed as ``(missed + 0.5) / (ended + 1)``, so that none is
    zero. UXCost is zero when no job ended or nothing was run; such pairs of runs are left out of
    its ratio, which is ``null`` when none is left.
    """
    by_policy: dict[str, dict[tuple[str, int], dict[str, Any]]] = {}
    for run in runs:
        by_policy.setdefault(run['policy'], {})[(run['scenario'], run['seed'])] = run
    return {
        policy: {
            other: _pair(mine, theirs) for other, theirs in by_policy.items() if other != policy
        }
        for policy, mine in by_policy.items()
    }


def best_other(runs: Runs, policy: str, objective: str = 'uxcost') -> dict[str, float]:
    """
    Return scenario -> the policy's cost over that of the best other policy, means over seeds.

    Scenarios in which either is zero are left out.

    :param objective: key of the cost in a run
    """
    costs: dict[str, dict[str, list[float]]] = {}
    for run in runs:
        here = costs.setdefault(run['scenario'], {})
        here.setdefault(run['policy'], []).append(run[objective])
    found = {}
    for scenario, by_policy in costs.items():
        others = [geomean(values) for name, values in by_policy.items() if name != policy]
        mine = geomean(by_policy[policy]) if policy in by_policy else 0.0
        if mine and others and min(others):
            found[scenario] = mine / min(others)
    return found


def summarise(
    suite: str,
    runs: Runs,
    bound: dict[str, dict[str, float]] | None = None,
    bound_windows: dict[str, dict[str, int | None]] | None = None,
) -> dict[str, Any]:
    """
    Return all results of a comparison, JSON types only.

    :param bound: scenario -> policy -> share of jobs missed beyond the clairvoyant optimum
    :param bound_windows: scenario -> what that share was counted over, see ``BoundedSuite``
    """
    policies = list(dict.fromkeys(run['policy'] for run in runs))
    table: dict[str, dict[str, float]] = {}
    misses: dict[str, dict[str, float]] = {}
    for scenario in dict.fromkeys(run['scenario'] for run in runs):
        here = [run for run in runs if run['scenario'] == scenario]
        table[scenario] = {
            policy: geomean([run['uxcost'] for run in here if run['policy'] == policy])
            for policy in policies
        }
        misses[scenario] = {
            policy: statistics.fmean(run['miss_ratio'] for run in here if run['policy'] == policy)
            for policy in policies
        }
    return {
        'suite': suite,
        'runs': list(runs),
        'geomean': ratios(runs),
        'scenarios': table,
        'misses': misses,
        'means': {policy: _means(runs, policy) for policy in policies},
        'best_other': _against_others(runs, policies, 'uxcost'),
        'best_other_loss': _against_others(runs, policies, 'loss'),
        'bound': bound or {},
        'bound_windows': bound_windows or {},
    }


def _means(runs: Runs, policy: str) -> dict[str, float]:
    own = [run for run in runs if run['policy'] == policy]
    return {
        key: statistics.fmean(run[key] for run in own)
        for key in _MEANS
        if all(key in run for run in own)
    }


def _against_others(
    runs: Runs, policies: Sequence[str], objective: str
) -> dict[str, dict[str, float]]:
    """Return per policy what :func:`best_other` says; empty where runs have no such cost."""
    if not all(objective in run for run in runs):
        return {}
    found = {}
    for policy in policies:
        values = list(best_other(runs, policy, objective).values()) or [1.0]
        found[policy] = {
            'geomean': geomean(values),
            'worst': max(values),
            'worse': sum(value > WORSE for value in values) / len(values),
        }
    return found


def _pair(
    mine: dict[tuple[str, int], dict[str, Any]], theirs: dict[tuple[str, int], dict[str, Any]]
) -> dict[str, Any]:
    keys = sorted(set(mine) & set(theirs))
    ux = {
        key: mine[key]['uxcost'] / theirs[key]['uxcost']
        for key in keys
        if mine[key]['uxcost'] and theirs[key]['uxcost']
    }
    miss = [_miss(mine[key]) / _miss(theirs[key]) for key in keys]
    seeds = sorted({seed for _, seed in ux})
    per_seed = [
        statistics.fmean(math.log(ux[key]) for key in ux if key[1] == seed) for seed in seeds
    ]
    return {
        'uxcost_ratio': geomean(list(ux.values())) if ux else None,
        'miss_ratio_ratio': geomean(miss),
        'ci95': _interval(per_seed),
    }


def _miss(run: dict[str, Any]) -> float:
    ended = sum(task['released'] for task in run['tasks'].values())
    on_time = sum(task['on_time'] for task in run['tasks'].values())
    return float((ended - on_time + 0.5) / (ended + 1))


def _interval(logs: list[float]) -> list[float] | None:
    if len(logs) < 2:
        return None
    degrees = len(logs) - 1
    t = _T95[degrees - 1] if degrees <= len(_T95) else 1.96 + 2.4 / degrees
    mean, half = statistics.fmean(logs), t * statistics.stdev(logs) / math.sqrt(len(logs))
    return [math.exp(mean - half), math.exp(mean + half)]
