# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a frame waits for outside its network."""

from __future__ import annotations

import os
import statistics

import click
import numpy as np

from benchmarks.cameras.stage import load
from benchmarks.cameras.stage import on_stage
from benchmarks.cameras.steps import NETWORK
from benchmarks.cameras.steps import OUTSIDE
from benchmarks.cameras.steps import steps_of
from benchmarks.cameras.steps import TIMING


@click.command()
@click.option('--kind', type=click.Choice(['detect', 'depth']), default='detect')
@click.option('--rate', default=30.0, show_default=True, help='Of the camera, Hz.')
@click.option('--seconds', default=5.0, show_default=True, help='Time of a run.')
@click.option('--rounds', default=3, show_default=True)
@click.option('--width', default=320, show_default=True)
@click.option('--height', default=240, show_default=True)
def latency(kind: str, rate: float, seconds: float, rounds: int, width: int, height: int) -> None:
    """Split the time from the stamp of a frame to its answer into steps."""
    print(f'{kind}, one camera of {width}x{height} at {rate:g} Hz, {load()}')
    with on_stage() as stage:
        pictures = stage.pictures(width, height)
        workload = stage.workload('latency', 1, [kind], kind)
        unit = f'cpu{max(os.sched_getaffinity(0))}'
        with stage.node(workload, rate, pictures, units=[unit]) as node:
            place = node.place
            place.listen(TIMING)
            found = []
            for _ in range(rounds):
                place.record()
                place.play(pictures, rate, seconds)
                place.wait_until_quiet()
                heard = place.heard()[workload.tasks[0].result_topic]
                found += steps_of(heard, place.timings())
    print(f'{len(found)} frames; ms: median, mean, 99th percentile')
    for name in found[0]:
        _print(name, [steps.get(name, 0.0) for steps in found])
    network = NETWORK
    _print('all without the network', [sum(s.values()) - s[network] for s in found])
    inside = [sum(ms for name, ms in s.items() if name not in (network, *OUTSIDE)) for s in found]
    _print('of these in the node', inside)
    _print('of these outside stages', [s['decide'] + s['between'] + s['deliver'] for s in found])
    print(load())


def _print(name: str, values: list[float]) -> None:
    print(
        f'  {name:24} {statistics.median(values):7.3f} {statistics.fmean(values):7.3f} '
        f'{float(np.percentile(values, 99)):7.3f}'
    )
