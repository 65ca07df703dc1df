# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node that follows what a detection node found: needs the boxes and the image they are in."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import Image

from benchmarks.side_by_side.baseline.boxes import detections_of
from benchmarks.side_by_side.baseline.outputs import Output
from benchmarks.side_by_side.baseline.pairing import Pairing
from benchmarks.side_by_side.baseline.programs import answer
from benchmarks.side_by_side.workload import camera_topic
from benchmarks.side_by_side.workload import Task
from edge_sched_ros.execution.context import Program
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.nodes.subscriptions import sensor_qos
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.inputs.inputs import stamp_ns
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE


class TrackNode(Node):
    """
    Boxes and image in, tracks out.

    :param task: a tracking task
    :param boxes: the task whose boxes it follows
    :param labels: class names of those boxes
    """

    def __init__(self, task: Task, boxes: Task, program: Program, labels: tuple[str, ...]) -> None:
        super().__init__(task.name)
        topic = camera_topic(task.camera)
        self._program, self._labels = program, labels
        self._input = Input(topic, IMAGE_TYPE)
        self._pairing = Pairing()
        self._output = Output(self, task)
        self.create_subscription(Image, topic, self._on_image, sensor_qos())
        kind = message_class(boxes.kind.type)
        self.create_subscription(kind, boxes.result_topic, self._on_boxes, sensor_qos())

    def _on_image(self, message: Any) -> None:
        self._track(self._pairing.image(stamp_ns(message) or 0, message))

    def _on_boxes(self, message: Any) -> None:
        self._track(self._pairing.boxes(stamp_ns(message) or 0, message))

    def _track(self, pair: tuple[Any, Any] | None) -> None:
        if pair is None:
            return
        image, boxes = pair
        frame = self._input.accept(image, 0).frame
        found = answer(self._program, frame, detections_of(boxes, self._labels))
        self._output.publish(frame, found)
