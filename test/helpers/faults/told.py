# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of scenes with DDS: diagnostics as lines, and images."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any

SIZE = 16


@dataclass(frozen=True, slots=True)
class Line:
    """A line of diagnostics, as ROS sends it."""

    name: str
    level: int
    message: str
    values: dict[str, str]


def lines_of(message: Any) -> dict[str, Line]:
    """Return the lines of a DiagnosticArray, by name without that of the node."""
    found = {}
    for status in message.status:
        name = status.name.rpartition(': ')[2]
        values = {value.key: value.value for value in status.values}
        found[name] = Line(name, ord(status.level), status.message, values)
    return found


def camera_image(bench: Any, value: int = 0) -> Any:
    """Return an image message of one colour, stamped now."""
    from sensor_msgs.msg import Image

    message = Image(width=SIZE, height=SIZE, encoding='bgr8', step=3 * SIZE)
    message.header.frame_id = 'lens'
    message.header.stamp = bench.watcher.get_clock().now().to_msg()
    message.data = array('B', bytes([value]) * (3 * SIZE * SIZE))
    return message
