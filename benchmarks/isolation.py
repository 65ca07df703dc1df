# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What ``isolation: process`` costs: ``dev/env.sh python benchmarks/isolation.py``.

Two tasks run the same program in one pipeline, one on a thread of the node, one in a process of
its own. They get the same frames in turn (a pair has one frame for each, the order changes), so
that what else the machine does meets both. Per size one row: medians over the pairs of the time
from frame to result, of their difference, and of the CPU time of both processes per frame; then
the memory of one process (proportional set size, shared pages counted in part) and the time to
start it.

The program reads every row of the picture once (its mean), which is less than any detector does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

SIZES = ((640, 480), (1920, 1080))
_TASKS = ('thread', 'process')


class Mean:
    """Gives the mean of every tenth row of a picture."""

    stages = ('mean',)
    stateful = True
    output = 'none'

    def run(self, stage: str, context: JobContext) -> int:
        """Give the mean."""
        assert context.frame is not None and context.frame.image is not None
        context.result = float(context.frame.image.bgr()[::10].mean())
        return 1

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""


def frame(stream: str, seq: int, width: int, height: int) -> Frame:
    """Return a frame with a picture of its own, as a new message has."""
    pixels = np.full(height * width * 3, seq % 256, np.uint8)
    image = SourceImage.from_raw(
        pixels, width=width, height=height, encoding='bgr8', step=3 * width
    )
    return Frame(stream, seq, seq, 'lens', image)


class Bench:
    """A pipeline with the two tasks, each on a topic of its own."""

    def __init__(self) -> None:
        parameters: dict[str, Any] = {'tasks': list(_TASKS)}
        for task in _TASKS:
            parameters |= {
                f'{task}.program': f'{Path(__file__).stem}:Mean',
                f'{task}.topic': task,
                f'{task}.deadline_ms': 10_000.0,
                f'{task}.isolation': task,
            }
        self._ended = threading.Event()
        self._end: Any = None
        self.pipeline = Pipeline(from_parameters(parameters), on_end=self._note)
        began_s = time.monotonic()
        self.pipeline.load()
        self.load_s = time.monotonic() - began_s
        self.pipeline.start()
        #: number of the process of the isolated task
        self.pid = self.pipeline.status().isolated['process'].pid

    def _note(self, end: Any) -> None:
        self._end = end
        self._ended.set()

    def response_ms(self, task: str, seq: int, size: tuple[int, int]) -> tuple[float, float]:
        """Return the time from frame to result, and the CPU time that it took, both in ms."""
        one = frame(task, seq, *size)
        self._ended.clear()
        cpu_ms, began_s = self._cpu_ms(), time.perf_counter()
        self.pipeline.submit(one)
        assert self._ended.wait(30.0), 'no result'
        took_ms = (time.perf_counter() - began_s) * 1e3
        assert self._end.outcome == 'on_time', self._end
        return took_ms, self._cpu_ms() - cpu_ms

    def _cpu_ms(self) -> float:
        mine = resource.getrusage(resource.RUSAGE_SELF)
        spent_ns = int(Path('/proc', str(self.pid), 'schedstat').read_text().split()[0])
        return (mine.ru_utime + mine.ru_stime) * 1e3 + spent_ns / 1e6


def memory_mib(pid: int) -> float:
    """Return the proportional set size of a process, in MiB."""
    lines = Path('/proc', str(pid), 'smaps_rollup').read_text().splitlines()
    pss = next(line for line in lines if line.startswith('Pss:'))
    return int(pss.split()[1]) / 1024


def measure(bench: Bench, size: tuple[int, int], pairs: int) -> dict[str, Any]:
    """Return the medians of one size."""
    took: dict[str, list[float]] = {task: [] for task in _TASKS}
    cpu: dict[str, list[float]] = {task: [] for task in _TASKS}
    for pair in range(pairs + 10):
        for task in _TASKS if pair % 2 else _TASKS[::-1]:
            took_ms, cpu_ms = bench.response_ms(task, pair, size)
            if pair >= 10:
                took[task].append(took_ms)
                cpu[task].append(cpu_ms)
    added = [one - other for one, other in zip(took['process'], took['thread'])]
    return {
        'size': f'{size[0]}x{size[1]}',
        **{f'{task}_ms': round(statistics.median(took[task]), 3) for task in _TASKS},
        'added_ms': round(statistics.median(added), 3),
        'added_p95_ms': round(statistics.quantiles(added, n=20)[-1], 3),
        **{f'{task}_cpu_ms': round(statistics.median(cpu[task]), 3) for task in _TASKS},
        'process_memory_mib': round(memory_mib(bench.pid), 1),
    }


def main() -> None:
    """Measure and print one row of JSON per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--pairs', type=int, default=400)
    pairs = parser.parse_args().pairs
    bench = Bench()
    try:
        idle_mib = memory_mib(bench.pid)
        for size in SIZES:
            print(json.dumps(measure(bench, size, pairs)), flush=True)
        print(json.dumps({'idle_mib': round(idle_mib, 1), 'load_s': round(bench.load_s, 2)}))
    finally:
        bench.pipeline.unload()


if __name__ == '__main__':
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    main()
