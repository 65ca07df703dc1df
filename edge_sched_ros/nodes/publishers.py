# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the results of tasks, with the header of the source frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from typing import Protocol

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.label_publisher import LabelPublisher
from edge_sched_ros.nodes.native_publishing import native_publisher
from edge_sched_ros.nodes.raw_detections import is_understood
from edge_sched_ros.nodes.raw_detections import write_detections
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.inputs.camera_infos import map_camera_info
from edge_sched_ros.pipeline.inputs.camera_infos import picture_camera_info
from edge_sched_ros.pipeline.inputs.camera_infos import PlacedMap
from edge_sched_ros.pipeline.inputs.camera_infos import size_of
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.inputs.result_names import check_result_names
from edge_sched_ros.pipeline.inputs.topics import result_topics
from edge_sched_ros.pipeline.result_messages import boxes_topic
from edge_sched_ros.pipeline.result_messages import messages_beside_boxes
from edge_sched_ros.pipeline.result_messages import placed_map
from edge_sched_ros.pipeline.result_messages import Plane
from edge_sched_ros.pipeline.result_messages import plane_message
from edge_sched_ros.pipeline.result_messages import planes_of
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig

_RESULTS = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)


class _Programs(Protocol):
    """What is known of the programs of tasks."""

    def output_of(self, task: str) -> str:
        """Return the kind of a task's results."""

    def extras_of(self, task: str) -> tuple[str, ...]:
        """Return what a task's detections have beside boxes."""


def check_results(node: Node, config: PipelineConfig, programs: _Programs) -> None:
    """
    Check that the results of every task go to topics of their own.

    :raises ConfigError: naming those that do not
    """
    made, read = {}, {}
    for task in config.tasks:
        source = config.source_of(task)
        made[task.name] = result_topics(
            programs.output_of(task.name), programs.extras_of(task.name)
        )
        read[task.name] = (source.topic, source.second_topic, task.depth_topic)
    check_result_names(made, read, node.resolve_topic_name)


class TaskPublisher:
    """
    Publishes one task's results.

    :param output: kind of its results
    :param extras: what its detections have beside boxes: ``keypoints``, ``masks``
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
        extras: tuple[str, ...] = (),
        labels: tuple[str, ...],
        threshold: Callable[[], float],
        info_of: Callable[[Frame | None], FittedInfo | None],
    ) -> None:
        self._node = node
        self._info_of = info_of
        self._publishers = {
            name: create_publisher(node, message_class(kind), f'{task}/{name}', _RESULTS)
            for name, kind in result_topics(output, extras).items()
        }
        #: name -> its native form, where there is one
        self._native = {
            name: native
            for name, publisher in self._publishers.items()
            if (native := native_publisher(publisher)) is not None
        }
        self._boxes = boxes_topic(output)
        #: whether it has topics of other messages than boxes
        self._beside = bool(self._publishers.keys() - {self._boxes})
        #: the camera's CameraInfo, the map's size, and the CameraInfo made of both
        self._scaled: tuple[FittedInfo, tuple[Any, ...], Any] | None = None
        self._labels = None
        if labels:
            self._labels = LabelPublisher(node, f'{task}/label_info', labels, threshold)

    def publish(self, end: JobEnd) -> None:
        """Publish a result on the topics that have subscribers."""
        if self._labels is not None and end.frame is not None:
            self._labels.seen(end.frame.frame_id)
        result, frame = end.result, end.frame
        if isinstance(result, Detections) and not self._publish_natively(result, frame):
            self._publish(self._boxes, lambda: _detections(result, frame))
        if self._beside or not isinstance(result, Detections):
            self._publish_beside(result, frame)

    def _publish_beside(self, result: Any, frame: Frame | None) -> None:
        """Publish everything but boxes."""
        planes = planes_of(result)
        for name, plane in planes.items():
            self._publish_plane(name, plane, frame)
        source = partial(messages.header, make, frame)
        for name, message in messages_beside_boxes(make, result, source).items():
            if name not in planes:
                self._publish(name, message)
        self._publish_info(result, frame)

    def _publish_natively(self, found: Detections, frame: Frame | None) -> bool:
        native = self._native.get(self._boxes)
        return native is not None and frame is not None and native.detections(found, frame)

    def _publish_plane(
        self, name: str, plane: Callable[[], Plane | None], frame: Frame | None
    ) -> None:
        native = self._native.get(name)
        if native is None or frame is None:
            self._publish(name, lambda: plane_message(make, plane(), messages.header(make, frame)))
        elif native.is_heard():
            made = plane()
            if made is not None:
                native.image(made.pixels, made.encoding, frame)

    def renew_labels(self) -> None:
        """Publish the labels again if the threshold has changed."""
        if self._labels is not None:
            self._labels.renew()

    def _publish_info(self, result: Any, frame: Frame | None) -> None:
        placed = placed_map(result)
        if placed is None and not isinstance(result, SourceImage):
            return
        info = self._info_of(frame)
        if info is None:
            return
        source = messages.header(make, frame)
        if placed is None:
            self._publish('camera_info', lambda: picture_camera_info(make, info, source))
        else:
            self._publish('camera_info', lambda: self._map_info(info, placed, source))

    def _publish(self, name: str, message: Callable[[], Any | None]) -> None:
        """Publish a message where its topic exists and has a subscriber."""
        publisher = self._publishers.get(name)
        if publisher is None or not publisher.get_subscription_count():
            return
        made = message()
        if made is not None:
            publisher.publish(made)

    def _map_info(self, info: FittedInfo, placed: PlacedMap, source: Any) -> Any:
        """Return the CameraInfo of a map; made again only when the camera's has changed."""
        place = (placed.scale_x, placed.scale_y, placed.offset_x, placed.offset_y)
        key = (*size_of(placed), *place)
        if self._scaled is None or self._scaled[0] is not info or self._scaled[1] != key:
            self._scaled = (info, key, map_camera_info(make, info, placed, source))
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
