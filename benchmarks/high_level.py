# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Time the high-level dispatcher takes: ``dev/env.sh python benchmarks/high_level.py [--json]``.

Devices are answered for at once, so that nothing but deciding is measured. Every device has a CPU
and a GPU.

* without options: one network of 32 segments over 8 devices, each slower than the one before, in
  as many partitions as each policy makes of it (32 where its parameter allows); the median call of
  ``handle`` for a frame, and the first one, in which policies work out what they keep
* ``--growth``: independent streams, one at home on each of 1, 2, 4, 8 equal devices; the CPU time
  of a job over all its events, and its spread over these numbers of devices

A decision's time is the smallest of some repetitions: a run decides the same every time, so what
differs is the machine's other work. Numbers of devices take turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from typing import Any

from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.events import DeviceJoined
from edge_sched_ros.core.high_level.events import DeviceLoad
from edge_sched_ros.core.high_level.events import FrameArrived
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.events import PartitionExited
from edge_sched_ros.core.high_level.events import TensorArrived
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Segment
from edge_sched_ros.core.high_level.graph import Tensor
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.units import Unit
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes

MS = 1_000_000
SEGMENTS, DEVICES = 32, 8
TARGET_US = 200.0
SPREAD = 0.10
#: what lets each policy make as many partitions as it may
PARTITIONS = {
    'balanced_cut': {'max_partitions': 16},
    'deadline_split': {'max_partitions': SEGMENTS},
    'earliest_finish': {'max_partitions': SEGMENTS},
    'look_ahead': {'max_partitions': 8},
}
GROWTH = (1, 2, 4, 8)


def chain(segments: int) -> NetworkGraph:
    """Return a network that is a chain."""
    names = ['image', *(f't{n}' for n in range(segments - 1)), 'result']
    return NetworkGraph(
        'net',
        tuple(Segment(f's{n}', (names[n],), (names[n + 1],)) for n in range(segments)),
        ('image',),
        ('result',),
        {name: Tensor(name, 100_000) for name in names},
    )


def offer(graph: NetworkGraph, number: int, slower: float) -> DeviceOffer:
    """Return a device, so much slower than the first."""
    costs = {
        ('net', segment.name): {'cpu0': round(3 * MS * slower), 'gpu0': round(MS * slower)}
        for segment in graph.segments
    }
    units = (Unit('cpu0'), Unit('gpu0', 'gpu'))
    return DeviceOffer(f'd{number}', units, costs)


class Run:
    """
    A dispatcher whose devices answer at once, as long after as work should take.

    :param streams: one task with an own stream at home on each of the first devices
    :param slower: how much slower each device is than the one before it
    """

    def __init__(
        self, policy: str, segments: int, devices: int, streams: int, slower: float
    ) -> None:
        graph = chain(segments)
        tasks = tuple(
            FleetTask(f'task{n}', graph, f'camera{n}', f'd{n}', deadline_ns=200 * MS)
            for n in range(streams)
        )
        self.dispatcher = HighLevelDispatcher(
            tasks=tasks,
            policy=policy,
            make_policy=make_high_level_policy,
            policy_parameters=PARTITIONS.get(policy, {}),
        )
        self.now_ns = self.seq = 0
        for number in range(devices):
            self.dispatcher.handle(DeviceJoined(offer(graph, number, 1 + slower * number)), 0)
        # devices say how they are before the first frame comes; a task is made ready each time
        for number in range(max(devices, streams)):
            load = DeviceLoad(f'd{number % devices}', {})
            self._handle(load)
        self.streams = streams
        self.frame_ns: list[int] = []
        self.job_ns: list[int] = []
        self.partitions = 0

    def frames(self, count: int) -> None:
        """Let a frame of every stream come, so many times."""
        for _ in range(count):
            self.now_ns += 100 * MS
            self.seq += 1
            for stream in range(self.streams):
                self._job(stream, self.seq)

    def _job(self, stream: int, seq: int) -> None:
        decisions, frame_ns = self._handle(FrameArrived(f'camera{stream}', seq, self.now_ns))
        spent_ns = frame_ns
        pushes = [one for one in decisions if isinstance(one, Push)]
        for push in pushes:
            exited = PartitionExited(
                push.job, push.partition, push.device, self.now_ns, self.now_ns
            )
            spent_ns += self._handle(exited)[1]
        for send in [one for one in decisions if isinstance(one, Send)]:
            spent_ns += self._handle(TensorArrived(send.job, send.tensor, send.target))[1]
        self.frame_ns.append(frame_ns)
        self.job_ns.append(spent_ns)
        self.partitions = max(self.partitions, len(pushes))

    def _handle(self, event: HighLevelEvent) -> tuple[list[Any], int]:
        begin_ns = time.perf_counter_ns()
        decisions = self.dispatcher.handle(event, self.now_ns)
        return decisions, time.perf_counter_ns() - begin_ns


def decisions(frames: int, repeat: int) -> list[dict[str, Any]]:
    """Return what a frame takes with every policy."""
    rows = []
    for policy in sorted(high_level_policy_classes()):
        runs = [Run(policy, SEGMENTS, DEVICES, 1, 0.1) for _ in range(repeat)]
        for run in runs:
            run.frames(frames)
            run.dispatcher.validate()
        spent = [min(times) / 1e3 for times in zip(*(run.frame_ns for run in runs))]
        # the first frame works out what the others are decided by
        median_us = statistics.median(spent[1:])
        row = {
            'policy': policy,
            'partitions': runs[0].partitions,
            'median_us': median_us,
            'first_us': spent[0],
            'held': median_us < TARGET_US,
        }
        rows.append(row)
    return rows


def growth(frames: int, repeat: int) -> list[dict[str, Any]]:
    """Return the CPU time of a job over numbers of devices."""
    rows = []
    for policy in sorted(high_level_policy_classes()):
        runs = {devices: Run(policy, 8, devices, devices, 0.0) for devices in GROWTH}
        most = max(GROWTH)
        # in turn, so that other work meets all of them alike; of each as many jobs in a row
        for _ in range(2 + frames * repeat // most):
            for devices, run in runs.items():
                run.frames(most // devices)
        # not the first frames, in which policies work out what they keep
        per_job = {
            devices: statistics.median(run.job_ns[devices:]) / 1e3 for devices, run in runs.items()
        }
        spread = max(per_job.values()) / min(per_job.values()) - 1
        rows.append(
            {'policy': policy, 'job_us': per_job, 'spread': spread, 'held': spread <= SPREAD}
        )
    return rows


def _text(row: dict[str, Any]) -> str:
    held = 'held' if row['held'] else 'NOT HELD'
    if 'spread' in row:
        jobs = '  '.join(f'{count}: {us:.1f} us' for count, us in row['job_us'].items())
        return f'{row["policy"]:16} {jobs}  spread {row["spread"]:.0%}  {held}'
    return (
        f'{row["policy"]:16} {row["partitions"]:3} partitions  median {row["median_us"]:6.1f} us  '
        f'first {row["first_us"]:8.1f} us  target {TARGET_US:.0f} us  {held}'
    )


def main() -> None:
    """Measure and print; exit with 1 when a target is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--frames', type=int, default=300)
    parser.add_argument('--repeat', type=int, default=5)
    parser.add_argument('--growth', action='store_true')
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    measure = growth if arguments.growth else decisions
    rows = measure(arguments.frames, arguments.repeat)
    print(json.dumps(rows, indent=2) if arguments.json else '\n'.join(map(_text, rows)))
    sys.exit(not all(row['held'] for row in rows))


if __name__ == '__main__':
    main()
