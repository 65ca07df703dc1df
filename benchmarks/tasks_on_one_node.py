# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CPU time of a job by the number of tasks: ``dev/env.sh python benchmarks/tasks_on_one_node.py``.

The work stays the same, jobs of one stage of 8 ms on two units, the second half as fast, and is
divided among 1 to 64 tasks. Frames of the tasks come in turn, or with ``--together`` at the same
moment, so that as many jobs wait as there are tasks. Virtual time; told is the CPU time of the
thread inside ``handle`` for each released job, every event's the shortest of identical runs.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import time
from typing import Any

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.plugins.policies import make_policy

NS_PER_S = 1_000_000_000
#: how much slower the units are than the first
_SLOWER = {'gpu0': 1.0, 'gpu1': 2.0}
#: duration of the stage on the first unit; both units together do 187.5 jobs a second
_STAGE_NS = 8_000_000
_RATE_HZ = 187.5


def run(tasks: int, jobs: int, policy: str, load: float, *, together: bool) -> list[int]:
    """Return the CPU time of every event, in nanoseconds."""
    stage = VariantSpec('base', (StageSpec('infer', tuple(_SLOWER)),))
    period_ns = round(tasks * NS_PER_S / (_RATE_HZ * load))
    specs = tuple(
        TaskSpec(f't{n}', (stage,), period_ns, stream=f'camera{n}', max_in_flight=2)
        for n in range(tasks)
    )
    core = LowLevelDispatcher(
        tasks=specs,
        units=tuple(Unit(name, 'gpu') for name in _SLOWER),
        policy=policy,
        make_policy=make_policy,
        floor_periods=3.0,
    )
    draws = random.Random(1)
    queue: list[tuple[int, int, Event]] = []
    for number in range(jobs):
        task, seq = number % tasks, number // tasks
        phase_ns = 0 if together else period_ns * task // tasks
        at_ns = 1 + seq * period_ns + phase_ns + draws.randrange(1_000_000)
        queue.append((at_ns, number, FrameArrived(f'camera{task}', seq, at_ns)))
    heapq.heapify(queue)
    spent, count = list[int](), jobs
    while queue:
        now_ns, _, event = heapq.heappop(queue)
        began_ns = time.thread_time_ns()
        decisions = core.handle(event, now_ns)
        spent.append(time.thread_time_ns() - began_ns)
        for made in decisions:
            if isinstance(made, Run):
                takes_ns = round(_STAGE_NS * _SLOWER[made.unit] * draws.uniform(0.95, 1.05))
                end_ns = now_ns + takes_ns
                ended = StageFinished(made.job, 'infer', made.unit, now_ns, end_ns)
                heapq.heappush(queue, (end_ns, count, ended))
                count += 1
    core.validate()
    return spent


def cost_us(
    tasks: int, jobs: int, repeat: int, policy: str, load: float, *, together: bool
) -> float:
    """Return the CPU time for each released job without those of the first third."""
    runs = [run(tasks, jobs, policy, load, together=together) for _ in range(repeat)]
    least = [min(times) for times in zip(*runs)]
    steady = least[len(least) // 3 :]
    return sum(steady) / 1e3 / (jobs * len(steady) / len(least))


def main() -> None:
    """Measure all numbers of tasks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--tasks', type=int, nargs='+', default=[1, 4, 16, 64])
    parser.add_argument('--loads', type=float, nargs='+', default=[0.8, 1.3])
    parser.add_argument('--policies', nargs='+', default=['edf', 'edf+drop', 'dream'])
    parser.add_argument('--jobs', type=int, default=2560)
    parser.add_argument('--repeat', type=int, default=3)
    parser.add_argument('--together', action='store_true', help='frames at the same moments')
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for policy in arguments.policies:
        for load in arguments.loads:
            costs = {
                tasks: cost_us(
                    tasks, arguments.jobs, arguments.repeat, policy, load,
                    together=arguments.together,
                )
                for tasks in arguments.tasks
            }  # fmt: skip
            rows.append({'policy': policy, 'load': load, 'us_per_job': costs})
            if not arguments.json:
                text = '  '.join(f'{tasks}: {us:.1f}' for tasks, us in costs.items())
                print(f'{policy:10} load {load:.1f}: us a job by tasks {text}', flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=2))


if __name__ == '__main__':
    main()
