# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scheduler as a lifecycle node."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import JumpThreshold
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle import LifecycleState
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.realtime import Measure
from edge_sched_ros.execution.realtime_undo import process_now
from edge_sched_ros.execution.realtime_undo import undo_realtime
from edge_sched_ros.installation.missing import library_problem
from edge_sched_ros.msg import JobTiming
from edge_sched_ros.nodes.bond import Bond
from edge_sched_ros.nodes.bond import BOND_PARAMETER
from edge_sched_ros.nodes.build_reporter import builds_reported
from edge_sched_ros.nodes.changes import apply_changes
from edge_sched_ros.nodes.changes import check_changes
from edge_sched_ros.nodes.debug_images import DebugImages
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.logging_bridge import forward_logging
from edge_sched_ros.nodes.native_publishing import hearing
from edge_sched_ros.nodes.native_publishing import native_problem
from edge_sched_ros.nodes.node_topic_names import NodeTopicNames
from edge_sched_ros.nodes.parameters import NodeParameters
from edge_sched_ros.nodes.process_tuning import freeze_garbage
from edge_sched_ros.nodes.process_tuning import unfreeze_garbage
from edge_sched_ros.nodes.publishers import check_results
from edge_sched_ros.nodes.publishers import TaskPublisher
from edge_sched_ros.nodes.quick_logger import QuickLogger
from edge_sched_ros.nodes.realtime_settings import apply_parameters
from edge_sched_ros.nodes.reporter import IdleReporter
from edge_sched_ros.nodes.reporter import Reporter
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.nodes.running import run_node
from edge_sched_ros.nodes.save_service import SaveService
from edge_sched_ros.nodes.subscriptions import Subscriptions
from edge_sched_ros.nodes.transitions import refuse_impossible_transitions
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.health.cleared_lines import ClearedLines
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.metrics_endpoint import ADDRESS
from edge_sched_ros.pipeline.health.metrics_endpoint import MetricsEndpoint
from edge_sched_ros.pipeline.health.metrics_endpoint import open_endpoint
from edge_sched_ros.pipeline.health.metrics_endpoint import PORT
from edge_sched_ros.pipeline.health.run_state import RunState
from edge_sched_ros.pipeline.health.summary_file import write_summary_file
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.inputs.topics import info_topics
from edge_sched_ros.pipeline.inputs.topics import result_topics
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.node_help import SCHEDULER_HELP
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import topics_of_pictures
from edge_sched_ros.pipeline.settings.resources import check_named_file
from edge_sched_ros.pipeline.settings.resources import check_own_file
from edge_sched_ros.plugins.bounded_call import made_together

SUCCESS = TransitionCallbackReturn.SUCCESS
FAILURE = TransitionCallbackReturn.FAILURE
#: a clock that jumps back by more than this has restarted (a looping bag)
_RESTART = Duration(nanoseconds=-100_000_000)


class SchedulerNode(LifecycleNode):
    """
    Subscribes to cameras and sensors, runs every task by its deadline, publishes the results.

    configure loads networks, activate runs, deactivate keeps them loaded, cleanup frees them.
    """

    #: the base class logs before anything is set here
    _quick: QuickLogger | None = None

    def __init__(self, **arguments: Any) -> None:
        super().__init__('scheduler', **arguments)
        refuse_impossible_transitions(self)
        self._stop_forwarding = forward_logging(self.get_logger())
        self._pipeline: Pipeline | None = None
        self._config: PipelineConfig | None = None
        self._inputs: Subscriptions | None = None
        #: what came of the settings for real time
        self._realtime: tuple[Measure, ...] = ()
        #: why the native data path is not used; empty where it is
        self._native_problem = ''
        #: how the process was scheduled before
        self._before_realtime = process_now()
        self._names = NodeTopicNames(self)
        self._reporter: Reporter | None = None
        self._bond: Bond | None = None
        #: why the last configuring failed
        self._problem = ''
        self._state = RunState('')
        #: what the last run left unsaid
        self._last_run = ''
        #: whether it was configured and has not been active since
        self._never_active = False
        self._outputs: dict[str, TaskPublisher] = {}
        self._debug: DebugImages | None = None
        self._metrics: MetricsEndpoint | None = None
        self._timing = create_publisher(self, JobTiming, '~/timing', QoSProfile(depth=100))
        #: whether anybody listens to it
        self._timing_heard: Callable[[], bool] = lambda: False
        self._settings = NodeParameters(self, validate=self._validate, apply=self._apply)
        self._saving = SaveService(
            self,
            pipeline=lambda: self._pipeline,
            file=lambda: str(self._settings.value('system_file')),
        )
        self._jumps = self.get_clock().create_jump_callback(
            JumpThreshold(min_forward=None, min_backward=_RESTART, on_clock_change=False),
            post_callback=self._on_jump,
        )

        #: lines of the diagnostics that are gone
        self._cleared = ClearedLines()
        self._idle = IdleReporter(
            self, lambda: self._reporter is None, lambda: self._problem, self._cleared
        )

    def get_logger(self) -> QuickLogger:
        """Return the node's logger."""
        if self._quick is None:
            self._quick = QuickLogger(super().get_logger().name)
        return self._quick

    def autostart(self) -> None:
        """Configure and activate, if the parameters ask for it; errors are logged."""
        if self._settings.value('autostart') and self.trigger_configure() == SUCCESS:
            self.trigger_activate()

    def set_parameters_atomically(self, parameter_list: list[Parameter]) -> SetParametersResult:
        """Set parameters, all or none; called for the node's services, too."""
        return self._settings.set(parameter_list, super().set_parameters_atomically)

    # --- lifecycle ----------------------------------------------------------------------------

    @made_together()
    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Check the parameters and load every network."""
        self.get_logger().info('configuring')
        try:
            self._names = NodeTopicNames(self)
            self._settings.renew()
            self._config = from_parameters(self._settings.values(), topics=self._names)
            for name in ('summary_file', 'system_file'):
                check_named_file(self._settings.value(name), name)
            for name in ('state_file', 'trace_file'):
                check_own_file(self._settings.value(name), name)
            self._state = RunState(self._settings.value('state_file'))
            self._last_run = self._state.last_run()
            if self._last_run:
                self.get_logger().warning(self._last_run)
            self._make_bond(self._settings.value(BOND_PARAMETER))
            self._metrics = open_endpoint(
                self._settings.value(ADDRESS), self._settings.value(PORT)
            )
            for topic, kind in self._config.topic_types().items():
                message_class(kind, topic)
            self._native_problem = native_problem(self._config.native)
            self._before_realtime = process_now()
            self._realtime = apply_parameters(self, self._settings.value)
            self._pipeline = Pipeline(self._config, on_end=self._on_end)
            with builds_reported(self):
                self._pipeline.load(should_stop=self._interrupted)
            self._make_publishers(self._config, self._pipeline)
        except EdgeSchedError as error:
            self._refuse(brief(error, MOST_OF_AN_ERROR))
            return FAILURE
        except Exception as error:
            if (problem := library_problem(error)) is not None:
                self._refuse(problem)
                return FAILURE
            # rclpy would swallow the error silently
            self._refuse(brief_error(error))
            return TransitionCallbackReturn.ERROR
        except BaseException as error:
            # of own code: signals do not raise in this process (nodes/running.py)
            self._refuse(brief_error(error))
            return FAILURE
        self._problem = ''
        self._never_active = True
        freeze_garbage()
        status = self._pipeline.status()
        networks = ', '.join(
            f'{task.name} ({self._pipeline.network_of(task.name)})'
            for task in self._config.tasks
            if task.name not in status.out
        )
        units = ', '.join(unit.name for unit in status.units)
        self.get_logger().info(f'configured: {networks} on {units}, {self._config.policy}')
        return SUCCESS

    def _interrupted(self) -> bool:
        """Whether a signal was received, which is handled only after this callback returns."""
        return bool(getattr(self.executor, 'interrupted', False))

    def _refuse(self, problem: str) -> None:
        self.get_logger().error(f'cannot be configured: {problem}')
        self._problem = problem
        self._free()

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start the units and subscribe."""
        self.get_logger().info('activating')
        pipeline, config = self._loaded()
        types = config.topic_types()
        try:
            self._inputs = Subscriptions(
                self,
                pipeline,
                names=self._names,
                types=types,
                pictures=topics_of_pictures(config),
                max_pixels=config.max_image_pixels,
                info_topics=info_topics(config),
                needs_info=self._topics_that_need_infos(config, pipeline),
            )
        except Exception as error:
            # a wrong qos_overrides value, say
            self.get_logger().error(f'cannot be activated: {brief(error, MOST_OF_AN_ERROR)}')
            return FAILURE
        self._never_active = False
        pipeline.start()
        self._inputs.start()
        if self._debug is not None:
            self._debug.start()
        self._reporter = Reporter(
            self,
            pipeline,
            period_s=self._settings.value('status_period_s'),
            limits=self._limits,
            problems=lambda: {} if self._inputs is None else self._inputs.problems,
            told_by_others=lambda: (
                frozenset() if self._inputs is None else self._inputs.told_by_others
            ),
            state=self._state,
            last_run=self._last_run,
            cleared=self._cleared,
            realtime=self._realtime,
            native=self._native_problem,
            metrics=self._metrics,
        )
        inputs = ', '.join(f'{topic} ({kind})' for topic, kind in types.items())
        self.get_logger().info(f'active: listening to {inputs}')
        if self._bond is not None:
            self._bond.start()
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unsubscribe and end every job; networks stay loaded."""
        self._stop()
        # told for one activation
        self._last_run = ''
        self.get_logger().info('deactivated: networks stay loaded')
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free every network."""
        self._free()
        self.get_logger().info('cleaned up: networks are freed')
        return SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop and free everything, from any state."""
        self.close()
        self.get_logger().info('shut down')
        return SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured, from where it can be configured again."""
        self.close()
        self.get_logger().info('unconfigured again after the error')
        return SUCCESS

    def close(self) -> None:
        """Stop and free everything; does nothing a second time."""
        self._stop()
        self._free()

    def destroy_node(self) -> None:
        """Stop, free everything and leave ROS."""
        loaded = self._pipeline is not None
        self.close()
        if loaded:
            self.get_logger().info('shut down')
        self._stop_forwarding()
        super().destroy_node()

    def _make_bond(self, period_s: float) -> None:
        if period_s:
            self._bond = Bond(self, period_s)

    def _stop(self) -> None:
        if self._bond is not None:
            self._bond.stop()
        if self._inputs is not None:
            self._inputs.close()
            self._inputs = None
        if self._pipeline is not None:
            self._pipeline.stop()
        if self._debug is not None:
            self._debug.stop()
        if self._reporter is not None and self._pipeline is not None:
            self._reporter.report()
            self._reporter.close()
            self._reporter = None
            self._write_files(self._pipeline)

    def _free(self) -> None:
        unfreeze_garbage()
        undo_realtime(self._before_realtime, self._realtime)
        self._realtime = ()
        for publisher in self._outputs.values():
            publisher.close()
        self._outputs.clear()
        if self._debug is not None:
            self._debug.close()
            self._debug = None
        if self._metrics is not None:
            self._metrics.close()
            self._metrics = None
        if self._bond is not None:
            self._bond.close()
            self._bond = None
        if self._pipeline is not None:
            if self._never_active:
                self._write_system(self._pipeline)
            self._pipeline.unload()
        self._pipeline, self._never_active = None, False

    def _loaded(self) -> tuple[Pipeline, PipelineConfig]:
        assert self._pipeline is not None and self._config is not None
        return self._pipeline, self._config

    def _write_files(self, pipeline: Pipeline) -> None:
        file = self._settings.value('summary_file')
        self._tell_problem(lambda: write_summary_file(file, pipeline.status()))
        self._write_system(pipeline)

    def _write_system(self, pipeline: Pipeline) -> None:
        file = self._settings.value('system_file')
        self._tell_problem(lambda: pipeline.write_system(file))

    def _tell_problem(self, write: Callable[[], None]) -> None:
        try:
            write()
        except EdgeSchedError as error:
            self.get_logger().error(brief(error, MOST_OF_AN_ERROR))
        except Exception as error:
            # deactivation must continue
            self.get_logger().error(f'a file is not written: {brief_error(error)}')

    # --- results ------------------------------------------------------------------------------

    def _make_publishers(self, config: PipelineConfig, pipeline: Pipeline) -> None:
        check_results(self, config, pipeline)
        self._timing_heard = hearing(self._timing)
        for task in config.tasks:
            topic = config.source_of(task).topic
            self._outputs[task.name] = TaskPublisher(
                self,
                task.name,
                pipeline.output_of(task.name),
                extras=pipeline.extras_of(task.name),
                labels=pipeline.labels_of(task.name),
                threshold=partial(pipeline.threshold_of, task.name),
                info_of=partial(self._info_of, topic),
            )
        self._debug = DebugImages(
            self,
            [task.name for task in config.tasks],
            width_px=self._settings.value('debug_image_width'),
            hz=self._settings.value('debug_image_hz'),
        )

    @staticmethod
    def _topics_that_need_infos(config: PipelineConfig, pipeline: Pipeline) -> dict[str, str]:
        """Return the topics that need a CameraInfo, and what is missing without one."""
        needed = pipeline.topics_of_cameras().items()
        found = {topic: f'{task} has no results' for topic, task in needed}
        for task in config.tasks:
            made = result_topics(pipeline.output_of(task.name), pipeline.extras_of(task.name))
            if 'camera_info' in made:
                found.setdefault(config.source_of(task).topic, 'none is published either')
        return found

    def _info_of(self, topic: str, frame: Frame | None) -> FittedInfo | None:
        subscriptions = self._inputs
        return None if subscriptions is None else subscriptions.camera_info(topic, frame)

    def _on_end(self, end: JobEnd) -> None:
        """Publish the end of a job; called from the pipeline's delivery thread."""
        if end.result is not None:
            self._outputs[end.task].publish(end)
        if self._debug is not None:
            self._debug.offer(end)
        if self._timing_heard() and self._settings.value('publish_timing'):
            network = self._loaded()[0].network_of(end.task)
            self._timing.publish(messages.job_timing(make, end, network=network))

    # --- changes while running ----------------------------------------------------------------

    def _limits(self) -> Limits:
        return Limits(
            error_after_ns=round(self._settings.value('error_after_ms') * 1e6),
            silent_after_ns=round(self._settings.value('silent_after_ms') * 1e6),
        )

    def _validate(self, changes: dict[str, Any]) -> None:
        if self._pipeline is not None:
            values = self._settings.values()
            check_changes(self._pipeline, changes, values, self._settings.table)

    def _apply(self, changes: dict[str, Any]) -> None:
        if self._pipeline is not None:
            values = self._settings.values()
            apply_changes(self._pipeline, changes, values, self._settings.table)
            for publisher in self._outputs.values():
                publisher.renew_labels()

    def _on_jump(self, jump: Any) -> None:
        if self._pipeline is not None and self._inputs is not None:
            self._inputs.clock_jumped()
            self._pipeline.clock_jumped(jump.delta.nanoseconds)
            self.get_logger().info('the clock jumped back: restarting')


def main() -> None:
    """Run the node until SIGINT, SIGTERM or SIGHUP."""
    run_node(SCHEDULER_HELP, SchedulerNode, SchedulerNode.autostart)


if __name__ == '__main__':
    main()
