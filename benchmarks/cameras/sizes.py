# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU time of a frame by the size of its picture, and how often its bytes are copied."""

from __future__ import annotations

import statistics
import time

import click
import numpy as np

from benchmarks.cameras.stage import Costs
from benchmarks.cameras.stage import load
from benchmarks.cameras.stage import on_stage
from benchmarks.cameras.stage import Stage
from benchmarks.cameras.steps import TIMING
from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.accounts.threads import by_kind
from benchmarks.side_by_side.accounts.threads import OTHERS

#: the first is what the others are compared with
_SIZES = ((640, 480), (1920, 1080), (3840, 2160))


@click.command()
@click.option('--network', type=click.Choice(['depth', 'detect']), default='depth')
@click.option('--rate', default=5.0, show_default=True, help='Of the camera, Hz.')
@click.option('--seconds', default=6.0, show_default=True, help='Time of a run.')
@click.option('--rounds', default=3, show_default=True, help='Runs of each size.')
def sizes(network: str, rate: float, seconds: float, rounds: int) -> None:
    """
    Measure frames of larger and larger pictures.

    copies: CPU time that the threads which take frames need more than for the smallest picture,
    over the time of a copy of as many bytes more, measured beside it.
    """
    print(f'{network}, one camera at {rate:g} Hz, {load()}')
    runs: dict[tuple[int, int], list[dict[str, float]]] = {size: [] for size in _SIZES}
    with on_stage() as stage:
        for number in range(rounds):
            for size in _SIZES if number % 2 == 0 else _SIZES[::-1]:
                runs[size].append(_measure(stage, network, size, rate, seconds))
    smallest = runs[_SIZES[0]]
    for (width, height), own in runs.items():
        told = '  '.join(f'{key} {statistics.median(r[key] for r in own):.3f}' for key in own[0])
        print(f'{width}x{height}: {told}')
        if (width, height) != _SIZES[0]:
            copies = [
                (run['taking_ms'] - first['taking_ms']) / (run['copy_ms'] - first['copy_ms'])
                for run, first in zip(own, smallest)
            ]
            middle = statistics.median(copies)
            print(f'  copies {middle:.2f} ({min(copies):.2f} to {max(copies):.2f})')
    print(load())


def _measure(
    stage: Stage, network: str, size: tuple[int, int], rate: float, seconds: float
) -> dict[str, float]:
    workload = stage.workload('sizes', 1, [network], network)
    pictures = stage.pictures(*size)
    with stage.node(workload, rate, pictures) as node:
        (pid,) = node.pids
        place = node.place
        place.record()
        costs = Costs(pid, stage.rig.pids)
        frames = len(place.play(pictures, rate, seconds).stamps[0])
        place.wait_until_quiet()
        spent_ms, others = costs.since()
        threads = by_kind(pid, costs.threads, procfs.thread_ns(pid))
        answered = sum(place.counts().values()) / frames
        # the times of stages cost time to tell, so they are of frames of their own
        place.listen(TIMING)
        place.record()
        place.play(pictures, rate, seconds / 2)
        place.wait_until_quiet()
        timings = place.timings()
        place.unlisten(list(TIMING))
    stages: dict[str, list[float]] = {}
    for timing in timings:
        for name, _, begin_ms, end_ms in timing['stages']:
            stages.setdefault(name, []).append(end_ms - begin_ms)
    return {
        'cpu_ms': spent_ms / frames,
        'taking_ms': threads[OTHERS] / frames,
        'copy_ms': _copy_ms(size[0] * size[1] * 3),
        **{f'{name}_ms': statistics.median(times) for name, times in stages.items()},
        'answered': answered,
        'others': others,
    }


def _copy_ms(count: int) -> float:
    """Return the CPU time of a copy of so many bytes that are in no cache, in milliseconds."""
    sources = [np.full(count, number, np.uint8) for number in range(8)]
    target = np.empty(count, np.uint8)
    times = []
    for number in range(24):
        began_ns = time.thread_time_ns()
        np.copyto(target, sources[number % 8])
        times.append(time.thread_time_ns() - began_ns)
    return statistics.median(times) / 1e6
