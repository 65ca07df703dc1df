# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes ``vision_msgs/Detection2DArray`` in serialized form."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

import numpy as np
from rclpy.serialization import deserialize_message
from rclpy.serialization import serialize_message

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages

#: CDR, little endian (OMG DDS-XTypes 1.3, 7.6.3.1.2)
_ENCAPSULATION = b'\x00\x01\x00\x00'
_NS_PER_S = 1_000_000_000
_STAMP = Struct('<iI')
_COUNT = Struct('<I')
_SCORE = Struct('<d')
#: an empty pose: at the origin, no rotation, zero covariance
_POSE = Struct('<43d').pack(*(0.0,) * 6, 1.0, *(0.0,) * 36)
#: centre x and y, angle, width, height
_BOX = Struct('<5d')
_PAD = tuple(bytes(count) for count in range(8))


def write_detections(found: Detections, frame: Frame) -> bytes:
    """
    Return a ``Detection2DArray`` in CDR, with the header of the frame.

    Building and serializing five detections as Python objects takes ten times as long.
    """
    stamp = _STAMP.pack(*divmod(frame.stamp_ns, _NS_PER_S))
    header = stamp + _text(frame.frame_id)
    out = bytearray(header)
    _align(out, 4)
    out += _COUNT.pack(len(found))
    boxes = found.boxes_xyxy.astype(np.float64, copy=False).tolist()
    scores = found.scores.tolist()
    classes = found.class_ids.tolist()
    angles = [0.0] * len(boxes) if found.angles_rad is None else found.angles_rad.tolist()
    ids = None if found.track_ids is None else found.track_ids.tolist()
    for index, (x0, y0, x1, y1) in enumerate(boxes):
        _align(out, 4)
        out += header
        _align(out, 4)
        out += _COUNT.pack(1)
        out += _text(str(classes[index]))
        _align(out, 8)
        out += _SCORE.pack(scores[index])
        out += _POSE
        out += _BOX.pack((x0 + x1) / 2, (y0 + y1) / 2, angles[index], x1 - x0, y1 - y0)
        out += _text('' if ids is None else str(ids[index]))
    return _ENCAPSULATION + bytes(out)


@lru_cache(maxsize=1024)
def _text(text: str) -> bytes:
    data = text.encode() + b'\0'
    return _COUNT.pack(len(data)) + data


def _align(out: bytearray, size: int) -> None:
    # alignment starts after the encapsulation
    out += _PAD[-len(out) % size]


@lru_cache(maxsize=1)
def is_understood() -> bool:
    """Return whether the installed ROS reads these bytes back correctly."""
    boxes = np.array([[1, 2, 30, 50], [5, 5, 9, 9]], np.float32)
    found = Detections(
        boxes, np.array([0.5, 1], np.float32), np.array([0, 7]), ('crate',), np.array([3, 1234])
    )
    frame = Frame('', 1, 12_000_000_034, 'camera', None)
    message = messages.detections(make, found, messages.header(make, frame))
    written = write_detections(found, frame)
    try:
        same = deserialize_message(written, type(message)) == message
    except Exception:
        # another version of CDR, or of the message
        return False
    return bool(same) and len(serialize_message(message)) == len(written)
