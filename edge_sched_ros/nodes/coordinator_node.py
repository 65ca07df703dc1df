# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator of several devices, as a node."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.clock import JumpThreshold
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.core.high_level.signs_of_life import SIGN_NS
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.fleet.coordinator.assemble import CoordinatorParts
from edge_sched_ros.fleet.coordinator.assemble import make_coordinator
from edge_sched_ros.fleet.coordinator.report import summary
from edge_sched_ros.fleet.node_help import COORDINATOR_HELP
from edge_sched_ros.fleet.settings import COORDINATOR_PARAMETERS
from edge_sched_ros.fleet.settings import fleet_settings
from edge_sched_ros.msg import JobTiming
from edge_sched_ros.nodes.debug_images import DebugImages
from edge_sched_ros.nodes.devices.declared import declare
from edge_sched_ros.nodes.devices.declared import refuse_mistyped
from edge_sched_ros.nodes.devices.fleet_reporter import FleetReporter
from edge_sched_ros.nodes.devices.frame_intake import CoordinatorFrames
from edge_sched_ros.nodes.devices.ports import RosPort
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.logging_bridge import forward_logging
from edge_sched_ros.nodes.node_topic_names import NodeTopicNames
from edge_sched_ros.nodes.parameter_declarations import Declarations
from edge_sched_ros.nodes.process_tuning import freeze_garbage
from edge_sched_ros.nodes.process_tuning import unfreeze_garbage
from edge_sched_ros.nodes.publishers import check_results
from edge_sched_ros.nodes.publishers import TaskPublisher
from edge_sched_ros.nodes.realtime_settings import apply_parameters
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.running import run_node
from edge_sched_ros.nodes.subscriptions import Subscriptions
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.metrics_endpoint import ADDRESS
from edge_sched_ros.pipeline.health.metrics_endpoint import MetricsEndpoint
from edge_sched_ros.pipeline.health.metrics_endpoint import open_endpoint
from edge_sched_ros.pipeline.health.metrics_endpoint import PORT
from edge_sched_ros.pipeline.health.summary_file import write_account
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.inputs.topics import info_topics
from edge_sched_ros.pipeline.inputs.topics import result_topics
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import topics_of_pictures

#: a clock that jumps back by more than this has restarted (a looping bag)
_RESTART = Duration(nanoseconds=-100_000_000)
#: how often the coordinator says that it is alive and looks who else is
_BEAT_S = SIGN_NS / 1e9
#: task parameters that may change while running -> unit of their value in nanoseconds
_DYNAMIC = {
    'deadline_ms': 1e6,
    'period_ms': 1e6,
    'priority': None,
    'every_n': None,
    'queue_depth': None,
    'enabled': None,
    'variant': None,
}


class CoordinatorNode(Node):
    """
    Owns cameras and deadlines, and has networks run on this machine and on other devices.

    :raises ConfigError: for parameters or networks that cannot be used
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__('coordinator', **arguments)
        self._stop_forwarding = forward_logging(self.get_logger())
        self._closed = False
        self._metrics: MetricsEndpoint | None = None
        self.unreadable: Counter[str] = Counter()
        self._port = RosPort(self, count=lambda reason: self.unreadable.update([reason]))
        try:
            own = [spec.name for spec in COORDINATOR_PARAMETERS]
            refuse_mistyped(self, own, (spec.name for spec in SCHEDULER_PARAMETERS))
            self._own = declare(self, COORDINATOR_PARAMETERS)
            self._declared = Declarations(self)
            for problem in self._declared.problems:
                raise problem
            self._metrics = open_endpoint(self._value(ADDRESS), self._value(PORT))
            self._config, self.parts = self._make()
        except BaseException:
            self._close_metrics()
            self._stop_forwarding()
            super().destroy_node()
            raise
        self._timing = create_publisher(self, JobTiming, '~/timing', QoSProfile(depth=100))
        self._outputs = {task.name: self._publisher(task.name) for task in self._config.tasks}
        self._debug = DebugImages(
            self,
            self._outputs,
            width_px=self._value('debug_image_width'),
            hz=self._value('debug_image_hz'),
        )
        self._port.serve_coordinator(self.parts.coordinator)
        self._port.serve_device(self.parts.home, alone=False)
        self.frames = CoordinatorFrames(
            self.parts.coordinator, self._config, reset=self.parts.programs.reset
        )
        self.parts.programs.use_depths(self.frames.depths)
        self._inputs = self._subscribe()
        self.parts.start()
        self._port.start()
        self._debug.start()
        self._inputs.start()
        self._jumps = self.get_clock().create_jump_callback(
            JumpThreshold(min_forward=None, min_backward=_RESTART, on_clock_change=False),
            post_callback=self._on_jump,
        )
        self._reporter = FleetReporter(
            self,
            self.parts.coordinator,
            period_s=self._value('status_period_s'),
            out=lambda: self.parts.programs.out,
            inputs=self.frames.snapshot,
            limits=Limits(
                error_after_ns=round(self._config.silent_after_ms * 1e6),
                silent_after_ns=round(self._config.silent_after_ms * 1e6),
            ),
            realtime=self._realtime,
            metrics=self._metrics,
        )
        freeze_garbage()
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self.create_timer(_BEAT_S, self.parts.tick, clock=steady)
        self.add_on_set_parameters_callback(self._on_set)
        tasks = ', '.join(task.name for task in self._config.tasks)
        self.get_logger().info(
            f"coordinator '{self.parts.coordinator.name}' runs {tasks} by {self._own_policy}"
        )

    @property
    def _own_policy(self) -> str:
        return str(self._own['high_level_policy'])

    def _value(self, name: str) -> Any:
        return self._declared.value(name)

    def _make(self) -> tuple[PipelineConfig, CoordinatorParts]:
        self._names = NodeTopicNames(self)
        values = {name: self._value(name) for name in self._declared.names()}
        config = from_parameters(values, topics=self._names)
        settings = fleet_settings(self._own, node=self.get_name())
        self._realtime = apply_parameters(self, self._value)
        parts = make_coordinator(config, settings, on_end=self._on_end, outside=self._port)
        try:
            check_results(self, config, parts.programs)
        except BaseException:
            parts.loaded.close()
            raise
        return config, parts

    # --- frames and results -------------------------------------------------------------------

    def _subscribe(self) -> Subscriptions:
        config = self._config
        programs = self.parts.programs
        needs: dict[str, str] = {}
        for task in config.tasks:
            if programs.needs_camera(task.name):
                needs.setdefault(config.source_of(task).topic, f'{task.name} has no results')
        for task in config.tasks:
            made = result_topics(programs.output_of(task.name), programs.extras_of(task.name))
            if 'camera_info' in made:
                needs.setdefault(config.source_of(task).topic, 'none is published either')
        return Subscriptions(
            self,
            self.frames,
            names=self._names,
            types=config.topic_types(),
            pictures=topics_of_pictures(config),
            max_pixels=config.max_image_pixels,
            info_topics=info_topics(config),
            needs_info=needs,
        )

    def _publisher(self, task: str) -> TaskPublisher:
        programs = self.parts.programs
        own = next(one for one in self._config.tasks if one.name == task)
        topic = self._config.source_of(own).topic
        return TaskPublisher(
            self,
            task,
            programs.output_of(task),
            extras=programs.extras_of(task),
            labels=programs.labels_of(task),
            threshold=partial(programs.threshold_of, task),
            info_of=partial(self._info_of, topic),
        )

    def _info_of(self, topic: str, frame: Frame | None) -> FittedInfo | None:
        return self._inputs.camera_info(topic, frame)

    def _on_end(self, end: JobEnd) -> None:
        """Publish the end of a job; called from whichever thread ended it."""
        if end.result is not None:
            self._outputs[end.task].publish(end)
        self._debug.offer(end)
        if self._timing.get_subscription_count() and self._value('publish_timing'):
            network = self.parts.programs.network_of(end.task)
            self._timing.publish(messages.job_timing(make, end, network=network))

    # --- state and settings -------------------------------------------------------------------

    def _spec(self, name: str) -> ParameterSpec | None:
        """Return what a parameter is; ``None`` for one that is not ours, as use_sim_time."""
        ours = {spec.name: spec for spec in (*COORDINATOR_PARAMETERS, *SCHEDULER_PARAMETERS)}
        return self._declared.table.specs.get(name) or ours.get(name)

    def _on_set(self, parameters: list[Parameter]) -> SetParametersResult:
        """Change settings of tasks, all of a batch or none."""
        changes: dict[str, dict[str, Any]] = {}
        try:
            for parameter in parameters:
                task, _, key = parameter.name.rpartition('.')
                spec = self._spec(parameter.name)
                if spec is None or key == 'publish_timing':
                    continue
                if not task or key not in _DYNAMIC:
                    raise ConfigError(parameter.name, 'cannot change while the coordinator runs')
                value, scale = spec.check(parameter.value, name=parameter.name), _DYNAMIC[key]
                if scale is not None:
                    key, value = key.removesuffix('_ms') + '_ns', round(value * scale)
                self._check(task, key, value)
                changes.setdefault(task, {})[key] = value
            for task, values in changes.items():
                self.parts.coordinator.change_task(task, values)
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=brief(error, MOST_OF_AN_ERROR))
        return SetParametersResult(successful=True)

    def _check(self, task: str, key: str, value: Any) -> None:
        """Check what the range of a parameter does not tell; :raises ConfigError: naming it."""
        if key == 'variant':
            self.parts.coordinator.read(lambda core: core.tasks[task].pinned_to(value))
        elif key == 'enabled' and value:
            self.parts.programs.check_enabled(task)

    def _on_jump(self, jump: Any) -> None:
        self._inputs.clock_jumped()
        self.frames.forget()
        self.parts.coordinator.clock_jumped(jump.delta.nanoseconds)
        self.parts.programs.reset()
        self.get_logger().info('the clock jumped back: restarting')

    def _write_summary(self) -> None:
        try:
            write_account(self._value('summary_file'), summary(self.parts.coordinator))
        except EdgeSchedError as error:
            self.get_logger().error(brief(error, MOST_OF_AN_ERROR))

    def _close_metrics(self) -> None:
        if self._metrics is not None:
            self._metrics.close()
            self._metrics = None

    def destroy_node(self) -> None:
        """Stop, free everything and leave ROS; does nothing a second time."""
        if self._closed:
            return
        self._closed = True
        self.destroy_timer(self._timer)
        self._reporter.stop()
        self._jumps.unregister()
        self._inputs.close()
        self._port.stop_taking()
        self.parts.stop()
        self._reporter.report()
        self._write_summary()
        self._port.close()
        unfreeze_garbage()
        self._debug.close()
        self._close_metrics()
        for publisher in self._outputs.values():
            publisher.close()
        self._stop_forwarding()
        super().destroy_node()


def main() -> None:
    """Run the node until SIGINT, SIGTERM or SIGHUP."""
    run_node(COORDINATOR_HELP, CoordinatorNode)


if __name__ == '__main__':
    main()
