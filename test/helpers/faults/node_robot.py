# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scheduler node over DDS: images in, timing and diagnostics out, services asked meanwhile."""

from __future__ import annotations

import json
import tempfile
import time
from array import array
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.scene import OTHERS
from faults.scene import OTHERS_TOPIC
from faults.scene import parameters
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC

_SIZE = 16
#: a service is asked after this many rounds
_ASK_EVERY = 8


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of diagnostics, as ROS sends it."""

    name: str
    level: int
    message: str
    values: dict[str, str]


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
        self.summary_file = Path(self._folder.name, 'summary.json')
        values = parameters(
            {'status_period_s': 0.1, 'summary_file': str(self.summary_file), **more}
        )
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
        self.node.autostart()
        self._lines: dict[str, _Line] = {}
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
        self.service_s = 0.0
        self._client: Any = None

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
        self.bench.publish(VICTIM_TOPIC, self.image(self.marker, **self.spoilt))

    def image(self, value: int = 0, **fields: Any) -> Any:
        """Return an image message of one colour; ``fields`` spoil it."""
        from sensor_msgs.msg import Image

        message = Image(width=_SIZE, height=_SIZE, encoding='bgr8', step=3 * _SIZE)
        message.header.frame_id = 'lens'
        message.header.stamp = self.bench.watcher.get_clock().now().to_msg()
        message.data = array('B', bytes([value]) * (3 * _SIZE * _SIZE))
        for name, field in fields.items():
            setattr(message, name, field)
        return message

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

    def health(self) -> list[_Line]:
        """Return the newest diagnostics, which come after this call."""
        self._lines.clear()
        self.bench.wait_for(lambda: VICTIM in self._lines, 'diagnostics')
        return list(self._lines.values())

    def close(self) -> dict[str, Any]:
        """End the robot and return its summary's tasks."""
        try:
            self.node.trigger_deactivate()
            tasks: dict[str, Any] = json.loads(self.summary_file.read_text())['tasks']
        finally:
            self.node.close()
            self.bench.close()
            self._folder.cleanup()
        return tasks

    def _matched(self) -> bool:
        return bool(self.node._timing.get_subscription_count())

    def _ended(self, timing: Any) -> None:
        self._ends[timing.task] += 1
        self._answers[timing.task] += timing.outcome in (timing.ON_TIME, timing.LATE)

    def _told(self, message: Any) -> None:
        for status in message.status:
            name = status.name.rpartition(': ')[2]
            values = {value.key: value.value for value in status.values}
            self._lines[name] = _Line(name, ord(status.level), status.message, values)
