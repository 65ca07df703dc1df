# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scheduler node over DDS: images in, timing and diagnostics out, services asked meanwhile."""

from __future__ import annotations

import json
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from faults.fault import WARN
from faults.log import LOG
from faults.log import Log
from faults.scene import OTHERS
from faults.scene import OTHERS_TOPIC
from faults.scene import parameters
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC
from faults.told import camera_image
from faults.told import Line
from faults.told import lines_of
from faults.told import SIZE

#: a service is asked after this many rounds
_ASK_EVERY = 8


class NodeRobot:
    """
    As :class:`PipelineRobot`, with messages over DDS; ROS is imported when one is made.

    :param more: parameters beside those of the scene
    """

    name = 'node'

    def __init__(self, more: dict[str, Any]) -> None:
        from diagnostic_msgs.msg import DiagnosticArray
        from rclpy.parameter import Parameter
        from ros import Bench

        from edge_sched_ros.msg import JobTiming
        from edge_sched_ros.nodes.scheduler_node import SchedulerNode

        self._folder = tempfile.TemporaryDirectory()
        summary = str(Path(self._folder.name, 'summary.json'))
        values = parameters({'status_period_s': 0.05, 'summary_file': summary, **more})
        self.summary_file = Path(values['summary_file'])
        values |= {
            f'qos_overrides./{topic}.subscription.reliability': 'reliable'
            for topic in (VICTIM_TOPIC, OTHERS_TOPIC)
        }
        self.bench = Bench()
        self.node = SchedulerNode(
            context=self.bench.context,
            parameter_overrides=[Parameter(name, value=value) for name, value in values.items()],
        )
        self.bench.add(self.node)
        self._log = Log()
        logger = _Logger(self.node.get_logger(), self._log)
        self.node.get_logger = lambda: logger
        self.node.autostart()
        self._lines: dict[str, Line] = {}
        self._ends: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        watcher = self.bench.watcher
        watcher.create_subscription(JobTiming, 'scheduler/timing', self._ended, 1000)
        watcher.create_subscription(DiagnosticArray, '/diagnostics', self._told, 50)
        self.bench.wait_for(lambda: watcher.count_publishers('scheduler/timing'), 'the timing')
        self.bench.wait_for(self._matched, 'the subscriber of the timing')
        self._rounds = 0
        self.marker = 0
        #: fields of the victim's messages that the fault spoils
        self.spoilt: dict[str, Any] = {}
        #: makes another stamp of a message's, ns
        self.restamp: Callable[[int], int] | None = None
        #: whether the victim's messages are compressed
        self._compressed = str(more.get(f'{VICTIM}.topic_type', '')).endswith('/CompressedImage')
        self.service_s = 0.0
        self._client: Any = None

    @property
    def pipeline(self) -> Any:
        """The pipeline of the node."""
        return self.node._pipeline

    def round(self) -> None:
        """Publish an image on each topic and wait for the others' ends, not for the victim's."""
        self._rounds += 1
        self.publish_bad()
        self.bench.publish(OTHERS_TOPIC, self.image())
        self.bench.wait_for(
            lambda: all(self._ends[name] >= self._rounds for name in OTHERS),
            'an end of the others',
        )
        if self._rounds % _ASK_EVERY == 0:
            self.ask()

    def publish_bad(self) -> None:
        """Publish the victim's image as the fault wants it."""
        message = (self.picture if self._compressed else self.image)(self.marker)
        if self.restamp is not None:
            stamp = message.header.stamp
            stamp.sec, stamp.nanosec = divmod(
                self.restamp(stamp.sec * 10**9 + stamp.nanosec), 10**9
            )
        self.bench.publish(VICTIM_TOPIC, _with(message, self.spoilt))

    def image(self, value: int = 0) -> Any:
        """Return an image message of one colour."""
        return camera_image(self.bench, value)

    def picture(self, value: int = 0) -> Any:
        """Return the same as a PNG."""
        import cv2
        from sensor_msgs.msg import CompressedImage

        message = CompressedImage(format='png')
        message.header.stamp = self.bench.watcher.get_clock().now().to_msg()
        pixels = np.full((SIZE, SIZE, 3), value, np.uint8)
        message.data = array('B', cv2.imencode('.png', pixels)[1].tobytes())
        return message

    def note(self, line: str) -> None:
        """Keep a line as if it were in the log."""
        self._log.note(line)

    def ask(self) -> None:
        """Ask the node for its state, and note how long it took to answer."""
        from lifecycle_msgs.srv import GetState

        if self._client is None:
            # one for all: a run of an hour asks thousands of times
            self._client = self.bench.watcher.create_client(GetState, 'scheduler/get_state')
            self.bench.wait_for(self._client.service_is_ready, 'the service')
        began = time.monotonic()
        future = self._client.call_async(GetState.Request())
        self.bench.wait_for(future.done, 'the state')
        self.service_s = max(self.service_s, time.monotonic() - began)

    def answers(self) -> int:
        """Return how often the victim has answered."""
        return self._answers[VICTIM]

    def health(self) -> list[Line]:
        """Return the newest diagnostics, which come after this call, and what was logged."""
        self._lines.clear()
        self.bench.wait_for(lambda: VICTIM in self._lines, 'diagnostics')
        logged = [Line(LOG, WARN, line, {}) for line in self._log.take()]
        return [*self._lines.values(), *logged]

    def close(self) -> dict[str, Any]:
        """End the robot and return its summary's tasks."""
        try:
            self.node.trigger_deactivate()
            tasks: dict[str, Any] = json.loads(self.summary_file.read_text())['tasks']
        finally:
            self.node.close()
            self._log.close()
            self.bench.close()
            self._folder.cleanup()
        return tasks

    def _matched(self) -> bool:
        return bool(self.node._timing.get_subscription_count())

    def _ended(self, timing: Any) -> None:
        self._ends[timing.task] += 1
        self._answers[timing.task] += timing.outcome in (timing.ON_TIME, timing.LATE)

    def _told(self, message: Any) -> None:
        self._lines |= lines_of(message)


class _Logger:
    """The logger of a node, whose warnings and errors are kept: /rosout is not for two nodes."""

    def __init__(self, logger: Any, log: Log) -> None:
        self._logger, self._log = logger, log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logger, name)

    def warning(self, text: str) -> None:
        """Log a warning."""
        self._log.note(text)
        self._logger.warning(text)

    def error(self, text: str) -> None:
        """Log an error."""
        self._log.note(text)
        self._logger.error(text)


def _with(message: Any, fields: dict[str, Any]) -> Any:
    for name, field in fields.items():
        setattr(message, name, field)
    return message
