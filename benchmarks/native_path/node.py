# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scheduler node of a run."""

from __future__ import annotations

import json
import threading
import time

from benchmarks.native_path.account import Account
from benchmarks.native_path.workloads import parameters
from benchmarks.native_path.workloads import WAITING
from benchmarks.native_path.workloads import waiting_machine

_WARM_S = 2.0


def run_node(workload: str, native: str, seconds: float) -> None:
    """Run the scheduler and print its account as JSON."""
    import rclpy
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.parameter import Parameter

    from edge_sched_ros.nodes.process_tuning import tune_process
    from edge_sched_ros.nodes.scheduler_node import SchedulerNode
    from edge_sched_ros.pipeline import pipeline

    if workload == WAITING:
        pipeline.rediscover = waiting_machine  # type: ignore[attr-defined]
    account = Account()
    account.watch()
    tune_process()
    rclpy.init(args=['--ros-args', '--log-level', 'error'])
    given = [Parameter(name, value=value) for name, value in parameters(workload, native).items()]
    node = SchedulerNode(parameter_overrides=given)
    node.autostart()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    spinning = threading.Thread(target=executor.spin, daemon=True)
    spinning.start()
    time.sleep(_WARM_S)
    print(json.dumps(account.take(seconds)), flush=True)
    executor.shutdown()
    spinning.join(10.0)
    node.destroy_node()
    rclpy.shutdown()
