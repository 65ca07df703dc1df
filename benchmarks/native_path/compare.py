# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the native data path saves: ``dev/env.sh python benchmarks/native_path``.

Each run is a scheduler node in a process of its own; a second process is its camera and hears its
results. Runs with ``native: off`` and ``native: auto`` take turns, so that what else the machine
does meets both; the ratio is the median of the pairs.

* ``networks``: the bundled detector, tracker and depth network, 640x480. CPU time of the process
  for each answer, without what ONNX Runtime takes
* ``waiting``: eight units whose stages only wait, 16 tasks that give five boxes each, more frames
  than can be answered. Answers a second, and CPU time for each

``gil_share`` is the share of samples in which a thread had the GIL (Python 3.10 and 3.11 only).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

import click

from benchmarks.native_path.camera import run_camera
from benchmarks.native_path.node import run_node
from benchmarks.native_path.workloads import CAMERAS


def measure(workload: str, native: str, seconds: float) -> dict[str, float]:
    """Return the account of one run."""
    this = [sys.executable, str(Path(__file__).parent), '--workload', workload]
    camera = subprocess.Popen([*this, '--role', 'camera'], stdin=subprocess.PIPE)
    try:
        ran = subprocess.run(
            [*this, '--role', native, '--seconds', str(seconds)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=300,
        )
    finally:
        camera.kill()
        camera.communicate(timeout=30)
    account: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return account


def compare(workload: str, seconds: float, pairs: int) -> None:
    """Print both accounts, medians of the runs, and their ratios, medians of the pairs."""
    runs = [[measure(workload, way, seconds) for way in ('off', 'auto')] for _ in range(pairs)]
    print(f'{workload}: {pairs} pairs of {seconds:g} s')
    for key in runs[0][0]:
        off, auto = ([pair[side][key] for pair in runs] for side in (0, 1))
        ratios = [second / first for first, second in zip(off, auto)]
        print(
            f'  {key:15} off {statistics.median(off):8.4g}  auto {statistics.median(auto):8.4g}  '
            f'ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})'
        )


@click.command()
@click.option('--workload', type=click.Choice(['all', *CAMERAS]), default='all')
@click.option('--seconds', default=6.0, show_default=True, help='Time of a run.')
@click.option('--pairs', default=5, show_default=True)
@click.option('--role', type=click.Choice(['', 'camera', 'off', 'auto']), default='', hidden=True)
def main(workload: str, seconds: float, pairs: int, role: str) -> None:
    """Compare runs without and with the native data path."""
    if role == 'camera':
        run_camera(workload)
    elif role:
        run_node(workload, role, seconds)
    else:
        for one in CAMERAS if workload == 'all' else (workload,):
            compare(one, seconds, pairs)
