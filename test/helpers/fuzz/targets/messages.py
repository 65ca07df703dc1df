# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Serialized messages, as DDS and bags have them."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
from rclpy.serialization import deserialize_message
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.fleet.wire.tensors import decode
from edge_sched_ros.msg import CoordinatorBeat
from edge_sched_ros.msg import DeviceOffer
from edge_sched_ros.msg import DeviceOrders
from edge_sched_ros.msg import DeviceReports
from edge_sched_ros.msg import DeviceStatus
from edge_sched_ros.nodes.devices.offers import read_beat
from edge_sched_ros.nodes.devices.offers import read_offer
from edge_sched_ros.nodes.devices.offers import read_status
from edge_sched_ros.nodes.devices.orders import read_orders
from edge_sched_ros.nodes.devices.raw_tensor import read_tensor
from edge_sched_ros.nodes.devices.raw_tensor import write_tensor
from edge_sched_ros.nodes.devices.reports import read_reports
from edge_sched_ros.nodes.raw_image import read_compressed_image
from edge_sched_ros.nodes.raw_image import read_image
from fuzz.choices import Choices
from fuzz.target import Target
from fuzz.targets.tensors import _record


def _image(data: bytes) -> None:
    raw = read_image(data)
    SourceImage.from_raw(
        raw.data,
        width=raw.width,
        height=raw.height,
        encoding=raw.encoding,
        step=raw.step,
        is_bigendian=bool(raw.is_bigendian),
    )


def _compressed(data: bytes) -> None:
    raw = read_compressed_image(data)
    SourceImage.from_compressed(raw.data, raw.format)


def _tensor(data: bytes) -> None:
    decode(read_tensor(data))


def _typed(kind: Any, read: Callable[[Any], Any], **fields: Any) -> Target:
    """Return the target of the reader of a message whose types ROS has checked."""

    def check(data: bytes) -> None:
        try:
            message = deserialize_message(data, kind)
        except Exception:  # of rclpy's own reader, which is not ours
            return
        read(message)

    return Target(kind.__name__, (bytes(serialize_message(kind(**fields))),), check)


def _contents(kind: Any, read: Callable[[Any], Any]) -> Target:
    """Return the target of a reader of messages whose fields are right and hold anything."""

    def check(data: bytes) -> None:
        read(deserialize_message(serialize_message(Choices(data).message(kind)), kind))

    # a device without a name is refused, and the first text is one
    return Target(f'{kind.__name__}_contents', (b'',), check)


_PICTURE = Image(width=4, height=2, encoding='bgr8', step=12, data=array('B', bytes(24)))
_JPEG = CompressedImage(format='jpeg', data=array('B', b'\xff\xd8\xff\xe0' + bytes(20)))
_TENSOR = _record('tensor', 'float32', (1, 2), np.ones((1, 2), np.float32).tobytes())

TARGETS = (
    Target('image', (bytes(serialize_message(_PICTURE)),), _image),
    Target('compressed_image', (bytes(serialize_message(_JPEG)),), _compressed),
    Target('tensor_message', (write_tensor(_TENSOR),), _tensor),
    _typed(DeviceOffer, read_offer, device='left'),
    _typed(DeviceStatus, read_status),
    _typed(CoordinatorBeat, read_beat),
    _typed(DeviceOrders, read_orders),
    _typed(DeviceReports, read_reports),
    _contents(DeviceOffer, read_offer),
    _contents(DeviceStatus, read_status),
    _contents(CoordinatorBeat, read_beat),
    _contents(DeviceOrders, read_orders),
    _contents(DeviceReports, read_reports),
)
