# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node that does everything: every network in turn, in the callback of the image."""

from __future__ import annotations

from functools import partial
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import Image

from benchmarks.side_by_side.baseline.outputs import Output
from benchmarks.side_by_side.baseline.programs import answer
from benchmarks.side_by_side.workload import camera_topic
from benchmarks.side_by_side.workload import Task
from edge_sched_ros.execution.context import Program
from edge_sched_ros.nodes.subscriptions import sensor_qos
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE


class JoinedNode(Node):
    """
    One subscription per camera, one callback after another.

    :param programs: by task; a task comes after the one whose answers it works on
    """

    def __init__(self, tasks: list[Task], programs: dict[str, Program]) -> None:
        super().__init__('joined')
        self._programs = programs
        self._outputs = {task.name: Output(self, task) for task in tasks}
        for camera in sorted({task.camera for task in tasks}):
            topic = camera_topic(camera)
            own = [task for task in tasks if task.camera == camera]
            callback = partial(self._on_image, Input(topic, IMAGE_TYPE), own)
            self.create_subscription(Image, topic, callback, sensor_qos())

    def _on_image(self, source: Input, tasks: list[Task], message: Any) -> None:
        frame = source.accept(message, 0).frame
        found: dict[str, Any] = {}
        for task in tasks:
            result = answer(self._programs[task.name], frame, found.get(task.parent))
            found[task.name] = result
            self._outputs[task.name].publish(frame, result)
