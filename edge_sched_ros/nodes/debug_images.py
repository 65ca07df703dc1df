# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes a debug picture of each task while somebody subscribes to it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.native_publishing import native_publisher
from edge_sched_ros.nodes.report_guard import ReportGuard
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.perception.drawing.text import Picture
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.debug.annotations import ANNOTATIONS
from edge_sched_ros.pipeline.debug.annotations import image_annotations
from edge_sched_ros.pipeline.debug.painter import Painter
from edge_sched_ros.pipeline.debug.picture import debug_picture
from edge_sched_ros.pipeline.inputs.topics import DEBUG_TOPICS

#: as image_transport names the contents of a JPEG
_JPEG = 'bgr8; jpeg compressed bgr8'
_QUALITY = 80


class DebugImages:
    """
    The debug topics of all tasks: pictures, the same compressed, annotations for Foxglove.

    They are made on a thread of their own, which also looks for subscribers: the threads that
    answer find an empty set while there are none.

    :param tasks: names of the tasks
    :param width_px: wider pictures are made smaller
    :param hz: maximum rate of a task's pictures
    """

    def __init__(self, node: Node, tasks: Iterable[str], *, width_px: int, hz: float) -> None:
        self._node = node
        self._width_px = width_px
        self._guard = ReportGuard(node)
        #: task -> name of topic -> its publisher
        self._publishers = {task: _publishers(node, task) for task in tasks}
        self._native = {
            task: native_publisher(made['debug_image']) for task, made in self._publishers.items()
        }
        self._painter = Painter(self._wanted, self._publish, self._failed, hz=hz)
        #: leaves the end of a job, from any thread
        self.offer = self._painter.offer

    def start(self) -> None:
        """Start drawing."""
        self._painter.start()

    def stop(self) -> None:
        """End the thread; the topics stay."""
        self._painter.stop()

    def close(self) -> None:
        """End the thread and remove the publishers."""
        self._painter.stop()
        for made in self._publishers.values():
            for publisher in made.values():
                self._node.destroy_publisher(publisher)

    def _wanted(self) -> frozenset[str]:
        return frozenset(
            task
            for task, made in self._publishers.items()
            if any(one.get_subscription_count() for one in made.values())
        )

    def _publish(self, end: JobEnd, missed: Mapping[str, int]) -> None:
        heard = {
            name: publisher
            for name, publisher in self._publishers[end.task].items()
            if publisher.get_subscription_count()
        }
        if (publisher := heard.pop('debug_annotations', None)) is not None:
            publisher.publish(image_annotations(make, end))
        if heard:
            picture = debug_picture(end, missed=missed, width_px=self._width_px)
            for name, publisher in heard.items():
                if name == 'debug_image':
                    self._publish_image(publisher, picture, end)
                else:
                    publisher.publish(_compressed(picture, end))

    def _publish_image(self, publisher: Any, picture: Picture, end: JobEnd) -> None:
        native = self._native[end.task]
        if native is not None and end.frame is not None:
            native.image(picture, 'bgr8', end.frame)
        else:
            source = messages.header(make, end.frame)
            publisher.publish(messages.plane_image(make, picture, 'bgr8', source))

    def _failed(self, error: BaseException) -> None:
        def again() -> None:
            raise error

        self._guard.run(again)


def _publishers(node: Node, task: str) -> dict[str, Any]:
    found = {}
    for name, kind in DEBUG_TOPICS.items():
        try:
            message = message_class(kind)
        except ConfigError:
            if kind != ANNOTATIONS:
                raise
            # the package is optional
            continue
        found[name] = create_publisher(node, message, f'{task}/{name}', QoSProfile(depth=1))
    return found


def _compressed(picture: Picture, end: JobEnd) -> Any:
    import cv2

    _, data = cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return make(
        'sensor_msgs/msg/CompressedImage',
        header=messages.header(make, end.frame),
        format=_JPEG,
        data=array('B', data.tobytes()),
    )
