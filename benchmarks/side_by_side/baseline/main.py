# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A baseline process: one node per task given, or one that does them all."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import rclpy
from rclpy.node import Node

from benchmarks.side_by_side.baseline.frame_node import FrameNode
from benchmarks.side_by_side.baseline.joined_node import JoinedNode
from benchmarks.side_by_side.baseline.programs import programs_of
from benchmarks.side_by_side.baseline.spinning import spin
from benchmarks.side_by_side.baseline.track_node import TrackNode
from benchmarks.side_by_side.contenders.baselines import FREE
from benchmarks.side_by_side.contenders.baselines import ONE
from benchmarks.side_by_side.workload import Task
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.network import load_network


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--workload', type=Path, required=True)
    parser.add_argument('--threads', choices=(FREE, ONE), required=True)
    parser.add_argument('--tasks', nargs='+', required=True)
    parser.add_argument('--joined', action='store_true')
    return parser.parse_args(rclpy.utilities.remove_ros_args(sys.argv)[1:])


def _nodes(arguments: argparse.Namespace) -> list[Node]:
    workload = Workload.load(arguments.workload)
    tasks = [workload.task(name) for name in arguments.tasks]
    programs = programs_of(workload, tasks, arguments.threads)
    if arguments.joined:
        return [JoinedNode(tasks, programs)]
    return [_node(workload, task, programs[task.name]) for task in tasks]


def _node(workload: Workload, task: Task, program: Program) -> Node:
    if not task.parent:
        return FrameNode(task, program)
    parent = workload.task(task.parent)
    labels = load_network(workload.networks[parent.kind.name]).labels
    return TrackNode(task, parent, program, labels)


def main() -> None:
    """Run until SIGINT or SIGTERM."""
    arguments = _arguments()
    spin(lambda: _nodes(arguments))


if __name__ == '__main__':
    main()
