# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Compare execution providers of ONNX Runtime with its own on CPU cores, paired, per network.

Usage: ``dev/env.sh python benchmarks/providers.py --provider openvino`` with ``pip install
onnxruntime-ep-openvino``. Both run in turn on one thread with the same input; a time is the CPU
time of the process, so that other programs disturb it little. ``exact`` computes in single
precision, ``fp16`` as the provider likes it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.pipeline.settings.resources import share_of

_UNIT = Unit('cpu0')


def _input(network: LoadedNetwork) -> list[Any]:
    """Return random pixels for every input."""
    drawn = np.random.default_rng(0)
    shapes = ([max(size or 1, 1) for size in one.shape] for one in network.inputs)
    return [drawn.random(shape, dtype=np.float32) for shape in shapes]


def compare(spec: NetworkSpec, provider: str, precision: str, runs: int) -> str:
    """Return a row: CPU time of both, the median of the paired ratios, the largest difference."""
    engine = OnnxRuntimeEngine()
    own = engine.load(replace(spec, engine_options=EngineOptions()), _UNIT)
    options = EngineOptions(provider=provider, precision=precision)
    # loaded for the device itself: load() would go on with the default provider
    other = engine.on_device(replace(spec, engine_options=options), _UNIT, provider)
    given = _input(own)
    first, second = (network.run(given) for network in (own, other))
    apart = max(float(np.abs(one - two).max()) for one, two in zip(first, second))
    times: list[tuple[float, float]] = []
    for _ in range(runs):
        pair = []
        for network in (own, other):
            started = time.process_time()
            network.run(given)
            pair.append((time.process_time() - started) * 1e3)
        times.append((pair[0], pair[1]))
    ratios = sorted(new / old for old, new in times)
    old, new = (statistics.median(column) for column in zip(*times))
    low, high = ratios[len(ratios) // 4], ratios[3 * len(ratios) // 4]
    return (
        f'| `{spec.file.name}` | {precision} | {old:.2f} | {new:.2f} | '
        f'{statistics.median(ratios):.2f} ({low:.2f} to {high:.2f}) | {apart:.2g} |'
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('networks', nargs='*', type=Path, help='YAML files.  [default: bundled]')
    parser.add_argument('--provider', default='openvino')
    parser.add_argument('--runs', type=int, default=200)
    options = parser.parse_args()
    names = ('detector', 'depth', 'embedding')
    paths = options.networks or [share_of() / 'models' / f'{name}.yaml' for name in names]
    print(f'| network | precision | default, ms | {options.provider}, ms | ratio | difference |')
    print('| --- | --- | --- | --- | --- | --- |')
    try:
        for path in paths:
            for spec in load_network(path).by_variant.values():
                for precision in ('fp32', 'fp16'):
                    print(compare(spec, options.provider, precision, options.runs), flush=True)
    except ConfigError as error:
        print(f'providers: {error}', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
