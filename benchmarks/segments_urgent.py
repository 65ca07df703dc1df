# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
An urgent network beside a slow one on one core, which is whole or in segments: ``dev/env.sh python
benchmarks/segments_urgent.py [--seconds N] [--repetitions N] [--parts N ...] [--json]``.

YOLOX-nano (the bundled detector where ``../shared/data`` has none) runs without a pause; frames
for the bundled depth network come at random times, with a shorter deadline. The policy is ``edf``.
The ways take turns; shown are the responses of the urgent network over all turns.
"""

from __future__ import annotations

import argparse
import json
import queue
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

# the other measurements of segments lie beside this file
sys.path.append(str(Path(__file__).parent))

from segments_units import CORES
from segments_units import HEIGHT
from segments_units import network_files
from segments_units import PIXELS
from segments_units import WIDTH

#: between urgent frames
LEAST_S, MOST_S = 0.04, 0.09
SEED = 1


class Way:
    """
    A loaded pipeline of a slow and an urgent task on one core.

    :param slow: network file of the slow task
    :param urgent: network file of the urgent one
    """

    def __init__(self, slow: str, urgent: str) -> None:
        values: dict[str, Any] = {'tasks': ['slow', 'urgent'], 'policy': 'edf'}
        for task, file, deadline_ms in (('slow', slow, 10_000.0), ('urgent', urgent, 500.0)):
            values |= {
                f'{task}.network': file,
                f'{task}.topic': task,
                f'{task}.deadline_ms': deadline_ms,
                f'{task}.units': [CORES[0]],
            }
        self._ends: queue.SimpleQueue[JobEnd] = queue.SimpleQueue()
        self.pipeline = Pipeline(from_parameters(values), on_end=self._on_end)
        self._random = random.Random(SEED)
        self._seq = 0
        self._going = False
        self.responses_ms: list[float] = []
        self.slow_ends = 0
        self.busy_s = 0.0

    def _on_end(self, end: JobEnd) -> None:
        if end.task == 'slow':
            self.slow_ends += 1
            if self._going:
                self._submit('slow')
        self._ends.put(end)

    def turn(self, seconds: float, *, count: bool) -> None:
        """Run for a time; the first slow job, and what comes while it runs, counts, too."""
        self._going = True
        self._submit('slow')
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(self._random.uniform(LEAST_S, MOST_S))
            self._submit('urgent')
        self._going = False
        time.sleep(0.3)
        if count:
            self.busy_s += seconds
        else:
            self.slow_ends = 0
        while not self._ends.empty():
            end = self._ends.get_nowait()
            if end.task == 'urgent' and count:
                assert end.response_ns is not None, end.reason
                self.responses_ms.append(end.response_ns / 1e6)

    def _submit(self, topic: str) -> None:
        self._seq += 1
        image = SourceImage.from_raw(
            PIXELS, width=WIDTH, height=HEIGHT, encoding='bgr8', step=3 * WIDTH
        )
        self.pipeline.submit(Frame(topic, self._seq, self._seq, '', image))


def measure(options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Return way -> numbers."""
    ways: dict[str, Way] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            for parts in options.parts:
                own = Path(folder) / str(parts)
                own.mkdir()
                files = network_files(own, parts)
                whole, cut = files.get('yolox', files['detector'])
                urgent = files['depth'][0]
                if 'whole' not in ways:
                    ways['whole'] = Way(whole, urgent)
                ways[f'{parts} segments'] = Way(cut, urgent)
            for way in ways.values():
                way.pipeline.load()
                way.pipeline.start()
            for number in range(options.repetitions + 1):
                for way in ways.values():
                    way.turn(options.seconds, count=number > 0)
    finally:
        for way in ways.values():
            way.pipeline.unload()
    return {name: _numbers(way) for name, way in ways.items()}


def _numbers(way: Way) -> dict[str, float]:
    found = sorted(way.responses_ms)
    return {
        'urgent jobs': len(found),
        'median ms': statistics.median(found),
        'p95 ms': found[int(0.95 * len(found))],
        'longest ms': found[-1],
        'slow a second': way.slow_ends / way.busy_s,
    }


def main() -> None:
    """Print a line per way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=2.0)
    parser.add_argument('--repetitions', type=int, default=10)
    parser.add_argument('--parts', type=int, nargs='+', default=[2, 4, 8])
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    found = measure(options)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, numbers in found.items():
        print(f'{name:12}' + '  '.join(f'{key} {value:.1f}' for key, value in numbers.items()))


if __name__ == '__main__':
    main()
