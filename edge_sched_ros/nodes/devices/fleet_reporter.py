# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Status and diagnostics of a coordinator, once a period."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile

from edge_sched_ros.execution.realtime import Measure
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.coordinator.fleet_status import fleet_status
from edge_sched_ros.fleet.coordinator.health import examine_fleet
from edge_sched_ros.msg import SchedulerStatus
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.report_guard import ReportGuard
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.same_names import SameNames
from edge_sched_ros.pipeline.health.cleared_lines import ClearedLines
from edge_sched_ros.pipeline.health.health import inputs_health
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.metrics_endpoint import MetricsEndpoint
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.realtime_health import realtime_health
from edge_sched_ros.pipeline.health.status_messages import diagnostic_array
from edge_sched_ros.pipeline.health.status_messages import scheduler_status
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.messages import time_message


class FleetReporter:
    """
    Publishes ``~/status`` and ``/diagnostics``, on the steady clock.

    :param period_s: between reports
    :param realtime: what came of the settings for real time
    :param out: returns task whose own code failed outside of a job -> why
    :param inputs: returns the account of every topic
    :param limits: after which silence is an error
    :param metrics: is told every status
    """

    def __init__(
        self,
        node: Node,
        coordinator: Coordinator,
        *,
        period_s: float,
        out: Callable[[], Mapping[str, str]],
        inputs: Callable[[], Mapping[str, InputAccount]],
        limits: Limits,
        realtime: Sequence[Measure] = (),
        metrics: MetricsEndpoint | None = None,
    ) -> None:
        self._node = node
        self._out = out
        self._inputs, self._limits = inputs, limits
        self._realtime = realtime_health(realtime)
        self._coordinator = coordinator
        self._metrics = metrics
        self._guard = ReportGuard(node)
        self._same_names = SameNames(node)
        self._cleared = ClearedLines()
        self._before = fleet_status(coordinator, time.monotonic_ns(), inputs())
        qos = QoSProfile(depth=10)
        self._status = create_publisher(node, SchedulerStatus, '~/status', qos)
        self._diagnostics = create_publisher(node, DiagnosticArray, '/diagnostics', qos)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(period_s, self.report, clock=steady)

    def report(self) -> None:
        """Publish now; an error is logged once per kind, and the next report is tried again."""
        self._guard.run(self._report)

    def _report(self) -> None:
        now_ns = time.monotonic_ns()
        status = fleet_status(self._coordinator, now_ns, self._inputs())
        rates = rates_between(self._before, status)
        self._before = status
        if self._metrics is not None:
            self._metrics.update(status, rates)
        stamp = time_message(make, self._node.get_clock().now().nanoseconds)
        self._status.publish(scheduler_status(make, status, rates, stamp=stamp))
        lines = examine_fleet(self._coordinator, now_ns, self._out(), rates)
        lines += inputs_health(status, rates, self._limits)
        lines += [*self._same_names.health(), *self._realtime]
        name = self._node.get_fully_qualified_name()
        lines = self._cleared.added_to(lines)
        self._diagnostics.publish(diagnostic_array(make, lines, node=name, stamp=stamp))

    def stop(self) -> None:
        """Report no more by the timer."""
        self._node.destroy_timer(self._timer)
