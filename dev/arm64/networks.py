# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Run the bundled networks on fixed inputs and keep their outputs, or compare two runs.

Usage: ``networks.py MODELS OUTPUTS.npz`` or ``networks.py --compare ONE.npz OTHER.npz``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

NAMES = ('detector', 'depth', 'embedding')


def run(models: Path, target: Path) -> None:
    """Write the outputs of each network, by its name and their number."""
    from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
    from edge_sched_ros.execution.network import load_network

    outputs = {}
    for name in NAMES:
        network = OnnxRuntimeEngine().load(load_network(models / f'{name}.yaml'))
        random = np.random.default_rng(0)
        shapes = [[max(size or 1, 1) for size in info.shape] for info in network.inputs]
        given = [random.random(shape, dtype=np.float32) for shape in shapes]
        for number, array in enumerate(network.run(given)):
            outputs[f'{name} {number}'] = array
    np.savez(target, **outputs)


def compare(one: Path, other: Path) -> None:
    """Print the largest difference of each output, and the largest value."""
    first, second = np.load(one), np.load(other)
    assert set(first) == set(second)
    for name in sorted(first):
        apart = np.abs(first[name] - second[name]).max()
        print(
            f'{name}: differs by {apart:.2g} at most, values up to {np.abs(first[name]).max():.3g}'
        )


if __name__ == '__main__':
    if sys.argv[1] == '--compare':
        compare(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        run(Path(sys.argv[1]), Path(sys.argv[2]))
