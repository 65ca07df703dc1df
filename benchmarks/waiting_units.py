# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Many units on one node: ``dev/env.sh python benchmarks/waiting_units.py [--json]``.

Each unit has an engine that only waits, as a GPU or DLA lets its thread wait, so what the process
computes is the scheduler's own: taking frames, deciding, handing over, delivering. As many tasks
as units, each on its own stream and on all units; frames come from one thread in turn, as fast as
the wanted jobs a second ask for. Told are the jobs a second that ended with an answer, the CPU
time of the process for each of them, and how busy the units were.

With other work on the machine the CPU time for each job says more than the rate: one core's
worth of it is the most jobs a second. ``--one-thread`` tells how much of it is left without
threads that wake each other: jobs are submitted, run and delivered by one, and wait for nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

import numpy as np

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.runtime import Runtime
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.workers import StageWork
from edge_sched_ros.plugins.policies import make_policy

NS_PER_MS = 1_000_000
#: jobs a second that pure Python shall do
WANTED_PER_S = 2500
#: rounds of one job for each unit, without threads, before and in a measurement; and how many of
#: these there are
_WARM, _ROUNDS, _TIMES = 100, 100, 10
#: of the node: a worker that comes back from its wait gets the interpreter sooner
_SWITCH_S = 0.0005


class Waiting:
    """A program whose only stage waits."""

    stages = ('infer',)
    stateful = False
    output = 'none'

    def __init__(self, wait_ms: float) -> None:
        self._wait_s = wait_ms / 1e3

    def run(self, _stage: str, _context: JobContext) -> int:
        """Wait as long as the network would take."""
        time.sleep(self._wait_s)
        return 1

    def set_option(self, name: str, value: float | None) -> None:
        """There are none."""

    def reset(self) -> None:
        """There is no state."""

    def close(self) -> None:
        """There is nothing to free."""


def make_runtime(units: int, wait_ms: float, policy: str, kind: str, ends: list[int]) -> Runtime:
    """Return a runtime of as many tasks as units, which counts answers in ``ends``."""
    names = tuple(f'{kind}{n}' for n in range(units))
    stage = VariantSpec('base', (StageSpec('infer', names),))
    tasks = tuple(
        TaskSpec(f't{n}', (stage,), round(4 * wait_ms * NS_PER_MS), stream=f'camera{n}')
        for n in range(units)
    )
    made = tuple(Unit(name, kind) for name in names)

    def deliver(end: JobEnd) -> None:
        ends[0] += end.response_ns is not None

    return Runtime(
        dispatcher=LowLevelDispatcher(
            tasks=tasks, units=made, policy=policy, make_policy=make_policy, floor_periods=3.0
        ),
        programs={task.name: Waiting(wait_ms) for task in tasks},
        units=tuple(LocalUnit(unit) for unit in made),
        deliver=deliver,
        clock_ns=time.monotonic_ns,
    )


def measure(
    units: int, *, wanted_per_s: float, seconds: float, policy: str, kind: str
) -> dict[str, Any]:
    """Return what one run gave."""
    wait_ms = 0.9e3 * units / wanted_per_s
    ends = [0]
    runtime = make_runtime(units, wait_ms, policy, kind, ends)
    pixels = np.zeros((2, 2, 3), np.uint8)
    image = SourceImage.from_raw(pixels, width=2, height=2, encoding='bgr8', step=6)
    runtime.start()
    began_s, cpu_s, sent = time.monotonic(), time.process_time(), 0
    while (now_s := time.monotonic() - began_s) < seconds:
        due = min(int(now_s * wanted_per_s), sent + units)
        for number in range(sent, due):
            runtime.submit(Frame(f'camera{number % units}', number, number, '', image))
        sent = max(sent, due)
        time.sleep(0.001)
    took_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    done = ends[0]
    busy_ns = runtime.read(lambda core, _: sum(unit.busy_ns for unit in core.units.values()))
    runtime.stop()
    return {
        'units': units,
        'kind': kind,
        'policy': policy,
        'wait_ms': wait_ms,
        'sent_per_s': sent / took_s,
        'jobs_per_s': done / took_s,
        'cpu_us_per_job': cpu_s / max(1, done) * 1e6,
        'busy': busy_ns / 1e9 / took_s / units,
    }


def cost_alone_us(units: int, policy: str, *, rounds: int = _ROUNDS) -> float:
    """Return the CPU time of a job in one thread, in us; the shortest of some measurements."""
    runtime = make_runtime(units, 1000.0, policy, 'cpu', [0])
    for program in runtime._programs.values():
        vars(program)['run'] = lambda _stage, _context: 1
    runtime.start()
    works: list[StageWork] = []
    for worker in runtime._workers.values():
        vars(worker)['submit'] = works.append
    pixels = np.zeros((2, 2, 3), np.uint8)
    image = SourceImage.from_raw(pixels, width=2, height=2, encoding='bgr8', step=6)

    def run(count: int) -> float:
        began_ns = time.thread_time_ns()
        for seq in range(count):
            for number in range(units):
                runtime.submit(Frame(f'camera{number}', seq, seq, '', image))
            while works:
                runtime._execute(works.pop(0))
        return (time.thread_time_ns() - began_ns) / count / units / 1e3

    run(_WARM)
    least_us = min(run(rounds) for _ in range(_TIMES))
    runtime.stop()
    return least_us


def main() -> None:
    """Measure all numbers of units."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--units', type=int, nargs='+', default=[1, 8, 64])
    parser.add_argument('--wanted', type=float, default=WANTED_PER_S, help='jobs a second')
    parser.add_argument('--seconds', type=float, default=3.0)
    parser.add_argument('--policy', default='edf+drop')
    parser.add_argument('--kind', default='gpu', help='kind of the units')
    parser.add_argument('--one-thread', action='store_true', help='the same jobs by one thread')
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    if arguments.one_thread:
        for units in arguments.units:
            cost_us = cost_alone_us(units, arguments.policy)
            print(f'{units:3} units: {cost_us:5.1f} us CPU a job in one thread')
        return
    sys.setswitchinterval(_SWITCH_S)
    rows = [
        measure(
            units,
            wanted_per_s=arguments.wanted,
            seconds=arguments.seconds,
            policy=arguments.policy,
            kind=arguments.kind,
        )
        for units in arguments.units
    ]
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print(
            f'{row["units"]:3} units of {row["wait_ms"]:5.2f} ms: {row["jobs_per_s"]:6.0f} jobs/s '
            f'of {row["sent_per_s"]:6.0f}, {row["cpu_us_per_job"]:5.0f} us CPU a job, '
            f'units {row["busy"]:4.0%} busy'
        )


if __name__ == '__main__':
    main()
