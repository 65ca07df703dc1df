# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node with one network that looks at images."""

from __future__ import annotations

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


class FrameNode(Node):
    """Image in, answer out: detection or depth on one camera."""

    def __init__(self, task: Task, program: Program) -> None:
        super().__init__(task.name)
        topic = camera_topic(task.camera)
        self._program = program
        self._input = Input(topic, IMAGE_TYPE)
        self._output = Output(self, task)
        self.create_subscription(Image, topic, self._on_image, sensor_qos())

    def _on_image(self, message: Any) -> None:
        frame = self._input.accept(message, 0).frame
        self._output.publish(frame, answer(self._program, frame))
