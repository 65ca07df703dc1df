# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One contender at one camera rate, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.accounts.energy import EnergyMeter
from benchmarks.side_by_side.analysis.figures import Run
from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import outcome
from benchmarks.side_by_side.analysis.outcomes import Sent
from benchmarks.side_by_side.analysis.outcomes import window_of
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.plan import Plan
from benchmarks.side_by_side.rig.rig import Rig


@dataclass(slots=True)
class Bench:
    """What every experiment needs."""

    plan: Plan
    rig: Rig
    folder: Path
    energy: EnergyMeter


def one_run(
    bench: Bench, started: Started, pictures: Path, rate_hz: float, idle: Sequence[Started] = ()
) -> Run:
    """
    Show pictures at a rate and return what came of it.

    :param idle: contenders that are up and see nothing
    :raises BenchFault: when a process has ended or nothing adds up
    """
    plan, place = bench.plan, started.place
    started.check()
    started.set_rate(rate_hz)
    place.record()
    before = _Readings(bench, started, idle)
    shown_s = plan.warm_up_s + plan.measured_s + 1 / rate_hz
    sent = place.play(pictures, rate_hz, shown_s)
    place.wait_until_quiet()
    costs = before.since(shown_s)
    started.check()
    costs['camera_late_p99_ms'] = sent.late_p99_ms
    costs['rss_mb'] = procfs.peak_rss_mb(started.pids)
    costs['pss_mb'] = procfs.pss_mb(started.pids)
    heard = place.heard()
    place.rest()
    costs['cpu_ms_per_answer'] = _per_answer_ms(costs['cpu_s'], heard)
    return evaluate(started, plan, rate_hz, sent, heard, costs)


def evaluate(
    started: Started,
    plan: Plan,
    rate_hz: float,
    sent: Sent,
    heard: dict[str, Heard],
    costs: dict[str, float | None],
) -> Run:
    """Return the figures of a run from what was sent and heard."""
    window = window_of(rate_hz, plan.warm_up_s, plan.measured_s)
    outcomes = {
        task.name: outcome(
            sent.stamps[task.camera],
            heard[task.result_topic],
            window=window,
            deadline_ms=task.deadline_ms(rate_hz),
        )
        for task in started.order.workload.tasks
    }
    return Run(window.seconds, outcomes, costs)


def _per_answer_ms(cpu_s: float | None, heard: dict[str, Heard]) -> float | None:
    """Return the CPU time of an answer, in time or late, warm-up included, in milliseconds."""
    answers = sum(len(one.stamps) for one in heard.values())
    return 1e3 * cpu_s / answers if answers and cpu_s is not None else None


class _Readings:
    """Counters at one moment."""

    def __init__(self, bench: Bench, started: Started, idle: Sequence[Started]) -> None:
        self._energy = bench.energy
        self._energy.take_j()
        self._pids = {
            'contender': started.pids,
            'helpers': bench.rig.pids,
            'idle': [pid for other in idle for pid in other.pids],
        }
        self._spent_s = self._read()
        self._busy_s, self._total_s = procfs.machine_busy_s()

    def _read(self) -> dict[str, float]:
        return {name: procfs.cpu_seconds(pids) for name, pids in self._pids.items()}

    def since(self, shown_s: float) -> dict[str, float | None]:
        """
        Return what was spent since.

        ``cpu_s`` is the contender's, ``cpu_cores`` the cores it kept busy while pictures were
        shown: nobody works while the runner waits for silence. ``helpers_cpu_s`` is that of
        cameras and observer; shares are of the machine: of contenders that are idle, and of
        whatever else runs here.
        """
        spent_s = {name: now - self._spent_s[name] for name, now in self._read().items()}
        busy_s, total_s = procfs.machine_busy_s()
        had_s = max(1e-9, total_s - self._total_s)
        others_s = busy_s - self._busy_s - sum(spent_s.values())
        return {
            'cpu_s': spent_s['contender'],
            'cpu_cores': spent_s['contender'] / shown_s,
            'helpers_cpu_s': spent_s['helpers'],
            'idle_cpu_share': spent_s['idle'] / had_s,
            'others_cpu_share': max(0.0, others_s / had_s),
            'energy_j': self._energy.take_j(),
        }
