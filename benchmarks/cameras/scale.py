# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU time of a frame by the number of cameras."""

from __future__ import annotations

import statistics
import time

import click

from benchmarks.cameras.stage import Costs
from benchmarks.cameras.stage import load
from benchmarks.cameras.stage import on_stage
from benchmarks.cameras.stage import Stage
from benchmarks.cameras.stage import WAITS
from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.accounts.threads import by_kind

_IDLE_S = 2.0


@click.command()
@click.option('--network', type=click.Choice(['depth', WAITS]), default='depth')
@click.option('--cameras', multiple=True, type=int, default=(1, 4, 16), show_default=True)
@click.option('--rate', default=15.0, show_default=True, help='Of each camera, Hz.')
@click.option('--total', default=0.0, help='Instead: of all cameras together, Hz.')
@click.option('--seconds', default=5.0, show_default=True, help='Time of a run.')
@click.option('--rounds', default=3, show_default=True, help='Runs of each number of cameras.')
def scale(
    network: str,
    cameras: tuple[int, ...],
    rate: float,
    total: float,
    seconds: float,
    rounds: int,
) -> None:
    """
    Measure the CPU time of a frame with more and more cameras.

    With few frames a second, what the node does every second whatever comes, and cold caches, are
    in the time of each. With as many frames of all cameras together (--total), only what grows
    with the number of cameras and tasks differs.
    """
    runs: dict[int, list[dict[str, float]]] = {count: [] for count in cameras}
    told = f'{total:g} Hz of all cameras' if total else f'{rate:g} Hz a camera'
    print(f'{network}, {told}, {load()}')
    with on_stage() as stage:
        for number in range(rounds):
            # forth and back, so that what else the machine does meets all alike
            for count in cameras if number % 2 == 0 else cameras[::-1]:
                hz = total / count if total else rate
                runs[count].append(_measure(stage, network, count, hz, seconds))
    base = runs[cameras[0]]
    for count, own in runs.items():
        ratios = [one['cpu_ms'] / first['cpu_ms'] for one, first in zip(own, base)]
        told = '  '.join(f'{key} {statistics.median(r[key] for r in own):.3f}' for key in own[0])
        print(f'{count:3} cameras: {told}  over {cameras[0]}: {statistics.median(ratios):.2f}')
    print(load())


def _measure(
    stage: Stage, network: str, cameras: int, rate: float, seconds: float
) -> dict[str, float]:
    workload = stage.workload(f'cameras{cameras}', cameras, ['depth'], network)
    pictures = stage.pictures(320, 240)
    with stage.node(workload, rate, pictures) as node:
        (pid,) = node.pids
        idle = Costs(pid, stage.rig.pids)
        time.sleep(_IDLE_S)
        idle_ms_per_s = idle.since()[0] / _IDLE_S
        node.place.record()
        costs = Costs(pid, stage.rig.pids)
        sent = node.place.play(pictures, rate, seconds)
        node.place.wait_until_quiet()
        spent_ms, others = costs.since()
        threads = by_kind(pid, costs.threads, procfs.thread_ns(pid))
        frames = sum(map(len, sent.stamps))
        return {
            'cpu_ms': spent_ms / frames,
            'idle_ms_per_s': idle_ms_per_s,
            'answered': sum(node.place.counts().values()) / frames,
            'others': others,
            **{f'{kind}_ms': ms / frames for kind, ms in threads.items()},
        }
