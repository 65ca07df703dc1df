# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From runs to ``summary.json``."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.side_by_side.analysis.figures import figures
from benchmarks.side_by_side.analysis.figures import Run
from benchmarks.side_by_side.analysis.statistics import paired_ratio
from benchmarks.side_by_side.bare.measure import Capacity
from benchmarks.side_by_side.contenders.registry import CPP
from benchmarks.side_by_side.contenders.registry import SCHEDULER
from benchmarks.side_by_side.experiments.loads import Loads

#: below this two response times cannot be told apart, milliseconds
_LEAST_MS = 0.01


def loads_summary(loads: Loads) -> dict[str, Any]:
    """Return the figures of every contender at every load, and how they compare."""
    return {f'{load:g}': _load(loads, load) for load in loads.rate_hz}


def _load(loads: Loads, load: float) -> dict[str, Any]:
    by_name = {
        name: figures(list(runs.values()))
        for name in loads.contenders
        if (runs := loads.runs.get((load, name)))
    }
    baselines = {name: own for name, own in by_name.items() if name != SCHEDULER}
    return {
        'camera_hz': loads.rate_hz[load],
        'scheduler': by_name.get(SCHEDULER),
        'baselines': baselines,
        'ratios': _ratios(loads, load, baselines) if SCHEDULER in by_name else None,
    }


def _ratios(loads: Loads, load: float, baselines: dict[str, Any]) -> dict[str, Any] | None:
    """Return the scheduler over the baseline with the most on-time answers, and over each."""
    if not baselines:
        return None
    each = {name: _against(loads, load, name) for name in baselines}
    best = _most_on_time(baselines)
    in_python = {name: own for name, own in baselines.items() if name not in CPP}
    return {
        'best_baseline': best,
        **each[best],
        'best_in_python': _most_on_time(in_python) if in_python else None,
        'each': each,
    }


def _most_on_time(baselines: dict[str, Any]) -> str:
    return max(baselines, key=lambda name: baselines[name]['on_time_per_s'])


def _against(loads: Loads, load: float, name: str) -> dict[str, Any]:
    pairs = loads.paired(load, SCHEDULER, name)

    def ratio(of: Any, least: Any) -> dict[str, Any]:
        lowest = max((least(run) for pair in pairs for run in pair), default=1.0)
        ours, theirs = [of(a) for a, _ in pairs], [of(b) for _, b in pairs]
        return paired_ratio(ours, theirs, least=lowest).to_dict()

    return {
        # one answer, one miss: what a run can tell from none
        'on_time_per_s': ratio(lambda run: run.on_time_per_s, lambda run: 1 / run.seconds),
        'miss_ratio': ratio(lambda run: run.miss_ratio, lambda run: 1 / max(1, run.frames)),
        'p99_ms': ratio(_p99_ms, lambda run: _LEAST_MS),
        'cpu_ms_per_answer': _cpu_ratio(pairs),
    }


def _cpu_ratio(pairs: list[tuple[Run, Run]]) -> dict[str, Any]:
    """Return the ratio of the CPU time of an answer, of pairs in which both gave any."""
    each = [[run.costs['cpu_ms_per_answer'] for run in pair] for pair in pairs]
    known = [(ours, theirs) for ours, theirs in each if ours is not None and theirs is not None]
    ours, theirs = [pair[0] for pair in known], [pair[1] for pair in known]
    return paired_ratio(ours, theirs, least=_LEAST_MS).to_dict()


def _p99_ms(run: Run) -> float:
    responses = np.concatenate([outcome.response_ms for outcome in run.outcomes.values()])
    return float(np.percentile(responses, 99)) if len(responses) else 1e3 * run.seconds


def bare_summary(loads: Loads) -> dict[str, Any]:
    """Return what the bare loop did: before all, and in every repetition."""
    return {
        **loads.bare[0].to_dict(),
        **_each(loads.bare),
        'in_threads': loads.bare_threads.to_dict() if loads.bare_threads else None,
    }


def bare_cpp_summary(loads: Loads) -> dict[str, Any] | None:
    """Return what the bare loop in C++ did; ``None`` where it did not run."""
    if not loads.bare_cpp:
        return None
    return {**loads.bare_cpp[0].to_dict(), **_each(loads.bare_cpp)}


def _each(loops: list[Capacity]) -> dict[str, list[float | None]]:
    return {
        'answers_per_s_each': [capacity.answers_per_s for capacity in loops],
        'cpu_ms_per_answer_each': [capacity.cpu_ms_per_answer for capacity in loops],
    }


def saturation(loads: Loads, bare_loops: list[Capacity]) -> dict[str, float | int | None]:
    """
    Return answers per second at saturation over a bare loop, paired by repetition.

    Saturated is any load of 1 and more; counted is the one with the most answers. At the highest
    loads deadlines are so short that most frames are given up before anything is computed.

    :param bare_loops: before all repetitions, and after each
    """
    saturated = [load for load in loads.rate_hz if load >= 1] or [max(loads.rate_hz)]
    each = [loads.runs.get((load, SCHEDULER), {}) for load in saturated]
    runs = max(each, key=lambda own: sum(run.answers_per_s for run in own.values()))
    # the first is from before all repetitions
    bare = dict(enumerate(bare_loops[1:]))
    numbers = [n for n in sorted(runs) if n in bare]
    return paired_ratio(
        [runs[n].answers_per_s for n in numbers],
        [bare[n].answers_per_s for n in numbers],
        least=1.0,
    ).to_dict()


def others_share(loads: Loads) -> float | None:
    """Return the largest share of the machine that went elsewhere in a run."""
    shares = [run.costs['others_cpu_share'] for own in loads.runs.values() for run in own.values()]
    return max((share for share in shares if share is not None), default=None)
