# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the variants of networks take: ``dev/env.sh python benchmarks/variants.py [NETWORK.yaml...]``.

One core, the project's engine, one thread. In every round each variant infers the same input
once, in an order drawn anew, so that what else the machine does meets all of them alike; ratios
are taken within rounds. Beside the times: what loading each variant takes and adds to the
process's memory, the network's own file first.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene

#: not among the scenes the networks were trained on
_SEED = 20
_BUNDLED = ('detector', 'embedding', 'depth')
_WARM_UP = 20
_PAGE_MIB = os.sysconf('SC_PAGE_SIZE') / 2**20


def resident_mib() -> float:
    """Return the memory this process has, in MiB."""
    return int(Path('/proc/self/statm').read_text().split()[1]) * _PAGE_MIB


def input_of(spec: NetworkSpec) -> NDArray[Any]:
    """Return what a network would get of a rendered picture; of crops, those of all things."""
    frame = Scene(seed=_SEED).frame(0)
    height, width = frame.image_bgr.shape[:2]
    plain = np.ascontiguousarray(frame.image_bgr)
    image = SourceImage.from_raw(
        plain, width=width, height=height, encoding='bgr8', step=3 * width
    )
    if spec.decoder != 'embedding':
        return OpenCvPreprocessor().prepare(image, spec.input)[0]
    boxes = np.array([found.box_xyxy for found in frame.objects if found.visible], np.float32)
    return OpenCvPreprocessor().crops(image, boxes, spec.input)


def load(spec: NetworkSpec) -> tuple[dict[str, LoadedNetwork], dict[str, dict[str, float]]]:
    """Return every variant loaded, and what that took."""
    engine, networks, took = OnnxRuntimeEngine(), {}, {}
    tensor = input_of(spec)
    for name, own in spec.by_variant.items():
        before_mib, began = resident_mib(), time.perf_counter()
        networks[name] = engine.load(own)
        load_ms = (time.perf_counter() - began) * 1e3
        # what a session needs to run it takes at the first run
        networks[name].run([tensor])
        took[name] = {'load_ms': load_ms, 'memory_mib': resident_mib() - before_mib}
    return networks, took


def rounds(
    networks: dict[str, LoadedNetwork], tensor: NDArray[Any], count: int
) -> dict[str, list[float]]:
    """Return the time of every run in ms, by variant."""
    times: dict[str, list[float]] = {name: [] for name in networks}
    order, dice = list(networks), random.Random(0)
    for number in range(-_WARM_UP, count):
        dice.shuffle(order)
        for name in order:
            began = time.perf_counter()
            networks[name].run([tensor])
            if number >= 0:
                times[name].append((time.perf_counter() - began) * 1e3)
    return times


def median_interval(values: list[float]) -> tuple[float, float]:
    """
    Return a 95 % confidence interval of the median, whatever the distribution.

    By order statistics, in the normal approximation of the binomial (David and Nagaraja, Order
    Statistics, 2003, section 7.1).
    """
    ordered, half = sorted(values), 0.98 * math.sqrt(len(values))
    low = max(0, math.floor(len(values) / 2 - half))
    high = min(len(values) - 1, math.ceil(len(values) / 2 + half))
    return ordered[low], ordered[high]


def measure(path: Path, count: int) -> dict[str, Any]:
    """Return what every variant of a network takes, against its own file."""
    spec = load_network(path)
    networks, took = load(spec)
    times = rounds(networks, input_of(spec), count)
    base = next(iter(times.values()))
    found = {}
    for name, own in spec.by_variant.items():
        ratios = [mine / theirs for mine, theirs in zip(times[name], base)]
        found[name] = {
            'p50_ms': statistics.median(times[name]),
            'p95_ms': statistics.quantiles(times[name], n=20)[-1],
            'ratio': statistics.median(ratios),
            'ratio_interval': list(median_interval(ratios)),
            'file_kib': own.file.stat().st_size / 1024,
            'accuracy': None if own.accuracy is None else own.accuracy.value,
            'metric': None if own.accuracy is None else own.accuracy.metric,
            **took[name],
        }
        networks[name].close()
    return {'network': spec.name, 'rounds': count, 'variants': found}


def main() -> None:
    """Measure all networks that are named, by default the bundled ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('networks', nargs='*', type=Path)
    parser.add_argument('--rounds', type=int, default=2000)
    parser.add_argument('--core', type=int, default=min(os.sched_getaffinity(0)))
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {arguments.core})
    share = share_of()
    assert share is not None, 'the package is not installed'
    paths = arguments.networks or [share / 'models' / f'{name}.yaml' for name in _BUNDLED]
    found = [measure(path, arguments.rounds) for path in paths]
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    for network in found:
        print(network['network'])
        for name, one in network['variants'].items():
            low, high = one['ratio_interval']
            print(
                f'  {name:8} p50 {one["p50_ms"]:6.3f} ms  p95 {one["p95_ms"]:6.3f} ms  '
                f'{one["ratio"]:.3f} of the first ({low:.3f} to {high:.3f})  '
                f'load {one["load_ms"]:5.1f} ms  {one["memory_mib"]:5.1f} MiB  '
                f'file {one["file_kib"]:4.0f} KiB  {one["metric"]} {one["accuracy"]}'
            )


if __name__ == '__main__':
    main()
