# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Time of segments run one after the other, against the whole network, on one core.

``dev/env.sh python benchmarks/segments.py [--pairs N] [--parts 2,4] [--max-kib N] [MODEL ...]``
without models measures the bundled networks, and those of the shared data where they are.

A pair is one run of the whole network and one of its segments, in turns which first, on the same
inputs, in sessions of the engine's settings with one thread, pinned to one core. What counts is
the median of the pairs' ratios, of processor time, so that other work on the machine matters
little; the interval covers the median in 95 of 100 cases whatever the distribution.
Both go the way that a stage of the node goes, from the tensors of a job to the engine.
``--own-memory`` gives each session an arena of its own, and ``--copied`` runs them without
arrays that are used again; the engine did both before.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeNetwork
from edge_sched_ros.execution.engines.onnxruntime import OpenSession
from edge_sched_ros.perception.programs.parts import LoadedPart
from edge_sched_ros.perception.programs.parts import make_parts
from edge_sched_ros.planning.cutting.cut import cut_network
from edge_sched_ros.planning.cutting.cut import Segments
from edge_sched_ros.planning.cutting.proof import random_inputs
from edge_sched_ros.planning.cutting.sessions import open_session

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / 'shared' / 'data'
TARGET = 1.02
WARM_UP = 10


def models() -> list[Path]:
    """Return the bundled networks, and the shared ones where they are."""
    return sorted((CHECKOUT / 'models').glob('*.onnx')) + sorted(SHARED.glob('*.onnx'))


def runners(
    found: Segments, *, own_memory: bool = False, copied: bool = False
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """
    Return functions that run a whole network, and its segments one after the other.

    :param copied: by ``InferenceSession.run``, as the engine did before
    """
    inputs = random_inputs({name: found.types[name] for name in found.inputs}, 0)

    def loaded(data: bytes | str, name: str) -> Any:
        network = OnnxRuntimeNetwork(OpenSession(open_session(data, name, own_memory=own_memory)))
        if copied:
            network._bound = None
        return {'': network}

    outputs = list(found.outputs)
    whole = make_parts({'infer': loaded(str(found.path), '')}, outputs)
    cut = make_parts({plan.name: loaded(data, plan.name) for plan, data in found.parts}, outputs)

    def runner(parts: dict[str, LoadedPart]) -> Callable[[], Any]:
        def run() -> Any:
            live = dict(inputs)
            for part in parts.values():
                part.run(live, '')
            return [live[name] for name in outputs]

        return run

    return runner(whole), runner(cut)


def measure(
    found: Segments, pairs: int, own_memory: bool = False, copied: bool = False
) -> list[tuple[int, int, int, int]]:
    """Return processor and wall time in ns, of the whole network and of the segments, by pair."""
    both = runners(found, own_memory=own_memory, copied=copied)
    for run in both * WARM_UP:
        run()
    measured = []
    for pair in range(pairs):
        times = {}
        for index in (0, 1) if pair % 2 else (1, 0):
            wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
            both[index]()
            times[index] = (time.thread_time_ns() - cpu, time.perf_counter_ns() - wall)
        measured.append((*times[0], *times[1]))
    return measured


def median_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, and an interval of order statistics that covers it with 95 %."""
    ordered = sorted(values)
    half = math.ceil(0.98 * math.sqrt(len(ordered)))
    middle = len(ordered) // 2
    low, high = max(0, middle - half), min(len(ordered) - 1, middle + half)
    return statistics.median(ordered), ordered[low], ordered[high]


def line(path: Path, parts: int, given: argparse.Namespace) -> dict[str, Any]:
    """Return what one network in some parts takes."""
    limit = None if given.max_kib is None else given.max_kib * 1024
    found = cut_network(path, parts, max_nbytes=limit)
    measured = measure(found, given.pairs, given.own_memory, given.copied)
    ratio, low, high = median_interval([chain / whole for whole, _, chain, _ in measured])
    wall = statistics.median(chain / whole for _, whole, _, chain in measured)
    return {
        'network': path.stem,
        'parts': len(found.parts),
        'crossing_kib': sum(point.nbytes for point in found.chosen) / 1024,
        'whole_ms': statistics.median(whole for whole, *_ in measured) / 1e6,
        'segments_ms': statistics.median(chain for _, _, chain, _ in measured) / 1e6,
        'ratio': ratio,
        'interval': [low, high],
        'wall_ratio': wall,
        'pairs': given.pairs,
        'held': ratio <= TARGET,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 where a network takes more than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('models', nargs='*', type=Path)
    parser.add_argument('--pairs', type=int, default=400)
    parser.add_argument('--parts', default='2,4')
    parser.add_argument('--max-kib', type=int, default=None)
    parser.add_argument('--own-memory', action='store_true')
    parser.add_argument('--copied', action='store_true')
    parser.add_argument('--core', type=int, default=min(os.sched_getaffinity(0)))
    parser.add_argument('--json', action='store_true')
    given = parser.parse_args(arguments)
    os.sched_setaffinity(0, {given.core})
    parts = [int(count) for count in given.parts.split(',')]
    found = []
    for path in given.models or models():
        for count in parts:
            found.append(line(path, count, given))
            if not given.json:
                show(found[-1])
    if given.json:
        print(json.dumps({'load': os.getloadavg(), 'networks': found}, indent=2))
    else:
        print('load of the machine:', *(f'{load:.1f}' for load in os.getloadavg()))
    return 0 if all(one['held'] for one in found) else 1


def show(one: dict[str, Any]) -> None:
    """Print a line of the table."""
    low, high = one['interval']
    print(
        f'{one["network"]:22} {one["parts"]} parts {one["crossing_kib"]:7.0f} KiB  '
        f'{one["whole_ms"]:7.3f} -> {one["segments_ms"]:7.3f} ms  '
        f'x {one["ratio"]:.3f} ({low:.3f} to {high:.3f})  wall x {one["wall_ratio"]:.3f}  '
        f'{"held" if one["held"] else "missed"}',
        flush=True,
    )


if __name__ == '__main__':
    sys.exit(main())
