# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the cores can still do for networks while images come in over DDS."""

from __future__ import annotations

from pathlib import Path

from benchmarks.side_by_side.bare.measure import BareLoops
from benchmarks.side_by_side.bare.measure import Capacity
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.rig.child import Child
from benchmarks.side_by_side.rig.child import python


def capacity_beside(bench: Bench, order: Order, pictures: Path, rate_hz: float) -> Capacity:
    """
    Return what the bare loop does beside cameras at a rate and one node that only takes images.

    No scheduler in one process can do more: somebody has to take the images.
    """
    cameras, seconds = order.workload.cameras, bench.plan.bare_s
    topics = {f'sink{camera}/heard': 'std_msgs/msg/Header' for camera in range(cameras)}
    place = bench.rig.place('sink', cameras=cameras, topics=topics)
    arguments = ['--cameras', str(cameras), *place.ros_arguments]
    command = python('benchmarks.side_by_side.baseline.sink', *arguments)
    sink = Child('sink', command, log=bench.folder / 'sink.log', added=place.variables)
    bare = BareLoops(workload_file=order.workload_file, pictures=pictures, folder=bench.folder)
    try:
        place.wait_for_answers(pictures, sink.check)
        place.begin(pictures, rate_hz, seconds)
        bare.begin(seconds)
        found = bare.end(seconds)
        place.end(seconds)
        return found
    finally:
        bare.close()
        sink.close()
        place.close()
