# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""This package's node, started and set up as a user does it."""

from __future__ import annotations

from typing import Any

import yaml

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.rig.child import python
from benchmarks.side_by_side.workload import camera_topic
from benchmarks.side_by_side.workload import Task
from benchmarks.side_by_side.workload import Workload


class Scheduler:
    """One process, all tasks; every deadline follows the camera rate while it runs."""

    name = 'scheduler'
    title = 'edge_sched_ros'

    def commands(self, order: Order) -> dict[str, list[str]]:
        """Return the node with a parameter file."""
        file = order.folder / f'{self.name}_{order.workload.name}.yaml'
        parameters = node_parameters(
            order.workload, order.rate_hz, policy=order.policy, units=order.units
        )
        parameters['summary_file'] = str(file.with_suffix('.summary.json'))
        file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}, sort_keys=False))
        arguments = [*order.ros_arguments, '--params-file', str(file)]
        return {self.name: python('edge_sched_ros.nodes.scheduler_node', *arguments)}

    def parameters(self, workload: Workload, rate_hz: float) -> dict[str, dict[str, Any]]:
        """Return the deadlines at a camera rate."""
        deadlines = {f'{t.name}.deadline_ms': t.deadline_ms(rate_hz) for t in workload.tasks}
        return {self.name: deadlines}


def node_parameters(
    workload: Workload, rate_hz: float, *, policy: str = '', units: tuple[str, ...] = ()
) -> dict[str, Any]:
    """
    Return the node's parameters, as its parameter file holds them.

    :param policy: empty for the node's own default
    :param units: empty for all there are
    """
    # everybody runs the same files
    parameters: dict[str, Any] = {
        'tasks': [task.name for task in workload.tasks],
        'fast_variants': False,
    }
    if policy:
        parameters['policy'] = policy
    if units:
        parameters['units'] = list(units)
    for task in workload.tasks:
        parameters[task.name] = _task(workload, task, rate_hz)
    return parameters


def _task(workload: Workload, task: Task, rate_hz: float) -> dict[str, Any]:
    source = {'after': task.parent} if task.parent else {'topic': camera_topic(task.camera)}
    return {
        'network': workload.networks[task.kind.name],
        **source,
        'deadline_ms': task.deadline_ms(rate_hz),
    }
