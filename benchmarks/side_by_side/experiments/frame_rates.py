# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frame rate, latency and jitter of the node as ros2_benchmark measures them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.analysis.frame_rates import accepted
from benchmarks.side_by_side.analysis.frame_rates import Bounds
from benchmarks.side_by_side.analysis.frame_rates import concluded
from benchmarks.side_by_side.analysis.frame_rates import highest_rate_hz
from benchmarks.side_by_side.analysis.frame_rates import Metrics
from benchmarks.side_by_side.analysis.frame_rates import metrics
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.scheduler import Scheduler
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.workload import bundled

#: the rates at which everybody's results are given, Hz
FIXED_HZ = (10.0, 30.0, 60.0)
#: graph -> its kinds of tasks, on one camera
GRAPHS: dict[str, tuple[str, ...]] = {
    'detect': ('detect',),
    'detect_track_depth': ('detect', 'track', 'depth'),
}
_FIRST_HZ = 10.0
#: for how long the machine is watched before a node is started, seconds
_IDLE_S = 1.0
#: share of the CPU of the whole machine, percent
CPU = 'MEAN_CPU_UTIL'


def measure(
    bench: Bench, pictures: Path, policy: str, say: Callable[[str], None]
) -> dict[str, Any]:
    """Return of every graph the highest rate, and the metrics there and at the fixed rates."""
    return {graph: _graph(bench, graph, pictures, policy, say) for graph in GRAPHS}


def _graph(
    bench: Bench, graph: str, pictures: Path, policy: str, say: Callable[[str], None]
) -> dict[str, Any]:
    workload = bundled(cameras=1, kinds=GRAPHS[graph])
    file = bench.folder / f'workload_{graph}.json'
    workload.save(file)
    order = Order(workload, file, bench.folder, _FIRST_HZ, [], policy)
    idle_percent = _idle_percent()
    started = Started(Scheduler(), order, rig=bench.rig, pictures=pictures)
    try:
        started.wait_for_answers()
        trials = _Trials(bench, started, pictures)
        bounds = Bounds()
        peak_hz = highest_rate_hz(lambda hz: trials.keeps_up(hz, bounds), bounds)
        say(f'{graph}: highest rate {peak_hz:.0f} Hz')
        at_peak = [trials.run(peak_hz) for _ in range(bench.plan.frame_rate_trials)]
        fixed = {f'{hz}fps': trials.run(hz) for hz in FIXED_HZ}
    finally:
        started.close()
    return {
        'idle_cpu_percent': idle_percent,
        'bounds': asdict(bounds),
        'peak_hz': peak_hz,
        'peak': {task: concluded([trial[task] for trial in at_peak]) for task in at_peak[0]},
        'fixed': fixed,
        'trials': len(at_peak),
        'seconds': bench.plan.frame_rate_s,
        'pictures': str(pictures),
    }


def _idle_percent() -> float:
    """Return how busy the machine is before the node is started."""
    before = procfs.machine_busy_s()
    time.sleep(_IDLE_S)
    return _percent(before, procfs.machine_busy_s())


def _percent(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Return busy over all CPU seconds between two readings, in percent."""
    return 100 * (after[0] - before[0]) / max(1e-9, after[1] - before[1])


class _Trials:
    """One node, at one rate after another."""

    def __init__(self, bench: Bench, started: Started, pictures: Path) -> None:
        self._bench, self._started, self._pictures = bench, started, pictures

    def keeps_up(self, rate_hz: float, bounds: Bounds) -> bool:
        """Return whether every task answers enough frames at a rate."""
        return all(accepted(found, rate_hz, bounds) for found in self.run(rate_hz).values())

    def run(self, rate_hz: float) -> dict[str, Metrics]:
        """Return the metrics of every task at a rate, with deadlines that follow it."""
        started, place = self._started, self._started.place
        started.check()
        started.set_rate(rate_hz)
        place.record()
        before = procfs.machine_busy_s()
        sent = place.play(self._pictures, rate_hz, self._bench.plan.frame_rate_s)
        busy_percent = _percent(before, procfs.machine_busy_s())
        place.wait_until_quiet()
        started.check()
        heard = place.heard()
        place.rest()
        return {
            task.name: {
                **metrics(sent.stamps[task.camera], heard[task.result_topic]),
                CPU: busy_percent,
            }
            for task in started.order.workload.tasks
        }
