# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU time per job as tasks are added: the real node, networks that only wait."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.scheduler import Scheduler
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.pictures import grey_file
from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import Workload

#: of every task's own camera
_RATE_HZ = 20.0
_LATENCY_MS = 1.0
_WIDTH, _HEIGHT = 32, 24
_IDLE_S = 1.0


def measure(bench: Bench, policy: str) -> dict[str, Any]:
    """
    Return CPU milliseconds per job by number of tasks, and the largest over the smallest.

    Every task has a small camera of its own. What the idle node costs is measured and taken off;
    ``with_idle`` is without that.
    """
    pictures = grey_file(bench.folder, width=_WIDTH, height=_HEIGHT)
    network = waiting_network(bench.folder)
    found = {n: _measure(bench, pictures, network, n, policy) for n in bench.plan.growth_tasks}
    costs = [own['cpu_ms_per_job'] for own in found.values()]
    return {
        'cpu_ms_per_job': {str(n): own['cpu_ms_per_job'] for n, own in found.items()},
        'with_idle': {str(n): own['with_idle'] for n, own in found.items()},
        'answered': {str(n): own['answered'] for n, own in found.items()},
        'largest_to_smallest': max(costs) / min(costs),
    }


def waiting_network(folder: Path) -> str:
    """Return the YAML file of a network that waits and takes no time of a core."""
    shape = [1, 1, _HEIGHT, _WIDTH]
    data = {
        # never opened, but a network has a file
        'file': str(Path(bundled().networks['depth']).with_name('demo_depth.onnx')),
        'input': {'width': _WIDTH, 'height': _HEIGHT, 'resize': 'stretch'},
        'engine': 'simulated',
        'decoder': 'depth_metric',
        'decoder_options': {'simulate': {'latency_ms': _LATENCY_MS, 'outputs': [shape]}},
    }
    file = folder / 'waits.yaml'
    file.write_text(yaml.safe_dump(data))
    return str(file)


def _measure(
    bench: Bench, pictures: Path, network: str, tasks: int, policy: str
) -> dict[str, float]:
    workload = Workload(f'growth{tasks}', {'depth': network}, cameras=tasks, kinds=('depth',))
    file = bench.folder / f'workload_growth{tasks}.json'
    workload.save(file)
    order = Order(workload, file, bench.folder, _RATE_HZ, [], policy)
    started = Started(Scheduler(), order, rig=bench.rig, pictures=pictures)
    try:
        started.wait_for_answers()
        found = _costs(bench, pictures, started)
    except BaseException:
        started.close()
        raise
    started.stop()
    return found


def _costs(bench: Bench, pictures: Path, started: Started) -> dict[str, float]:
    (pid,) = started.pids
    before_ns = procfs.cpu_ns(pid)
    time.sleep(_IDLE_S)
    idle_ms_per_s = (procfs.cpu_ns(pid) - before_ns) / 1e6 / _IDLE_S
    started.place.record()
    before_ns, begin_s = procfs.cpu_ns(pid), time.monotonic()
    sent = started.place.play(pictures, _RATE_HZ, bench.plan.growth_s)
    started.place.wait_until_quiet()
    spent_ms, took_s = (procfs.cpu_ns(pid) - before_ns) / 1e6, time.monotonic() - begin_s
    jobs = sum(map(len, sent.stamps))
    answers = sum(started.place.counts().values())
    return {
        'cpu_ms_per_job': (spent_ms - idle_ms_per_s * took_s) / jobs,
        'with_idle': spent_ms / jobs,
        'answered': answers / jobs,
    }
