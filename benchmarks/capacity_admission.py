# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The model of admission against the simulator: ``dev/env.sh python benchmarks/capacity_admission.py
[--runs N] [--json]``.

Small robots (cameras with fixed periods, stages on shared cores, a GPU with a DLA beside it, a
cascade, priorities) at several loads. The simulator draws the phases anew in every run, knows
nothing of the model, and drops nothing. Compared are mean, p95 and p99 of every task.

``--policies``: what the verdict is worth with one waiting frame, for policies: of the tasks
that the model says are in time, and of those it says miss, how many miss more than 1 % of their
frames.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_sched_ros.capacity.admission import predict
from edge_sched_ros.capacity.admission_tasks import Order
from edge_sched_ros.capacity.admission_tasks import StageDemand
from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.events import Event
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

CV = 0.1
LOADS = (0.3, 0.5, 0.7, 0.85)
POLICIES = ('fcfs+drop', 'edf+drop', 'edf', 'horizon', 'dream+drop', 'heft+drop')
_CORES = {'cpu0': 1.0, 'cpu1': 1.0}
_GPU_OR_DLA = {'gpu': 1.0, 'dla0': 1.8}


@dataclass(frozen=True)
class Robot:
    """Tasks, whose times are multiplied until the busiest units have the load that is asked."""

    tasks: tuple[TaskDemand, ...]
    order: Order = 'edf'


def _task(
    name: str, rate: float, *stages: tuple[dict[str, float], float], **more: Any
) -> TaskDemand:
    demands = tuple(
        StageDemand(tuple((unit, ms * factor) for unit, factor in units.items()), CV)
        for units, ms in stages
    )
    return TaskDemand(name, rate, demands, **{'deadline_ms': 1e3 / rate, **more})


ROBOTS = {
    'one core': Robot(
        (
            _task('fast', 30.0, ({'cpu0': 1.0}, 5.0)),
            _task('slow', 11.0, ({'cpu0': 1.0}, 12.0)),
        ),
        'fcfs',
    ),
    'two cores': Robot(
        (
            _task('front', 30.0, (_CORES, 8.0)),
            _task('rear', 21.0, (_CORES, 10.0)),
            _task('depth', 9.0, (_CORES, 25.0)),
        )
    ),
    'priorities': Robot(
        (
            _task('urgent', 29.0, ({'cpu0': 1.0}, 5.0), priority=1),
            _task('other', 17.0, ({'cpu0': 1.0}, 12.0)),
        )
    ),
    'cascade': Robot(
        (
            _task('detector', 30.0, (_CORES, 8.0)),
            _task('tracker', 30.0, (_CORES, 3.0), after='detector', deadline_ms=60.0),
            _task('depth', 13.0, (_CORES, 20.0)),
        )
    ),
    'gpu and dla': Robot(
        (
            _task('front', 30.0, (_CORES, 2.0), (_GPU_OR_DLA, 8.0), (_CORES, 1.0), in_flight=2),
            _task('rear', 19.0, (_CORES, 2.0), (_GPU_OR_DLA, 10.0), (_CORES, 1.0), in_flight=2),
            _task('depth', 11.0, (_CORES, 3.0), (_GPU_OR_DLA, 15.0), in_flight=2),
        )
    ),
}


@dataclass(frozen=True)
class Row:
    """One task of one robot at one load."""

    robot: str
    load: float
    task: str
    answers: int
    simulated_ms: tuple[float, float, float]
    predicted_ms: tuple[float, float, float]
    decision_ms: float

    @property
    def errors(self) -> tuple[float, ...]:
        """Return the relative errors of mean, p95 and p99; above 0 where the model says more."""
        pairs = zip(self.predicted_ms, self.simulated_ms)
        return tuple(predicted / seen - 1 for predicted, seen in pairs)


def at_load(robot: Robot, load: float) -> tuple[TaskDemand, ...]:
    """Return a robot's tasks with times that ask its busiest units for a share of their time."""
    from edge_sched_ros.capacity.admission_load import least_load

    factor = load / least_load(robot.tasks, _slots(robot)).share
    return tuple(
        TaskDemand(
            **{
                **{name: getattr(task, name) for name in TaskDemand.__slots__},
                'stages': tuple(
                    StageDemand(tuple((u, ms * factor) for u, ms in stage.units), stage.cv)
                    for stage in task.stages
                ),
            }
        )
        for task in robot.tasks
    )


def _slots(robot: Robot) -> dict[str, int]:
    return {unit: 1 for task in robot.tasks for stage in task.stages for unit, _ in stage.units}


def verdicts_and_misses(
    name: str, load: float, policy: str, runs: int
) -> list[tuple[bool, float]]:
    """Return for each task whether the model says it is in time, and the share it misses."""
    robot = ROBOTS[name]
    tasks = at_load(robot, load)
    verdicts = predict(tasks, _slots(robot), robot.order)
    system = _system(tasks, _slots(robot), queue_depth=1)
    missed, ended = dict.fromkeys(verdicts, 0), dict.fromkeys(verdicts, 0)
    for seed in range(runs):
        simulator = Simulator(system, policy=policy, seed=seed)
        simulator.run(6.0)
        for task, account in simulator.dispatcher.ledger.tasks.items():
            ended[task] += account.ended
            missed[task] += account.ended - account.on_time
    return [(verdict.feasible, missed[task] / ended[task]) for task, verdict in verdicts.items()]


def _show_policies(runs: int) -> None:
    for policy in POLICIES:
        found = [
            one
            for name in ROBOTS
            for load in LOADS
            for one in verdicts_and_misses(name, load, policy, runs)
        ]
        for feasible, text in ((True, 'in time'), (False, 'late')):
            shares = [share for verdict, share in found if verdict is feasible]
            bad = sum(share > 0.01 for share in shares)
            line = f'{policy:13} said {text}: {len(shares)} tasks, {bad} miss more than 1 %'
            print(f'{line}; {np.mean(shares):.2%} of frames on average, {max(shares):.2%} at most')


def compare(name: str, load: float, runs: int, seconds: float = 6.0) -> list[Row]:
    """Return what simulator and model say, a row for each task."""
    robot = ROBOTS[name]
    tasks = at_load(robot, load)
    begin = time.perf_counter()
    verdicts = predict(tasks, _slots(robot), robot.order)
    took_ms = (time.perf_counter() - begin) * 1e3
    system = _system(tasks, _slots(robot))
    seen: dict[str, list[float]] = {task.name: [] for task in tasks}
    for seed in range(runs):
        for task, values in _responses(system, robot.order, seconds, seed).items():
            seen[task] += values[len(values) // 10 :]
    return [
        Row(
            name,
            load,
            task.name,
            len(seen[task.name]),
            _figures(seen[task.name]),
            ((v := verdicts[task.name]).mean_ms, v.p95_ms, v.p99_ms),
            took_ms,
        )
        for task in tasks
    ]


def _figures(responses: list[float]) -> tuple[float, float, float]:
    p95, p99 = np.quantile(responses, (0.95, 0.99))
    return float(np.mean(responses)), float(p95), float(p99)


def _system(
    tasks: tuple[TaskDemand, ...], slots: dict[str, int], queue_depth: int = 1000
) -> System:
    workload: dict[str, Any] = {'name': 'admission', 'streams': {}, 'tasks': {}, 'networks': {}}
    for task in tasks:
        source: dict[str, Any] = {'after': task.after}
        if not task.after:
            workload['streams'][f's_{task.name}'] = {'period_ms': 1e3 / task.rate_per_s}
            source = {'stream': f's_{task.name}'}
        workload['tasks'][task.name] = {
            'network': f'n_{task.name}',
            'deadline_ms': task.deadline_ms,
            'priority': task.priority,
            'queue_depth': queue_depth,
            'max_in_flight': task.in_flight,
            **source,
        }
        workload['networks'][f'n_{task.name}'] = {
            'stages': [
                {'name': f'x{index}', 'cost': {u: {'latency_ms': ms} for u, ms in stage.units}}
                for index, stage in enumerate(task.stages)
            ]
        }
    units = {name: {'kind': name.rstrip('0123456789')} for name in slots}
    platform = SystemFile.model_validate({'units': units, 'latency_cv': CV})
    return System(SystemFile.model_validate(workload), platform)


def _responses(system: System, policy: str, seconds: float, seed: int) -> dict[str, list[float]]:
    """Return the responses of a run by task, in ms."""
    found: dict[str, list[float]] = {name: [] for name in system.workload.tasks}

    def listen(_at_ns: int, _event: Event, decisions: list[Decision]) -> None:
        for decision in decisions:
            if isinstance(decision, Complete):
                found[decision.task].append(decision.response_ns / 1e6)

    Simulator(system, policy=policy, seed=seed, listener=listen).run(seconds)
    return found


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n\n')[0])
    parser.add_argument('--runs', type=int, default=100, help='of the simulator, 6 s each')
    parser.add_argument('--robot', choices=tuple(ROBOTS), action='append')
    parser.add_argument('--policies', action='store_true')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    if options.policies:
        _show_policies(options.runs)
        return
    rows = []
    for name in options.robot or ROBOTS:
        for load in LOADS:
            new = compare(name, load, options.runs)
            rows += new
            for row in () if options.json else new:
                errors = ' '.join(f'{error:+7.1%}' for error in row.errors)
                times = ' '.join(f'{ms:8.2f}' for ms in row.simulated_ms)
                print(f'{name:12} {load:.2f} {row.task:9} {row.answers:6} {times} ms {errors}')
    if options.json:
        print(json.dumps([{**asdict(row), 'errors': row.errors} for row in rows], indent=2))
        return
    for index, figure in enumerate(('mean', 'p95', 'p99')):
        errors = [abs(row.errors[index]) for row in rows]
        print(f'{figure}: {np.mean(errors):.1%} off on average, {max(errors):.1%} at most')
    times = [row.decision_ms for row in rows]
    print(f'a question takes {np.median(times):.1f} ms, {max(times):.1f} at most')


if __name__ == '__main__':
    main()
