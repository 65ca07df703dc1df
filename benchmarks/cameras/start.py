# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Time from the start of the process to the first answer, and what its memory is of."""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

import click

from benchmarks.cameras.memory import memory_mb
from benchmarks.cameras.stage import load
from benchmarks.cameras.stage import on_stage
from benchmarks.cameras.stage import Stage
from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.contenders.base import Contender
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.networks_one import NetworksOne
from benchmarks.side_by_side.contenders.scheduler import Scheduler
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.rig.place import READY_TIMEOUT_S
from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import Workload

#: parts of the memory below are one line
_SMALL_MB = 1.5
_POLL_S = 0.02


@click.command()
@click.option('--starts', default=5, show_default=True)
@click.option('--cameras', default=3, show_default=True, help='Each with three tasks.')
@click.option('--rate', default=15.0, show_default=True, help='Of each camera, Hz.')
@click.option('--seconds', default=5.0, show_default=True, help='Before memory is looked at.')
def start(starts: int, cameras: int, rate: float, seconds: float) -> None:
    """
    Measure the start of a node with the bundled networks, and its memory.

    From being active to the first answer it waits for DDS, which has to tell the cameras of it.
    Plain nodes, one for each network, show how long that takes without a scheduler.
    """
    print(f'{cameras} cameras with three tasks each, {load()}')
    with on_stage() as stage:
        workload = bundled(cameras=cameras)
        for contender in (Scheduler(), NetworksOne()) if starts else ():
            runs = [_start(stage, contender, workload, rate) for _ in range(starts)]
            for key in runs[0]:
                each = [run[key] for run in runs]
                told = f'{statistics.median(each):.2f} s, {min(each):.2f} to {max(each):.2f}'
                print(f'{contender.name}: {key} {told}')
        pictures = stage.pictures(320, 240)
        with stage.node(workload, rate, pictures) as node:
            node.place.play(pictures, rate, seconds)
            _print_memory(*node.pids)
    print(load())


def _start(
    stage: Stage, contender: Contender, workload: Workload, rate: float
) -> dict[str, float]:
    """Return seconds since the start of the process, and CPU time until all have answered."""
    pictures, file = stage.pictures(320, 240), stage.folder / 'start.json'
    workload.save(file)
    order = Order(workload, file, stage.folder, rate, [])
    started = Started(contender, order, rig=stage.rig, pictures=pictures)
    try:
        place = started.place
        place.record()
        place.begin(pictures, rate, READY_TIMEOUT_S)
        try:
            first_ns = _wait(started)
            cpu_s = procfs.cpu_seconds(started.pids)
        finally:
            place.stop_cameras()
            place.end(READY_TIMEOUT_S)
    except BaseException:
        started.close()
        raise
    log = stage.folder / f'{place.name}_{contender.name}.log'
    started.stop()
    first_s = (first_ns - started.started_ns) / 1e9
    found = {'first answer': first_s, 'CPU time until all tasks have answered': cpu_s}
    active = re.findall(r'\[(\d+\.\d+)\].*: active: ', log.read_text() if log.exists() else '')
    if active:
        found = {'active': float(active[-1]) - started.started_ns / 1e9, **found}
    return found


def _wait(started: Started) -> int:
    """Wait until all tasks have answered; return when the first answer came."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        times = started.place.first().values()
        # nodes that are stopped before they have answered do not end in an orderly way
        if all(times):
            return min(times)
        started.check()
        if time.monotonic() > deadline:
            raise BenchFault(f'{started.contender.name}: no answer')
        time.sleep(_POLL_S)


def _print_memory(pid: int) -> None:
    peak = procfs.peak_rss_mb([pid])
    parts = memory_mb(Path(f'/proc/{pid}/smaps').read_text())
    print(f'resident: {sum(parts.values()):.0f} MB now, {peak:.0f} MB at most')
    small = 0.0
    for name, size in sorted(parts.items(), key=lambda one: -one[1]):
        if size >= _SMALL_MB:
            print(f'  {size:6.1f} MB  {name}')
        else:
            small += size
    print(f'  {small:6.1f} MB  others')
