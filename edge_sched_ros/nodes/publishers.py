# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the results of tasks, with the header of the source frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.label_publisher import LabelPublisher
from edge_sched_ros.nodes.raw_detections import is_understood
from edge_sched_ros.nodes.raw_detections import write_detections
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.inputs.camera_infos import depth_camera_info
from edge_sched_ros.pipeline.inputs.camera_infos import picture_camera_info
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.inputs.topics import RESULT_TOPICS

_RESULTS = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)


class TaskPublisher:
    """
    Publishes one task's results.

    :param labels: class names of its results, in the order of class ids
    :param threshold: returns the score threshold of its results that is in force
    :param info_of: returns the CameraInfo of a frame of the task's camera, or ``None``
    """

    def __init__(
        self,
        node: Node,
        task: str,
        output: str,
        *,
        labels: tuple[str, ...],
        threshold: Callable[[], float],
        info_of: Callable[[Frame | None], FittedInfo | None],
    ) -> None:
        self._node = node
        self._info_of = info_of
        self._publishers = {
            name: create_publisher(node, message_class(kind), f'{task}/{name}', _RESULTS)
            for name, kind in RESULT_TOPICS.get(output, {}).items()
        }
        #: the camera's CameraInfo, the depth's size, and the CameraInfo made of both
        self._scaled: tuple[FittedInfo, tuple[Any, ...], Any] | None = None
        self._labels = None
        if labels:
            self._labels = LabelPublisher(node, f'{task}/label_info', labels, threshold)

    def publish(self, end: JobEnd) -> None:
        """Publish a result on the topics that have subscribers."""
        if self._labels is not None and end.frame is not None:
            self._labels.seen(end.frame.frame_id)
        if isinstance(end.result, Detections):
            for publisher in self._publishers.values():
                if publisher.get_subscription_count():
                    publisher.publish(_detections(end.result, end.frame))
        elif isinstance(end.result, DepthMap):
            self._publish_depth(end.result, end.frame)
        elif isinstance(end.result, SourceImage):
            self._publish_picture(end.result, end.frame)

    def renew_labels(self) -> None:
        """Publish the labels again if the threshold has changed."""
        if self._labels is not None:
            self._labels.renew()

    def _publish_depth(self, depth: DepthMap, frame: Frame | None) -> None:
        source = messages.header(make, frame)
        self._publish('image', lambda: messages.depth_image(make, depth, source))
        info = self._info_of(frame)
        if info is not None:
            self._publish('camera_info', lambda: self._depth_info(info, depth, source))

    def _publish_picture(self, picture: SourceImage, frame: Frame | None) -> None:
        source = messages.header(make, frame)
        self._publish('image', lambda: messages.picture_image(make, picture, source))
        info = self._info_of(frame)
        if info is not None:
            self._publish('camera_info', lambda: picture_camera_info(make, info, source))

    def _publish(self, name: str, message: Callable[[], Any]) -> None:
        """Publish optional messages where the topic exists and has a subscriber."""
        publisher = self._publishers.get(name)
        if publisher is not None and publisher.get_subscription_count():
            publisher.publish(message())

    def _depth_info(self, info: FittedInfo, depth: DepthMap, source: Any) -> Any:
        """Return the CameraInfo of a depth map; made again only when the camera's has changed."""
        place = (depth.scale_x, depth.scale_y, depth.offset_x, depth.offset_y)
        key = (depth.depth_m.shape, *place)
        if self._scaled is None or self._scaled[0] is not info or self._scaled[1] != key:
            self._scaled = (info, key, depth_camera_info(make, info, depth, source))
        message = self._scaled[2]
        message.header = source
        return message

    def close(self) -> None:
        """Remove the publishers."""
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)
        if self._labels is not None:
            self._labels.close()


def _detections(found: Detections, frame: Frame | None) -> Any:
    if frame is not None and is_understood():
        return write_detections(found, frame)
    return messages.detections(make, found, messages.header(make, frame))
