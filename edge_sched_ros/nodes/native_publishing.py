# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes results without holding the interpreter, where the native data path is used."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.native.loading import extension
from edge_sched_ros.native.loading import load
from edge_sched_ros.native.loading import why_not
from edge_sched_ros.nodes import raw_detections
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages


class NativePublisher:
    """
    Writes and publishes messages of one rclpy publisher in one call.

    :param publisher: of rclpy; destroyed, it raises what rclpy's own methods raise
    :param native: the extension module
    """

    def __init__(self, publisher: Any, native: ModuleType) -> None:
        self._handle = publisher.handle
        self._native = native.Publisher(self._handle.pointer)

    def is_heard(self) -> bool:
        """Whether anybody listens; cheaper than asking the publisher of rclpy."""
        with self._handle:
            heard: bool = self._native.is_heard()
        return heard

    def detections(self, found: Detections, frame: Frame) -> bool:
        """
        Publish a ``Detection2DArray`` if somebody listens.

        Return false, and do nothing, when its arrays have types that only Python converts.
        """
        with self._handle:
            done: bool = self._native.publish_detections(
                frame.stamp_ns,
                frame.frame_id,
                found.boxes_xyxy,
                found.scores,
                found.class_ids,
                found.angles_rad,
                found.track_ids,
            )
        return done

    def image(self, pixels: NDArray[Any], encoding: str, frame: Frame) -> None:
        """Publish a ``sensor_msgs/Image``, whose pixels are copied once."""
        with self._handle:
            self._native.publish_image(frame.stamp_ns, frame.frame_id, encoding, pixels)


def native_publisher(publisher: Any) -> NativePublisher | None:
    """Return the native form of a publisher of results; ``None`` where there is none."""
    native = extension()
    if native is None or native.why_no_rcl() or not is_understood():
        return None
    return NativePublisher(publisher, native)


def hearing(publisher: Any) -> Callable[[], bool]:
    """Return what tells whether anybody listens to a publisher."""
    native = native_publisher(publisher)
    if native is not None:
        return native.is_heard
    return lambda: bool(publisher.get_subscription_count())


def native_problem(mode: str) -> str:
    """
    Return why the native data path is not used, or not for messages; empty where it is.

    :param mode: the parameter ``native``
    :raises ConfigError: when it is required
    """
    problem = why_not(mode) or _no_messages()
    if problem and mode == 'require':
        raise ConfigError('native', f'required, but the native data path {problem}')
    return problem


def _no_messages() -> str:
    native = load().module
    problem = '' if native is None else native.why_no_rcl()
    if problem:
        return f'cannot take and publish messages: {problem}'
    return '' if is_understood() else 'writes messages that this version of ROS does not read'


@lru_cache(maxsize=1)
def is_understood() -> bool:
    """Return whether the installed ROS reads back correctly what is written natively."""
    native = load().module
    if native is None or not raw_detections.is_understood():
        return False
    frame = Frame('', 1, 12_000_000_034, 'camera', None)
    pixels = np.arange(6, dtype=np.float32).reshape(2, 3)
    message = messages.plane_image(make, pixels, '32FC1', messages.header(make, frame))
    written = native.write_image(frame.stamp_ns, frame.frame_id, '32FC1', pixels)
    try:
        return bool(deserialize_message(written, type(message)) == message)
    except Exception:
        # another version of CDR, or of the message
        return False
