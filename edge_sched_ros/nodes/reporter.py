# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes status and diagnostics once a period."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile

from edge_sched_ros.execution.realtime import Measure
from edge_sched_ros.msg import SchedulerStatus
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.report_guard import ReportGuard
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.same_names import SameNames
from edge_sched_ros.pipeline.admission.admission import OFF
from edge_sched_ros.pipeline.health.chosen_variants import ChosenVariants
from edge_sched_ros.pipeline.health.cleared_lines import ClearedLines
from edge_sched_ros.pipeline.health.health import admission_health
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.input_health import stamp_problem
from edge_sched_ros.pipeline.health.input_problems import with_problems
from edge_sched_ros.pipeline.health.metrics_endpoint import MetricsEndpoint
from edge_sched_ros.pipeline.health.native_health import core_health
from edge_sched_ros.pipeline.health.native_health import native_health
from edge_sched_ros.pipeline.health.rates import Rates
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.realtime_health import realtime_health
from edge_sched_ros.pipeline.health.run_state import RunState
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status_messages import CANNOT_BE_CONFIGURED
from edge_sched_ros.pipeline.health.status_messages import diagnostic_array
from edge_sched_ros.pipeline.health.status_messages import scheduler_status
from edge_sched_ros.pipeline.health.trace_health import trace_health
from edge_sched_ros.pipeline.messages import time_message
from edge_sched_ros.pipeline.pipeline import Pipeline


class Reporter:
    """
    Publishes ``~/status`` and ``/diagnostics`` while the scheduler is active.

    It runs on the steady clock, so it also reports a hung unit or a stopped ``/clock``.

    :param limits: returns the present limits after which silence is an error
    :param problems: returns the problems with the publishers of each topic
    :param told_by_others: returns the topics that another scheduler reports under plain names
    :param state: the file with the counts of the run
    :param last_run: what the last run left unsaid; empty for nothing
    :param cleared: of the node, whose lines it is told
    :param realtime: what came of the settings for real time
    :param native: why the native data path is not used; empty where it is
    :param metrics: is told every status
    """

    def __init__(
        self,
        node: Node,
        pipeline: Pipeline,
        *,
        period_s: float,
        limits: Callable[[], Limits],
        problems: Callable[[], Mapping[str, list[str]]],
        told_by_others: Callable[[], Set[str]],
        state: RunState,
        last_run: str,
        cleared: ClearedLines,
        realtime: Sequence[Measure] = (),
        native: str = '',
        metrics: MetricsEndpoint | None = None,
    ) -> None:
        self._node = node
        self._pipeline = pipeline
        self._metrics = metrics
        self._cleared = cleared
        self._state = state
        self._last_run = last_run
        self._limits = limits
        self._problems = problems
        self._told_by_others = told_by_others
        self._lasting = [*realtime_health(realtime), *native_health(native), *core_health()]
        self._guard = ReportGuard(node)
        self._same_names = SameNames(node)
        self._before: Status = pipeline.status()
        #: topics and the problems with their stamps that have been logged
        self._told: set[tuple[str, str]] = set()
        self._chosen = ChosenVariants()
        self._state_problem = ''
        qos = QoSProfile(depth=10)
        self._status = create_publisher(node, SchedulerStatus, '~/status', qos)
        self._diagnostics = create_publisher(node, DiagnosticArray, '/diagnostics', qos)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(period_s, self.report, clock=steady)

    def report(self) -> None:
        """Publish now; an error is logged once per kind, and the next report is tried again."""
        self._guard.run(self._report)

    def _report(self) -> None:
        self._pipeline.look_at_machine()
        status = self._pipeline.status()
        rates = rates_between(self._before, status)
        self._before = status
        if self._metrics is not None:
            self._metrics.update(status, rates)
        self._tell_stamp_problems(status, rates)
        for line in self._chosen.news(status.tasks):
            self._node.get_logger().info(line)
        stamp = time_message(make, self._node.get_clock().now().nanoseconds)
        self._status.publish(scheduler_status(make, status, rates, stamp=stamp))
        lines = [
            *self._examine(status, rates),
            *self._admission(),
            *self._before_this_run(),
            *self._state_file(),
            *trace_health(self._pipeline.trace_problem),
            *self._same_names.health(),
            *self._lasting,
        ]
        self._diagnostics.publish(
            diagnostic_array(
                make,
                self._cleared.added_to(lines),
                node=self._node.get_fully_qualified_name(),
                stamp=stamp,
                told_by_others=self._told_by_others(),
            )
        )
        self._write_state(status)

    def _write_state(self, status: Status, *, ended: bool = False) -> None:
        try:
            self._state.write(status, ended=ended)
        except OSError as error:
            if not self._state_problem:
                problem = f'state_file: cannot be written: {error.strerror or error}'
                self._node.get_logger().error(problem)
                self._state_problem = problem
        else:
            self._state_problem = ''

    def _state_file(self) -> list[Health]:
        """Return a line while the counts of this run cannot be kept for the next one."""
        if not self._state_problem:
            return []
        return [Health('state file', WARN, self._state_problem, 'scheduler')]

    def _tell_stamp_problems(self, status: Status, rates: Rates) -> None:
        """Log once what the diagnostics keep reporting."""
        for topic in status.inputs:
            problem = stamp_problem(topic, status, rates)
            if problem is not None and (topic, problem.kind) not in self._told:
                self._told.add((topic, problem.kind))
                self._node.get_logger().warning(f'{topic}: {problem.text}')

    def _examine(self, status: Status, rates: Rates) -> list[Health]:
        return with_problems(examine(status, rates, self._limits()), self._problems())

    def _admission(self) -> list[Health]:
        admission = self._pipeline.admission
        if admission.mode == OFF:
            return []
        return [admission_health(admission.outlook, admission.mode)]

    def _before_this_run(self) -> list[Health]:
        return [Health('last run', WARN, self._last_run, 'scheduler')] if self._last_run else []

    def close(self) -> None:
        """Stop reporting; the run has ended in an orderly way."""
        self._guard.run(lambda: self._write_state(self._pipeline.status(), ended=True))
        if self._metrics is not None:
            self._metrics.clear()
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._status)
        self._node.destroy_publisher(self._diagnostics)


class IdleReporter:
    """
    Reports once a second why the scheduler is not active.

    :param idle: returns whether it is not active
    :param problem: returns why it could not be configured; empty without a problem
    :param cleared: of the node
    """

    def __init__(
        self,
        node: Node,
        idle: Callable[[], bool],
        problem: Callable[[], str],
        cleared: ClearedLines,
    ) -> None:
        self._node, self._idle, self._problem = node, idle, problem
        self._cleared = cleared
        self._guard = ReportGuard(node)
        self._diagnostics = create_publisher(
            node, DiagnosticArray, '/diagnostics', QoSProfile(depth=10)
        )
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(1.0, self.report, clock=steady)

    def report(self) -> None:
        """Publish now, if the scheduler is not active; errors as for a Reporter."""
        self._guard.run(self._report)

    def _report(self) -> None:
        if not self._idle():
            return
        problem = self._problem()
        text = f'{CANNOT_BE_CONFIGURED}: {problem}' if problem else 'not active'
        line = Health('node', ERROR if problem else OK, text, 'scheduler')
        stamp = time_message(make, self._node.get_clock().now().nanoseconds)
        name = self._node.get_fully_qualified_name()
        lines = self._cleared.added_to([line])
        self._diagnostics.publish(diagnostic_array(make, lines, node=name, stamp=stamp))
