# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
``pareto`` with real networks on two CPU cores: ``dev/env.sh python benchmarks/pareto_real.py
[--seconds N] [--repetitions N] [--json]``.

The bundled networks, and YOLOX-nano where ``EDGE_SCHED_DATA`` or ``../shared/data`` has it, run
in the real pipeline without ROS, each with a
new frame as soon as the last is answered. They are
kept on one of two cores each, in every way there is, or left to a policy. Rates are relative to
those of each network alone on a core, and added up. Contenders take turns within a repetition;
medians over repetitions are shown, after the first four seconds of each run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import queue
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

CORES = ('cpu0', 'cpu1')
WIDTH, HEIGHT = 640, 480
#: the policy learns costs and settles
WARM_S = 4.0
POLICIES = ('pareto', 'shortest_expected_latency', 'mael')
MODELS = Path(__file__).resolve().parents[1] / 'models'
DATA = Path(__file__).resolve().parents[2] / 'shared' / 'data' / 'yolox_nano_416x416.onnx'


def networks(folder: Path) -> dict[str, dict[str, str]]:
    """Return cases: task -> its network's file."""
    detector, depth = str(MODELS / 'detector.yaml'), str(MODELS / 'depth.yaml')
    cases = {
        'two': {'detector': detector, 'depth': depth},
        'three': {'detector': detector, 'depth': depth, 'second': detector},
    }
    if DATA.is_file():
        wide = {
            'file': str(DATA),
            'input': {'name': 'images', 'width': 416, 'height': 416, 'align': 'topleft'},
            'decoder': 'yolox',
            'labels': [f'coco{n}' for n in range(80)],
        }
        (folder / 'yolox.yaml').write_text(yaml.safe_dump(wide))
        cases['with yolox'] = {
            'detector': detector,
            'depth': depth,
            'yolox': str(folder / 'yolox.yaml'),
        }
    return cases


class Feed:
    """Gives every task a new frame when the last is answered, and counts the answers."""

    def __init__(self, tasks: tuple[str, ...]) -> None:
        self._tasks = tasks
        self._ends: queue.SimpleQueue[JobEnd] = queue.SimpleQueue()
        self._seq = 0
        pixels = np.random.default_rng(0).integers(0, 255, HEIGHT * WIDTH * 3, dtype=np.uint8)
        self._pixels = pixels

    def on_end(self, end: JobEnd) -> None:
        """Take in a job's end; any thread may call it."""
        self._ends.put(end)

    def _frame(self, task: str) -> Frame:
        self._seq += 1
        image = SourceImage.from_raw(
            self._pixels, width=WIDTH, height=HEIGHT, encoding='bgr8', step=3 * WIDTH
        )
        return Frame(task, self._seq, self._seq, task, image)

    def run(self, pipeline: Pipeline, seconds: float) -> dict[str, float]:
        """Return answers a second of each task."""
        for task in self._tasks:
            pipeline.submit(self._frame(task))
        begin = time.monotonic() + WARM_S
        counts: Counter[str] = Counter()
        while (now := time.monotonic()) < begin + seconds:
            end = self._ends.get(timeout=10.0)
            if end.response_ns is not None:
                counts[end.task] += now >= begin
                pipeline.submit(self._frame(end.task))
        return {task: counts[task] / seconds for task in self._tasks}


def rates(
    files: Mapping[str, str], seconds: float, *, policy: str, units: Mapping[str, str]
) -> dict[str, float]:
    """Return answers a second of each task; those without a unit may run on both."""
    values: dict[str, Any] = {'tasks': list(files), 'policy': policy, 'units': list(CORES)}
    for task, file in files.items():
        values |= {
            f'{task}.network': file,
            f'{task}.topic': task,
            f'{task}.deadline_ms': 10_000.0,
            f'{task}.max_in_flight': 1,
        }
        if task in units:
            values[f'{task}.units'] = [units[task]]
    feed = Feed(tuple(files))
    pipeline = Pipeline(from_parameters(values), on_end=feed.on_end)
    pipeline.load()
    try:
        pipeline.start()
        return feed.run(pipeline, seconds)
    finally:
        pipeline.stop()
        pipeline.unload()


def once(files: Mapping[str, str], seconds: float) -> dict[str, float]:
    """Return every contender's summed relative rates."""
    alone = {
        task: rates({task: file}, seconds, policy='fcfs', units={task: CORES[0]})[task]
        for task, file in files.items()
    }

    def total(found: Mapping[str, float]) -> float:
        return sum(found[task] / alone[task] for task in files)

    result = {}
    first, *others = files
    for places in itertools.product(CORES, repeat=len(others)):
        # which core is which does not matter
        units = {first: CORES[0], **dict(zip(others, places))}
        name = ' '.join(units.values())
        result[name] = total(rates(files, seconds, policy='fcfs', units=units))
    for policy in POLICIES:
        result[policy] = total(rates(files, seconds, policy=policy, units={}))
    return result


def main() -> None:
    """Print a table per case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=5.0)
    parser.add_argument('--repetitions', type=int, default=3)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    report = {}
    with tempfile.TemporaryDirectory() as folder:
        for case, files in networks(Path(folder)).items():
            runs = [once(files, options.seconds) for _ in range(options.repetitions)]
            report[case] = _summary(runs)
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for case, found in report.items():
        print(f'{case}:')
        for name, value in found.items():
            print(f'  {name:28}{value:8.3f}')


def _summary(runs: list[dict[str, float]]) -> dict[str, float]:
    """Return medians, and medians of paired ratios."""
    static = [name for name in runs[0] if name not in POLICIES]
    found = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    best = max(static, key=found.__getitem__)
    worst = min(static, key=found.__getitem__)
    for label, name in (('best', best), ('worst', worst)):
        found[f'pareto over {label} static'] = statistics.median(
            run['pareto'] / run[name] for run in runs
        )
    return found


if __name__ == '__main__':
    main()
