# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One subscription per topic: messages become frames, and faulty ones are counted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import HistoryPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.serialization import deserialize_message
from rclpy.utilities import get_rmw_implementation_identifier

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.nodes.connections import Connections
from edge_sched_ros.nodes.frame_clock import FrameClock
from edge_sched_ros.nodes.frame_sink import FrameSink
from edge_sched_ros.nodes.intake import Intake
from edge_sched_ros.nodes.intake import latest
from edge_sched_ros.nodes.node_topic_names import NodeTopicNames
from edge_sched_ros.nodes.other_schedulers import told_by_others
from edge_sched_ros.nodes.raw_image import read_compressed_image
from edge_sched_ros.nodes.raw_image import read_image
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.pipeline.health.rejections import Rejections
from edge_sched_ros.pipeline.inputs.camera_infos import camera_model
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.inputs.info_choice import CameraInfos
from edge_sched_ros.pipeline.inputs.info_choice import KEPT
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.inputs.large_images import DEFAULT_SEGMENT_BYTES
from edge_sched_ros.pipeline.inputs.large_images import large_images_doubt
from edge_sched_ros.pipeline.inputs.lost_frames import LostFrames
from edge_sched_ros.pipeline.inputs.stamp_age import ZERO
from edge_sched_ros.pipeline.inputs.topics import CAMERA_INFO
from edge_sched_ros.pipeline.settings.config import COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE

#: how often publishers and CameraInfos are checked
_LOOK_S = 0.5
#: how many CameraInfos are queued: a result comes some frames after its frame
_INFOS = 10

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks


def sensor_qos(depth: int = 1) -> QoSProfile:
    """Return the QoS: by default best effort, newest only, as frames lose value with age."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=ReliabilityPolicy.BEST_EFFORT
    )


def _read(kind: str, serialized: bytes | memoryview) -> Any:
    """
    Return a message.

    Bytes are taken instead of a message: an unreadable message would vanish without a trace.

    :raises FrameError: when the bytes are not one of this type
    """
    try:
        return deserialize_message(bytes(serialized), message_class(kind))
    except Exception as error:
        raise FrameError('unreadable', f'not a {kind} ({brief_error(error)})') from None


_READERS: dict[str, Callable[[Any], Any]] = {
    IMAGE_TYPE: read_image,
    COMPRESSED_TYPE: read_compressed_image,
}


class Subscriptions:
    """
    All inputs of an active scheduler.

    :param node: subscribes
    :param pipeline: takes the frames
    :param names: give the name to use with ROS; all topics here have resolved names
    :param types: topic -> message type
    :param pictures: topics whose messages must be pictures; others are refused
    :param max_pixels: of an image; larger ones are refused
    :param info_topics: topic -> topic of its ``CameraInfo``
    :param needs_info: topic whose tasks need a CameraInfo -> what is missing without one
    :raises ConfigError: for a message type that is not installed
    """

    def __init__(
        self,
        node: Node,
        pipeline: FrameSink,
        *,
        names: NodeTopicNames,
        types: dict[str, str],
        pictures: AbstractSet[str],
        max_pixels: int,
        info_topics: dict[str, str],
        needs_info: Mapping[str, str],
    ) -> None:
        self._node = node
        self._pipeline = pipeline
        self._names = names
        self._connections = Connections(node, needs_info=needs_info)
        #: topics that have received a frame
        self._received: set[str] = set()
        #: image topic -> the CameraInfos received for it
        self._camera_infos = {
            topic: CameraInfos(partial(self._warn_once, topic, 'camera_info'))
            for topic in info_topics
        }
        self._info_subscriptions: dict[str, Any] = {}
        #: no subscription is destroyed while its CameraInfo is taken
        self._info_lock = threading.Lock()
        self._inputs = {
            topic: Input(topic, kind, pictures=topic in pictures, max_pixels=max_pixels)
            for topic, kind in types.items()
        }
        self._lost = {topic: LostFrames() for topic in types}
        #: topics of large images, which have been looked at
        self._large: set[str] = set()
        self._warned: set[tuple[str, str]] = set()
        self._rejections = Rejections(self._warn)
        self._subscriptions: list[Any] = []
        self._intake = Intake(node)
        self._clock = FrameClock(node, group=self._intake.group, qos=sensor_qos())
        # logged before the first frame: lost frames never arrive
        self._timer = node.create_timer(
            _LOOK_S, self._look_around, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )
        try:
            for topic, kind in types.items():
                subscription = self._subscribe(topic, topic, kind, raw=True)
                self._intake.add(subscription, partial(self._on_message, self._inputs[topic]))
            for topic, info in info_topics.items():
                self._info_subscriptions[topic] = self._subscribe(
                    topic, info, CAMERA_INFO, depth=_INFOS
                )
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start taking messages."""
        self._intake.start()

    def _subscribe(
        self, source: str, topic: str, kind: str, *, raw: bool = False, depth: int = 1
    ) -> Any:
        name = self._names.written(topic)
        subscription = self._node.create_subscription(
            message_class(kind, topic),
            name,
            lambda _message: None,
            sensor_qos(depth),
            callback_group=self._intake.group,
            event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
            raw=raw,
        )
        self._subscriptions.append(subscription)
        self._connections.add(source, name, kind, subscription)
        return subscription

    def close(self) -> None:
        """Unsubscribe from everything."""
        self._intake.stop()
        self._clock.close()
        self._node.destroy_timer(self._timer)
        with self._info_lock:
            self._info_subscriptions.clear()
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions.clear()

    def clock_jumped(self) -> None:
        """Accept any next stamp."""
        for source in self._inputs.values():
            source.forget()
        self._forget_sizes(self._camera_infos)

    def _forget_sizes(self, topics: Iterable[str]) -> None:
        with self._info_lock:
            for topic in topics:
                self._camera_infos[topic].forget()

    def _on_message(self, source: Input, message: Any) -> None:
        sequence, stamp_ns = self._intake.sequence, 0
        try:
            stamp_ns = self._accept(source, message)
        except Exception as error:
            # a message that does not match its type must not end the node
            self._pipeline.reject(source.topic, self._rejections.note(source.topic, error))
        self._lost[source.topic].note(sequence, stamp_ns)

    def _accept(self, source: Input, message: Any) -> int:
        """Hand on the frame of a message; return its stamp."""
        self._received.add(source.topic)
        message = _READERS.get(source.kind, partial(_read, source.kind))(message)
        clock = self._clock
        arrival = source.accept(message, clock.now_ns(), simulated=clock.simulated)
        if arrival.restarted:
            self._node.get_logger().info(f'{source.topic}: stamps went back: restarting')
            self._pipeline.source_restarted(source.topic)
            self._forget_sizes({source.topic} & self._camera_infos.keys())
        if arrival.age.doubt == ZERO:
            self._warn_once(source.topic, ZERO, 'frames have stamp zero: their age is unknown')
        if source.topic in self._camera_infos:
            arrival.frame.camera = self._camera_model
        self._pipeline.submit(arrival.frame, age=arrival.age)
        if source.kind == IMAGE_TYPE:
            self._check_size(source.topic, len(message.data))
        return arrival.frame.stamp_ns

    def camera_info(self, topic: str, frame: Frame | None) -> FittedInfo | None:
        """Return the CameraInfo of a frame of a topic, or ``None``."""
        with self._info_lock:
            self._take_infos(topic)
            infos = self._camera_infos.get(topic)
            return None if infos is None else infos.for_frame(frame)

    def _camera_model(self, frame: Frame) -> CameraModel | None:
        return camera_model(self.camera_info(frame.stream, frame), frame.stream)

    def _take_infos(self, topic: str) -> None:
        """Take the queued CameraInfos, at most as many as are remembered."""
        subscription = self._info_subscriptions.get(topic)
        if subscription is None:
            return
        for _ in range(KEPT):
            message = latest(subscription)
            if message is None:
                return
            self._camera_infos[topic].add(message)

    @property
    def problems(self) -> Mapping[str, list[str]]:
        """Problems with the publishers of each topic, as last checked."""
        found = {topic: list(lines) for topic, lines in self._connections.problems.items()}
        for topic, infos in self._camera_infos.items():
            if infos.problem:
                found.setdefault(topic, []).append(infos.problem)
        return found

    @property
    def told_by_others(self) -> frozenset[str]:
        """The topics that another scheduler reports under their plain names."""
        return told_by_others(self._node, self._names, self._inputs)

    def _look_around(self) -> None:
        """Log why frames may never arrive; rclpy's own handlers would wake with every frame."""
        with self._info_lock:
            for topic in self._camera_infos:
                self._take_infos(topic)
        self._count_lost()
        last = {topic: infos.last for topic, infos in self._camera_infos.items()}
        with_info = {topic for topic, info in last.items() if info is not None}
        self._connections.check(self._received, with_info)
        for topic, problems in self._connections.problems.items():
            for problem in problems:
                self._warn_once(topic, problem, problem)
        for topic in with_info:
            if self._inputs[topic].kind == IMAGE_TYPE:
                self._check_size(topic, last[topic].width * last[topic].height * 3)

    def _count_lost(self) -> None:
        for topic, lost in self._lost.items():
            infos = self._node.get_publishers_info_by_topic(self._names.written(topic))
            count, how = lost.settle(frozenset(tuple(info.endpoint_gid) for info in infos))
            self._pipeline.lost(topic, count, how)

    def _check_size(self, topic: str, size: int) -> None:
        if size <= DEFAULT_SEGMENT_BYTES or topic in self._large:
            return
        # once: what it asks for are files, and the environment does not change
        self._large.add(topic)
        doubt = large_images_doubt(get_rmw_implementation_identifier())
        if doubt:
            self._warn(
                f'{topic}: frames of {size // 1024} KiB may vanish between processes (camera and '
                f'scheduler): {doubt}'
            )

    def _warn_once(self, topic: str, what: str, text: str) -> None:
        if (topic, what) not in self._warned:
            self._warned.add((topic, what))
            self._warn(f'{topic}: {text}')

    def _warn(self, line: str) -> None:
        self._node.get_logger().warning(brief(line, MOST_OF_AN_ERROR))
